"""Giving a seat and leaving it: what the form, the import and the admission of a nominee share.

Everything here expects its caller to hold the lock of the cohort.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from cohorts.models import City, Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from participants.actions.enrolling import (
    Newcomer,
    enroll_newcomers,
    write_changes,
    write_person_changes,
)
from participants.choices import ACTIVE_STATES, EnrollmentState
from participants.models import Enrollment, Person
from participants.queries.identities import paper_index
from participants.queries.present_facts import (
    enrollments_with_facts,
    facts_of_person,
    present_facts,
)
from participants.queries.recognition import acquaintances
from participants.queries.seats import seat_facts
from participants.refusals import (
    AlreadyEnrolled,
    CohortFull,
    IdentityInvalid,
    PaperOfAnother,
    PersonFactsWrong,
    PersonMerged,
    PossiblySame,
    QuotaFull,
)
from participants.rules.person_changes import PERSON_FIELDS, changes_between
from participants.rules.person_facts import CheckedFacts, FactsUnusable, PersonFacts, checked_facts
from participants.rules.seats import seat_verdict

# Whom the facts mean when that is not certain: the id of a known person, or somebody new.
Meaning = int | Literal["new"] | None


def usable(facts: PersonFacts) -> CheckedFacts:
    """The facts in stored spelling, or PersonFactsWrong."""
    try:
        return checked_facts(facts, today=clock.today())
    except FactsUnusable as error:
        raise PersonFactsWrong(fields=error.problems) from None


def usable_nomination(facts: PersonFacts) -> CheckedFacts:
    """As `usable` for somebody nominated, whose organization may still be open. Raises
    IdentityInvalid when the number of the paper is among what is wrong."""
    try:
        return checked_facts(facts, today=clock.today(), needs_organization=False)
    except FactsUnusable as error:
        wrong = dict(error.problems)
    if "organization_name" in wrong:
        wrong["organization"] = wrong.pop("organization_name")
    refusal = IdentityInvalid if "identity" in wrong else PersonFactsWrong
    raise refusal(fields=wrong)


def demand_seats(cohort: Cohort, wanted: Counter[int], *, moving: int = 0) -> None:
    """CohortFull or QuotaFull unless as many more fit; `moving` of them hold a seat already."""
    verdict = seat_verdict(seat_facts(cohort), wanted)
    missing = max(0, verdict.missing - moving)
    if missing:
        raise CohortFull(facts={"seats": cohort.seats, "missing": missing})
    if verdict.over_quota:
        codes = dict(City.objects.filter(pk__in=verdict.over_quota).values_list("pk", "code"))
        over = {codes[city]: count for city, count in verdict.over_quota.items()}
        raise QuotaFull(fields={"city": QuotaFull.text}, facts={"cities": over})


def demand_moves(cohort: Cohort, moves: Sequence[tuple[Enrollment, int]]) -> None:
    """QuotaFull unless those who hold a seat may change to these cities."""
    wanted = Counter(city for row, city in moves if row.state in ACTIVE_STATES)
    if wanted:
        demand_seats(cohort, wanted, moving=wanted.total())


def person_meant(
    cohort: Cohort, facts: CheckedFacts, meaning: Meaning, *, returning: bool = False
) -> Person | None:
    """Whom the facts mean; None = somebody new. Raises PaperOfAnother, PossiblySame and
    AlreadyEnrolled; with `returning`, somebody who has left may come back."""
    person_id = _id_meant(cohort, facts, meaning)
    if person_id is None:
        return None
    present = Enrollment.objects.filter(cohort=cohort, person_id=person_id).first()
    if present and (present.state in ACTIVE_STATES or not returning):
        raise AlreadyEnrolled(facts={"enrollment": present.pk, "seat": present.seat})
    return standing_person(person_id)


def standing_person(person_id: int) -> Person:
    """The person, waiting for a merge that is under way and keeping the next one out. Raises
    PersonMerged when it has been merged since it was recognized."""
    lock = Person.objects.select_for_update(no_key=True, of=("self",))
    person = lock.select_related("identity").filter(pk=person_id).first()
    if person is None:
        raise PersonMerged(facts={"person": person_id})
    return person


def seat_person(
    cohort: Cohort, facts: CheckedFacts, person: Person | None, *, by: User | None
) -> Enrollment:
    """Enroll `person_meant` under the next number; whether there is a seat, the caller has asked.
    Somebody who left the cohort takes the own row and number again."""
    if person is not None:
        present = enrollments_with_facts(cohort).filter(person=person).first()
        if present is not None:
            return _returned(cohort, present, facts, by=by)
        add_to_person(person, facts)
    (enrollment,) = enroll_newcomers(cohort, [Newcomer(facts, person)])
    record(
        "enrollment.created", enrollment, by=by, scope=cohort.code, after=enrolled_facts(enrollment)
    )
    return enrollment


def leave_seat(cohort: Cohort, row: Enrollment, *, reason: str, by: User | None) -> None:
    """The seat is free, row and number stay, the address of the calendar feed stops working."""
    before = {"state": row.state, "group": row.group}
    row.state = EnrollmentState.WITHDRAWN
    row.left_on = clock.today()
    row.group, row.post = None, ""
    row.feed_generation += 1
    row.save(update_fields=["state", "left_on", "group", "post", "feed_generation"])
    record(
        "enrollment.withdrawn",
        row,
        by=by,
        scope=cohort.code,
        before=before,
        after={"state": row.state, "left_on": row.left_on, "group": None},
        reason=reason,
    )


def add_to_person(person: Person, facts: CheckedFacts) -> None:
    """What is newly said about somebody known; silence changes nothing."""
    found = changes_between(
        facts_of_person(person), facts, paper_index(facts.paper), blank_clears=False
    )
    wanted = {*PERSON_FIELDS, "identity", "organization_name", "title"}
    write_person_changes(
        person, facts, {change.name: change.after for change in found if change.name in wanted}
    )


def enrolled_facts(enrollment: Enrollment) -> dict[str, object]:
    """What the audit keeps of a new enrollment."""
    return {
        "seat": enrollment.seat,
        "city_id": enrollment.city_id,
        "organization_name": enrollment.organization_name,
        "title": enrollment.title,
        "state": enrollment.state,
    }


def _id_meant(cohort: Cohort, facts: CheckedFacts, meaning: Meaning) -> int | None:
    found = acquaintances(cohort, [facts]).recognition_of(facts)
    if found.verdict == "other_name":
        raise PaperOfAnother(fields={"identity": PaperOfAnother.text})
    if found.verdict == "possible" and meaning != "new" and meaning not in found.candidates:
        raise PossiblySame(facts={"candidates": list(found.candidates)})
    if found.person_id:
        return found.person_id
    return meaning if isinstance(meaning, int) and meaning in found.candidates else None


def _returned(
    cohort: Cohort, row: Enrollment, facts: CheckedFacts, *, by: User | None
) -> Enrollment:
    """Of a row of `enrollments_with_facts`."""
    changes = changes_between(
        present_facts(row), facts, paper_index(facts.paper), blank_clears=False
    )
    write_changes(row, facts, changes)
    before = {"state": row.state, "left_on": row.left_on}
    row.state, row.left_on = EnrollmentState.CONFIRMED, None
    row.save(update_fields=["state", "left_on"])
    record(
        "enrollment.returned",
        row,
        by=by,
        scope=cohort.code,
        before=before,
        after=enrolled_facts(row),
    )
    return row
