"""Enrolling a person, changing what is known about it, and withdrawing it."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.row_walls import as_system
from participants.actions.admissions import vacate
from participants.actions.enrolling import write_changes
from participants.actions.seating import (
    Meaning,
    demand_seats,
    person_meant,
    seat_person,
    usable,
)
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment
from participants.queries.identities import paper_index
from participants.queries.present_facts import enrollments_with_facts, present_facts
from participants.rules.person_changes import Change, changes_between
from participants.rules.person_facts import CheckedFacts, PersonFacts


@as_system()
@transaction.atomic
def enroll_person(
    *, cohort: Cohort, facts: PersonFacts, by: User | None, meaning: Meaning = None
) -> Enrollment:
    """Give a person the next seat. Locks the cohort.

    Raises PersonFactsWrong, CohortFull, QuotaFull, AlreadyEnrolled, PaperOfAnother, and
    PossiblySame unless `meaning` has decided.
    """
    row = locked_open(cohort)
    checked = usable(facts)
    person = person_meant(row, checked, meaning)
    demand_seats(row, Counter([checked.city_id]))
    return seat_person(row, checked, person, by=by)


@as_system()
@transaction.atomic
def change_person(*, enrollment: Enrollment, facts: PersonFacts, by: User | None) -> Enrollment:
    """Change person and enrollment to these facts; an empty field clears, an empty paper stays.

    Locks the cohort. Raises PersonFactsWrong, PaperOfAnother, and QuotaFull for a new city.
    """
    cohort = locked_open(enrollment.cohort)
    row = enrollments_with_facts(cohort).get(pk=enrollment.pk)
    checked = usable(facts)
    changes = changes_between(
        present_facts(row), checked, paper_index(checked.paper), blank_clears=True
    )
    if any(change.name == "city_id" for change in changes) and row.state in ACTIVE_STATES:
        demand_seats(cohort, Counter([checked.city_id]), moving=1)
    apply_changes(row, checked, changes, by=by)
    return row


@as_system()
@transaction.atomic
def withdraw_enrollment(*, enrollment: Enrollment, reason: str, by: User | None) -> Enrollment:
    """Give the seat free; the row and its number stay. Locks cohort, quota, nomination, enrollment.

    The address of the calendar feed stops working, the nomination that led here is withdrawn, and
    whoever waits first moves up.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    cohort = locked_open(enrollment.cohort)
    return vacate(cohort, enrollment, reason=reason.strip(), by=by)


def apply_changes(
    row: Enrollment, facts: CheckedFacts, changes: Sequence[Change], *, by: User | None
) -> None:
    """Write changes of a row of `enrollments_with_facts`, and the audit line."""
    if not changes:
        return
    write_changes(row, facts, changes)
    record(
        "person.changed",
        row,
        by=by,
        scope=row.cohort.code,
        before={change.name: change.before for change in changes},
        after={change.name: change.after for change in changes},
    )
