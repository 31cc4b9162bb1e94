"""The one way in which people become rows, shared by the form, the API and the import.

Everything here writes many at once and expects its caller to hold the lock of the cohort and to
have asked the rules. Audit lines are written by the callers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from cohorts.models import Cohort, Organization
from g60portal.accounts.actions import open_accounts
from g60portal.common.bulk import update_rows
from participants.actions.consents import keep_consents, withdraw_consent
from participants.actions.identities import keep_papers
from participants.choices import ConsentChannel, ConsentPurpose, Gender
from participants.models import Enrollment, Group, Person
from participants.rules.person_changes import Change
from participants.rules.person_facts import LANGUAGES, CheckedFacts

BATCH = 1000
# Columns of a person that facts are written to, and those that follow from the name.
PLAIN = ("name", "latin_name", "gender", "birth_on", "phone", "email", "language", "title")
DERIVED = ("latin_name", "pinyin_key", "stroke_key", "initials")

EmployerKey = tuple[int, str]
# The organization of each employer; None = a name that is no organization (yet).
Employers = Mapping[EmployerKey, int | None]
# What was written: of each column the value before and after.
Written = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Newcomer:
    """Facts about somebody to be enrolled, and the person it is when already known."""

    facts: CheckedFacts
    person: Person | None = None


@dataclass(frozen=True)
class PersonChange:
    """What is newly said about a person, by the names of `rules.person_changes`."""

    person: Person
    facts: CheckedFacts
    changed: Mapping[str, Any]


def enroll_newcomers(
    cohort: Cohort, newcomers: Sequence[Newcomer], employers: Employers | None = None
) -> list[Enrollment]:
    """Enroll them in this order under the next seat numbers, which are never given again."""
    if employers is None:
        employers = employers_known([newcomer.facts for newcomer in newcomers])
    people = _people(newcomers, employers)
    facts_of = {
        person.pk: newcomer.facts for person, newcomer in zip(people, newcomers, strict=True)
    }
    keep_papers([(pk, facts.paper) for pk, facts in facts_of.items() if facts.paper])
    keep_consents([pk for pk, facts in facts_of.items() if facts.directory_consent])
    groups = groups_named(cohort, (facts.group_name for facts in facts_of.values()))
    seat = next_seat(cohort)
    return Enrollment.objects.bulk_create(
        [
            Enrollment(
                cohort=cohort,
                person=person,
                seat=seat + position,
                city_id=facts_of[person.pk].city_id,
                organization_name=facts_of[person.pk].organization_name,
                title=facts_of[person.pk].title,
                group=groups.get(facts_of[person.pk].group_name),
            )
            for position, person in enumerate(people)
        ],
        batch_size=BATCH,
    )


def write_changes(enrollment: Enrollment, facts: CheckedFacts, changes: Sequence[Change]) -> None:
    """Write what changes to the person and to its enrollment."""
    changed = {change.name: change.after for change in changes}
    write_people([PersonChange(enrollment.person, facts, changed)])
    write_enrollments(enrollment.cohort, [(enrollment, changed)])


def write_person_changes(person: Person, facts: CheckedFacts, changed: Mapping[str, Any]) -> None:
    """The part that concerns the person in all cohorts; employer and post are the newest said."""
    write_people([PersonChange(person, facts, changed)])


def write_people(
    changes: Sequence[PersonChange], employers: Employers | None = None
) -> dict[int, Written]:
    """Write what concerns people in all cohorts, each person once; answers the columns by person.

    Accounts follow the address; papers and consents are kept beside the columns.
    """
    if employers is None:
        employers = employers_known(
            [change.facts for change in changes if "organization_name" in change.changed]
        )
    written = {
        change.person.pk: _assign(change.person, _person_columns(change, employers))
        for change in changes
    }
    update_rows(Person, {pk: _after(columns) for pk, columns in written.items()})
    move_accounts([change.person for change in changes if "email" in change.changed])
    keep_papers(
        [
            (change.person.pk, change.facts.paper)
            for change in changes
            if "identity" in change.changed and change.facts.paper
        ]
    )
    said = [(change.person, change.changed.get("directory_consent")) for change in changes]
    keep_consents([person.pk for person, consent in said if consent is True])
    for person, consent in said:
        if consent is False:
            withdraw_consent(
                person=person,
                purpose=ConsentPurpose.DIRECTORY,
                by=None,
                channel=ConsentChannel.ROSTER,
            )
    return written


def write_enrollments(
    cohort: Cohort, changes: Sequence[tuple[Enrollment, Mapping[str, Any]]]
) -> dict[int, Written]:
    """Write what concerns people in this cohort; answers the columns by enrollment."""
    groups = groups_named(cohort, (changed.get("group_name", "") for _row, changed in changes))
    written = {}
    for enrollment, changed in changes:
        columns = {
            name: changed[name]
            for name in ("city_id", "organization_name", "title")
            if name in changed
        }
        if "group_name" in changed:
            group = groups.get(changed["group_name"])
            columns["group_id"] = group.pk if group else None
        written[enrollment.pk] = _assign(enrollment, columns)
    update_rows(Enrollment, {pk: _after(columns) for pk, columns in written.items()})
    return written


def attach_accounts(people: Iterable[Person]) -> None:
    """An account for everybody with an address, written to rows that exist already."""
    attached = _with_account(people)
    update_rows(Person, {person.pk: {"user_id": person.user_id} for person in attached})


def move_accounts(people: Sequence[Person]) -> None:
    """The account follows the address; whoever holds the old address has no part in it any more."""
    for person in people:
        person.user = None
    update_rows(Person, {person.pk: {"user_id": None} for person in people})
    attach_accounts(people)


def groups_named(cohort: Cohort, names: Iterable[str]) -> dict[str, Group]:
    """The groups of these names; those that do not exist are added after the others."""
    wanted = dict.fromkeys(name for name in names if name)
    if not wanted:
        return {}
    groups = {group.name: group for group in Group.objects.filter(cohort=cohort)}
    last = max((group.position for group in groups.values()), default=0)
    missing = [name for name in wanted if name not in groups]
    made = Group.objects.bulk_create(
        Group(cohort=cohort, name=name, position=last + step)
        for step, name in enumerate(missing, start=1)
    )
    return groups | {group.name: group for group in made}


def next_seat(cohort: Cohort) -> int:
    """One more than the highest ever given: people who leave keep their row and number."""
    highest = Enrollment.objects.filter(cohort=cohort).aggregate(highest=Max("seat"))["highest"]
    return (highest or 0) + 1


def employer_key(facts: CheckedFacts) -> EmployerKey:
    return facts.city_id, facts.organization_name


def employers_known(rows: Sequence[CheckedFacts]) -> Employers:
    """Known organizations by city and name, and for a row with a credit code by that code.

    An employer that nobody has entered as an organization stays a name of the enrollment.
    """
    if not rows:
        return {}
    codes = {row.credit_code for row in rows if row.credit_code}
    found = Organization.with_merged.filter(
        Q(name__in={row.organization_name for row in rows}) | Q(credit_code__in=codes)
    ).values_list(Coalesce("merged_into", "pk"), "city_id", "name", "credit_code")
    by_code = {code: pk for pk, _city, _name, code in found if code}
    by_name = {(city, name): pk for pk, city, name, _code in found}
    for row in rows:
        if row.credit_code in by_code:
            by_name[employer_key(row)] = by_code[row.credit_code]
    return by_name


def _people(newcomers: Sequence[Newcomer], employers: Employers) -> list[Person]:
    """The person of each newcomer, those not known before written now, all with their accounts."""
    fresh = [
        _new_person(newcomer.facts, employers) for newcomer in newcomers if newcomer.person is None
    ]
    known = [newcomer.person for newcomer in newcomers if newcomer.person is not None]
    _with_account(fresh)
    made = iter(Person.objects.bulk_create(fresh, batch_size=BATCH))
    attach_accounts(known)
    return [newcomer.person or next(made) for newcomer in newcomers]


def _with_account(people: Iterable[Person]) -> list[Person]:
    """Those who get an account, set but not saved. Of two who share an address the first has it."""
    waiting = [person for person in people if person.email and person.user_id is None]
    if not waiting:
        return []
    accounts = open_accounts({person.email: (person.name, person.language) for person in waiting})
    bound = set(Person.objects.filter(user__in=accounts.values()).values_list("user_id", flat=True))
    attached = []
    for person in waiting:
        user = accounts[person.email.lower()]
        if user.pk not in bound:
            bound.add(user.pk)
            person.user = user
            attached.append(person)
    return attached


def _new_person(facts: CheckedFacts, employers: Employers) -> Person:
    return Person(
        name=facts.name,
        latin_name=facts.names.latin_name,
        pinyin_key=facts.names.pinyin_key,
        stroke_key=facts.names.stroke_key,
        initials=facts.names.initials,
        gender=facts.gender or Gender.UNKNOWN,
        birth_on=facts.known_birth_on,
        phone=facts.phone,
        email=facts.email,
        language=facts.language or LANGUAGES[0],
        organization_id=employers.get(employer_key(facts)),
        title=facts.title,
    )


def _person_columns(change: PersonChange, employers: Employers) -> dict[str, Any]:
    facts, changed = change.facts, change.changed
    columns: dict[str, Any] = {
        name: changed[name]
        for name in (
            "name",
            "latin_name",
            "gender",
            "birth_on",
            "phone",
            "email",
            "language",
            "title",
        )
        if name in changed
    }
    if "name" in changed or "latin_name" in changed:
        columns |= {name: getattr(facts.names, name) for name in DERIVED}
    if "gender" in columns:
        columns["gender"] = columns["gender"] or Gender.UNKNOWN
    if "identity" in changed and facts.known_birth_on:
        columns["birth_on"] = facts.known_birth_on
    if "organization_name" in changed:
        columns["organization_id"] = employers.get(employer_key(facts))
    return columns


def _assign(row: Person | Enrollment, columns: Mapping[str, Any]) -> Written:
    """Set them on the row in memory; answers what differs."""
    written = {
        name: (getattr(row, name), value)
        for name, value in columns.items()
        if getattr(row, name) != value
    }
    for name, (_before, after) in written.items():
        setattr(row, name, after)
    return written


def _after(written: Written) -> dict[str, Any]:
    return {name: after for name, (_before, after) in written.items()}
