"""What is due to be emptied, row by row, with the day. Held people are told apart, not left out.

Each holding is one kind of row that holds a group of fields; how its rows are emptied stands in
`actions/erasure.py` under the same name. A new holding (logistics, say) is one more entry there and
here.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from g60portal.common import clock
from participants.choices import OPEN_REQUESTS, ConsentPurpose, FieldGroup, RequestState
from participants.models import (
    Consent,
    DataCopy,
    Enrollment,
    Nomination,
    Person,
    PrivacyRequest,
    RetentionHold,
    RetentionTerm,
    RosterImport,
    SealedIdentity,
)
from participants.rules.retention import TERMS, Stay, last_stay, phone_stay

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Due:
    """One row of a holding, the day it goes and the cohort that says so."""

    pk: int
    on: dt.date
    scope: str
    held: bool = False


@dataclass(frozen=True)
class Calendar:
    """Everything that decides about people, read once: cohorts they are in, holds, terms."""

    stays: dict[int, list[Stay]]
    held: frozenset[int]
    terms: dict[int, dict[str, int]]

    def due(self, group: str, person_id: int, pk: int) -> Due | None:
        stay = last_stay(group, self.stays.get(person_id, ()))
        if stay is None:
            return None
        return Due(pk, stay.due_on(group), stay.scope, person_id in self.held)


def read_calendar() -> Calendar:
    terms: dict[int, dict[str, int]] = defaultdict(dict)
    for cohort_id, group, days in RetentionTerm.objects.values_list("cohort_id", "group", "days"):
        terms[cohort_id][group] = days
    stays: dict[int, list[Stay]] = defaultdict(list)
    rows = Enrollment.objects.values_list(
        "person_id", "cohort_id", "cohort__code", "cohort__ends_on"
    )
    for person_id, cohort_id, code, ends_on in rows.iterator(chunk_size=5000):
        stays[person_id].append(Stay(code, ends_on, terms.get(cohort_id, {})))
    return Calendar(dict(stays), frozenset(held_people()), dict(terms))


def held_people() -> Iterator[int]:
    """Under a hold, or asking for something that needs the data until it is answered."""
    yield from RetentionHold.objects.filter(lifted_at=None).values_list("person_id", flat=True)
    asking = PrivacyRequest.objects.filter(state__in=OPEN_REQUESTS)
    yield from asking.exclude(state=RequestState.HELD).values_list("person_id", flat=True)


# What the functions below are asked about: these rows, or all (None).
Only = Sequence[int] | None


def identities(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    for pk in _chosen(SealedIdentity.objects.all(), only).values_list("pk", flat=True).iterator():
        if due := calendar.due(FieldGroup.IDENTITY, pk, pk):
            yield due


def birth_dates(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """Read from the paper, so they go with it."""
    rows = _chosen(Person.objects.filter(birth_on__isnull=False), only)
    for pk in rows.values_list("pk", flat=True).iterator():
        if due := calendar.due(FieldGroup.IDENTITY, pk, pk):
            yield due


def phones(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    listed = Consent.objects.filter(
        person=OuterRef("pk"), purpose=ConsentPurpose.DIRECTORY, withdrawn_at=None
    )
    rows = _chosen(Person.objects.exclude(phone=""), only).annotate(listed=Exists(listed))
    for pk, is_listed in rows.values_list("pk", "listed").iterator():
        stays = calendar.stays.get(pk, ())
        # The cohort that keeps it longest, by the very days that count for this person.
        ends = [(phone_stay(stay, listed=is_listed), stay.scope) for stay in stays]
        if ends:
            on, scope = max(ends)
            yield Due(pk, on, scope, pk in calendar.held)


def emails(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = _chosen(Person.objects.exclude(email=""), only)
    for pk in rows.values_list("pk", flat=True).iterator():
        if due := calendar.due(FieldGroup.EMAIL, pk, pk):
            yield due


def admitted_papers(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """What a nomination that led to an enrollment still holds of the paper and the wishes."""
    rows = Nomination.objects.filter(enrollment__isnull=False).filter(
        Q(sealed__isnull=False) | ~Q(photo="") | ~Q(conditions="")
    )
    yield from _of_enrolled(calendar, _chosen(rows, only), FieldGroup.IDENTITY)


def admitted_contacts(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = Nomination.objects.filter(enrollment__isnull=False).exclude(phone="", email="")
    yield from _of_enrolled(calendar, _chosen(rows, only), FieldGroup.EMAIL)


def unadmitted(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """One that replaced somebody belongs to that one's history and stays with it."""
    rows = _chosen(Nomination.objects.filter(enrollment=None, replaces=None), only)
    facts = rows.values_list("pk", "cohort_id", "cohort__code", "cohort__ends_on")
    for pk, cohort_id, code, ends_on in facts.iterator():
        stay = Stay(code, ends_on, calendar.terms.get(cohort_id, {}))
        yield Due(pk, stay.due_on(FieldGroup.NOMINATION), code)


def uploads(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """The day of an import that can still be undone begins when it was applied."""
    days = dt.timedelta(days=TERMS[FieldGroup.UPLOAD].days)
    kept = Q(sealed__isnull=False) | Q(picture__isnull=False) | Q(journal__isnull=False)
    rows = _chosen(RosterImport.objects.filter(kept), only)
    begun = Coalesce("applied_at", "created_at")
    for pk, code, at in rows.values_list("pk", "cohort__code", begun):
        # A day after the hour of the upload; the night after that takes it.
        yield Due(pk, clock.local(at + days).date() + dt.timedelta(days=1), code)


def copies(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = _chosen(DataCopy.objects.filter(sealed__isnull=False), only)
    for pk, at in rows.values_list("pk", "expires_at"):
        yield Due(pk, clock.local(at).date(), "")


def _chosen(rows: QuerySet[Row], only: Only) -> QuerySet[Row]:
    return rows if only is None else rows.filter(pk__in=only)


def _of_enrolled(calendar: Calendar, rows: QuerySet[Nomination], group: str) -> Iterator[Due]:
    for pk, person_id in rows.values_list("pk", "enrollment__person_id").iterator():
        if due := calendar.due(group, person_id, pk):
            yield due


@dataclass(frozen=True)
class Holding:
    """`name` is what the log of deletions says; it never changes."""

    name: str
    group: FieldGroup
    rows: Callable[[Calendar, Only], Iterable[Due]]


HOLDINGS = (
    Holding("identity", FieldGroup.IDENTITY, identities),
    Holding("birth_date", FieldGroup.IDENTITY, birth_dates),
    Holding("nomination_paper", FieldGroup.IDENTITY, admitted_papers),
    Holding("phone", FieldGroup.PHONE, phones),
    Holding("email", FieldGroup.EMAIL, emails),
    Holding("nomination_contact", FieldGroup.EMAIL, admitted_contacts),
    Holding("nomination", FieldGroup.NOMINATION, unadmitted),
    Holding("upload", FieldGroup.UPLOAD, uploads),
    Holding("copy", FieldGroup.COPY, copies),
)


@dataclass(frozen=True)
class PreviewRow:
    """What one group of one cohort loses on a day."""

    group: FieldGroup
    scope: str
    on: dt.date
    count: int
    held: int


def purge_preview(until: dt.date, scope: str | None = None) -> list[PreviewRow]:
    """What would go up to that day, by group, cohort and day; of one cohort with `scope`."""
    calendar = read_calendar()
    counts: dict[tuple[FieldGroup, str, dt.date], list[int]] = defaultdict(lambda: [0, 0])
    for holding in HOLDINGS:
        for due in holding.rows(calendar, None):
            if due.on <= until and scope in (None, due.scope):
                counts[holding.group, due.scope, due.on][int(due.held)] += 1
    order = list(FieldGroup)
    return [
        PreviewRow(group, code, on, free, held)
        for (group, code, on), (free, held) in sorted(
            counts.items(), key=lambda item: (item[0][2], item[0][1], order.index(item[0][0]))
        )
    ]
