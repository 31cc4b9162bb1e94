"""What is due to be emptied, row by row, with the day. Held people are told apart, not left out.

Each holding is one kind of row that holds a group of fields; how its rows are emptied stands in
`actions/erasure.py` under the same name. A new holding is one more entry there and here.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from cohorts.models import OrganizationMerge
from g60portal.accounts.models import ChannelChoice
from g60portal.common import clock
from participants.choices import OPEN_REQUESTS, ConsentPurpose, FieldGroup, PastKind, RequestState
from participants.models import (
    Consent,
    DataCopy,
    Enrollment,
    FormerContact,
    LogisticsForm,
    Nomination,
    Person,
    PersonMerge,
    PrivacyRequest,
    RetentionHold,
    RetentionTerm,
    RoomStay,
    RosterImport,
    RosterPast,
    SealedIdentity,
)
from participants.rules.retention import (
    PAST_DAYS,
    TERMS,
    Stay,
    last_stay,
    phone_stay,
)

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
    rows = _chosen(Person.objects.exclude(phone=""), only).annotate(listed=_listed("pk"))
    for pk, is_listed in rows.values_list("pk", "listed").iterator():
        if due := _phone_due(calendar, pk, pk, listed=is_listed):
            yield due


def emails(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = _chosen(Person.objects.exclude(email=""), only)
    for pk in rows.values_list("pk", flat=True).iterator():
        if due := calendar.due(FieldGroup.EMAIL, pk, pk):
            yield due


def channel_addresses(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """The further addresses of people who have an account: as long as that of their mail."""
    rows = _chosen(ChannelChoice.objects.filter(user__person__isnull=False), only)
    for pk, person_id in rows.values_list("pk", "user__person").iterator():
        if due := calendar.due(FieldGroup.EMAIL, person_id, pk):
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


def logistics_forms(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    yield from _of_stay(calendar, _chosen(LogisticsForm.objects.all(), only))


def room_stays(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    yield from _of_stay(calendar, _chosen(RoomStay.objects.all(), only))


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


def past_papers(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """The past of the roster goes with the present; of people in no cohort, sooner."""
    rows = _past(PastKind.IDENTITY, only).exclude(facts__masked="")
    for pk, person_id, ended_at in rows.values_list("pk", "row_id", "ends_at").iterator():
        yield calendar.due(FieldGroup.IDENTITY, person_id, pk) or _past_due(pk, ended_at)


def past_phones(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = _past(PastKind.PERSON, only).exclude(facts__phone="")
    facts = rows.annotate(listed=_listed("row_id")).values_list("pk", "row_id", "listed", "ends_at")
    for pk, person_id, is_listed, ended_at in facts.iterator():
        yield _phone_due(calendar, person_id, pk, listed=is_listed) or _past_due(pk, ended_at)


def past_emails(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    rows = _past(PastKind.PERSON, only).exclude(facts__email="")
    for pk, person_id, ended_at in rows.values_list("pk", "row_id", "ends_at").iterator():
        yield calendar.due(FieldGroup.EMAIL, person_id, pk) or _past_due(pk, ended_at)


def past_people(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """The names of those who were deleted for good: never in the ledger of what was taught."""
    present = Person.objects.filter(pk=OuterRef("row_id"))
    rows = _past(PastKind.PERSON, only).exclude(Exists(present))
    for pk, ended_at in rows.values_list("pk", "ends_at").iterator():
        yield _past_due(pk, ended_at)


def _past(kind: PastKind, only: Only) -> QuerySet[RosterPast]:
    """States that have ended: those that still are stand in the rows themselves."""
    return _chosen(RosterPast.objects.filter(kind=kind, ends_at__isnull=False), only)


def _past_due(pk: int, ended_at: dt.datetime | None) -> Due:
    on = clock.local(ended_at or clock.now()).date() + dt.timedelta(days=PAST_DAYS)
    return Due(pk, on, "")


def _listed(person: str) -> Exists:
    return Exists(
        Consent.objects.filter(
            person=OuterRef(person), purpose=ConsentPurpose.DIRECTORY, withdrawn_at=None
        )
    )


def _phone_due(calendar: Calendar, person_id: int, pk: int, *, listed: bool) -> Due | None:
    """By the cohort that keeps it longest, by the very days that count for this person."""
    stays = calendar.stays.get(person_id, ())
    ends = [(phone_stay(stay, listed=listed), stay.scope) for stay in stays]
    if not ends:
        return None
    on, scope = max(ends)
    return Due(pk, on, scope, person_id in calendar.held)


def former_contacts(calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """They go with the present ones; where there are none, when the last of those would have."""
    rows = _chosen(FormerContact.objects.all(), only)
    for pk, person_id in rows.values_list("pk", "person_id").iterator():
        if due := calendar.due(FieldGroup.PHONE, person_id, pk):
            yield due


def merges(_calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """The day on which a merge can no longer be undone."""
    yield from _pictures(PersonMerge.objects.all(), only)


def organization_merges(_calendar: Calendar, only: Only = None) -> Iterator[Due]:
    """They name no person, but say whose people were moved."""
    yield from _pictures(OrganizationMerge.objects.all(), only)


def _pictures(rows: QuerySet[Row], only: Only) -> Iterator[Due]:
    days = dt.timedelta(days=TERMS[FieldGroup.MERGE].days)
    kept = _chosen(rows.filter(picture__isnull=False), only)
    for pk, at in kept.values_list("pk", "made_at"):
        yield Due(pk, clock.local(at + days).date() + dt.timedelta(days=1), "")


def _chosen(rows: QuerySet[Row], only: Only) -> QuerySet[Row]:
    return rows if only is None else rows.filter(pk__in=only)


def _of_stay(
    calendar: Calendar, rows: QuerySet[LogisticsForm] | QuerySet[RoomStay]
) -> Iterator[Due]:
    """By the cohort they were for, whatever other cohort the person is in."""
    facts = rows.values_list(
        "pk",
        "enrollment__person_id",
        "enrollment__cohort_id",
        "enrollment__cohort__code",
        "enrollment__cohort__ends_on",
    )
    for pk, person_id, cohort_id, code, ends_on in facts.iterator():
        stay = Stay(code, ends_on, calendar.terms.get(cohort_id, {}))
        yield Due(pk, stay.due_on(FieldGroup.LOGISTICS), code, person_id in calendar.held)


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
    Holding("logistics", FieldGroup.LOGISTICS, logistics_forms),
    Holding("room_stay", FieldGroup.LOGISTICS, room_stays),
    Holding("phone", FieldGroup.PHONE, phones),
    Holding("email", FieldGroup.EMAIL, emails),
    Holding("channel_address", FieldGroup.EMAIL, channel_addresses),
    Holding("nomination_contact", FieldGroup.EMAIL, admitted_contacts),
    Holding("nomination", FieldGroup.NOMINATION, unadmitted),
    Holding("upload", FieldGroup.UPLOAD, uploads),
    Holding("copy", FieldGroup.COPY, copies),
    Holding("former_contact", FieldGroup.PHONE, former_contacts),
    Holding("merge", FieldGroup.MERGE, merges),
    Holding("organization_merge", FieldGroup.MERGE, organization_merges),
    Holding("past_identity", FieldGroup.IDENTITY, past_papers),
    Holding("past_phone", FieldGroup.PHONE, past_phones),
    Holding("past_email", FieldGroup.EMAIL, past_emails),
    Holding("past_person", FieldGroup.NOMINATION, past_people),
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
