"""Writing the plan of a roster, and the journal of everything that this has touched.

The caller has held the lock of the cohort since planning.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record_each, record_many
from participants.actions.employers import Housed, house_employers
from participants.actions.enrolling import (
    Newcomer,
    PersonChange,
    Written,
    enroll_newcomers,
    write_enrollments,
    write_people,
)
from participants.actions.seating import demand_seats
from participants.choices import ACTIVE_STATES, ConsentPurpose
from participants.models import Consent, Enrollment, Group, Person, SealedIdentity
from participants.queries.identities import opened_number, paper_index
from participants.queries.present_facts import (
    enrollments_of_people,
    facts_of_people,
    present_facts,
)
from participants.refusals import PersonMerged
from participants.rules.person_changes import PERSON_FIELDS, Change, changes_between
from participants.rules.person_facts import CheckedFacts
from participants.rules.roster_plan import RosterPlan, RowPlan

# What is newly said about somebody known elsewhere; the rest belongs to the new enrollment.
_SAID_OF_PEOPLE = {*PERSON_FIELDS, "identity", "organization_name", "title"}


@dataclass
class Journal:
    """What an import has written: ids of new rows, and by id the columns before and after.

    `papers` hold the kind and number that a person had before; `consents` are those given here,
    `withdrawn` those that ended here.
    """

    enrollments: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    organizations: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    consents: list[int] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    person_changes: dict[int, Written] = field(default_factory=dict)
    enrollment_changes: dict[int, Written] = field(default_factory=dict)
    papers: dict[int, list[str]] = field(default_factory=dict)


def write_plan(
    cohort: Cohort,
    plan: RosterPlan,
    *,
    by: User | None,
    employers: Mapping[str, str] | None = None,
) -> Journal:
    """Write a plan without errors. Raises CohortFull and QuotaFull."""
    entries = _entries(cohort, plan.with_status("changed"))
    _demand(cohort, plan, entries)
    before = _Before(cohort)
    housed = house_employers(plan, employers or {}, by=by)
    journal = Journal(organizations=[row.pk for row in housed.made])
    _enroll(cohort, plan.with_status("new"), housed, journal, by=by)
    _change(cohort, entries, housed, journal, by=by)
    before.complete(journal)
    return journal


class _Before:
    """What was there before, to tell which groups, consents and accounts the import has made."""

    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort
        self._groups = set(Group.objects.filter(cohort=cohort).values_list("pk", flat=True))
        self._last_consent = _last(Consent)
        self._last_account = _last(User)

    def complete(self, journal: Journal) -> None:
        groups = Group.objects.filter(cohort=self._cohort).exclude(pk__in=self._groups)
        journal.groups = list(groups.values_list("pk", flat=True))
        touched = [*journal.people, *journal.person_changes]
        consents = Consent.objects.filter(pk__gt=self._last_consent, person_id__in=touched)
        journal.consents = list(consents.values_list("pk", flat=True))
        people = Person.objects.filter(pk__in=touched, user_id__gt=self._last_account)
        journal.accounts = [pk for pk in people.values_list("user_id", flat=True) if pk]


def _last(model: Any) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _demand(cohort: Cohort, plan: RosterPlan, entries: "Sequence[_Entry]") -> None:
    """Seats and quotas again, for the rows as decided."""
    wanted = Counter(row.facts.city_id for row in plan.with_status("new") if row.facts)
    moved = Counter(
        change.after
        for entry in entries
        for change in entry.changes
        if change.name == "city_id" and entry.enrollment.state in ACTIVE_STATES
    )
    if wanted or moved:
        demand_seats(cohort, wanted + moved, moving=moved.total())


def _enroll(
    cohort: Cohort, rows: Sequence[RowPlan], housed: Housed, journal: Journal, *, by: User | None
) -> None:
    wanted = {row.person_id for row in rows if row.person_id}
    lock = Person.objects.select_for_update(no_key=True, of=("self",))
    known = lock.select_related("identity").order_by("pk").in_bulk(wanted)
    if merged := wanted - known.keys():
        raise PersonMerged(facts={"person": min(merged)})
    newcomers = [
        Newcomer(row.facts, known.get(row.person_id or 0)) for row in rows if row.facts is not None
    ]
    _add_to_known(newcomers, housed, journal)
    made = enroll_newcomers(cohort, newcomers, housed.employers)
    record_many("enrollment.created", made, by=by, scope=cohort.code)
    journal.enrollments = [enrollment.pk for enrollment in made]
    journal.people = [
        enrollment.person_id
        for enrollment, newcomer in zip(made, newcomers, strict=True)
        if newcomer.person is None
    ]


def _add_to_known(newcomers: Sequence[Newcomer], housed: Housed, journal: Journal) -> None:
    """What the rows newly say about people known elsewhere; silence changes nothing."""
    known = [(one.person, one.facts) for one in newcomers if one.person is not None]
    present = facts_of_people(person for person, _facts in known)
    changes = []
    for person, facts in known:
        found = changes_between(
            present[person.pk], facts, paper_index(facts.paper), blank_clears=False
        )
        said = {change.name: change.after for change in found if change.name in _SAID_OF_PEOPLE}
        changes.append(PersonChange(person, facts, said))
    _write_people(changes, housed, journal)


@dataclass(frozen=True)
class _Entry:
    """An enrollment that a row changes."""

    enrollment: Enrollment
    facts: CheckedFacts
    changes: Sequence[Change]

    @property
    def before(self) -> dict[str, Any]:
        return {change.name: change.before for change in self.changes}

    @property
    def after(self) -> dict[str, Any]:
        return {change.name: change.after for change in self.changes}


def _entries(cohort: Cohort, rows: Sequence[RowPlan]) -> list[_Entry]:
    enrolled = enrollments_of_people(cohort, [row.person_id for row in rows if row.person_id])
    entries = []
    for row in rows:
        if row.facts is None or row.person_id is None:
            raise AssertionError("A row that changes somebody has facts and a person.")
        enrollment = enrolled[row.person_id]
        changes = changes_between(
            present_facts(enrollment), row.facts, paper_index(row.facts.paper), blank_clears=False
        )
        if changes:
            entries.append(_Entry(enrollment, row.facts, changes))
    return entries


def _change(
    cohort: Cohort, entries: Sequence[_Entry], housed: Housed, journal: Journal, *, by: User | None
) -> None:
    people = [PersonChange(one.enrollment.person, one.facts, one.after) for one in entries]
    _write_people(people, housed, journal)
    journal.enrollment_changes = write_enrollments(
        cohort, [(one.enrollment, one.after) for one in entries]
    )
    record_each(
        "person.changed",
        [(one.enrollment, one.before, one.after) for one in entries],
        by=by,
        scope=cohort.code,
    )


def _write_people(changes: Sequence[PersonChange], housed: Housed, journal: Journal) -> None:
    journal.papers |= _papers_before(changes)
    journal.withdrawn += _consents_to_end(changes)
    journal.person_changes |= write_people(changes, housed.employers)


def _papers_before(changes: Sequence[PersonChange]) -> dict[int, list[str]]:
    """Kind and number of papers that will be replaced, and the index of what replaces them."""
    replaced = {
        change.person.pk: paper_index(change.facts.paper)
        for change in changes
        if "identity" in change.changed and change.facts.paper
    }
    held = {row.person_id: row for row in SealedIdentity.objects.filter(person_id__in=replaced)}
    return {
        pk: [held[pk].kind, opened_number(held[pk]), index] if pk in held else ["", "", index]
        for pk, index in replaced.items()
    }


def _consents_to_end(changes: Sequence[PersonChange]) -> list[int]:
    ending = [
        change.person.pk for change in changes if change.changed.get("directory_consent") is False
    ]
    if not ending:
        return []
    held = Consent.objects.filter(
        person_id__in=ending, purpose=ConsentPurpose.DIRECTORY, withdrawn_at__isnull=True
    )
    return list(held.values_list("pk", flat=True))
