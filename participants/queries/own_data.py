"""Everything the portal knows of one person, for the copy that it may ask for.

Higher apps add their part with `register` in their `ready()`. Left out: what others wrote for the
committee's own decision (notes, ranks), and the secrets of the account.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from g60portal.accounts.models import ChannelChoice
from g60portal.audit.models import AuditEvent
from g60portal.notices.channels.sealed_addresses import open_choice
from g60portal.notices.models import Notice
from participants.choices import PastKind
from participants.models import (
    Certificate,
    Consent,
    Enrollment,
    FormerContact,
    LogisticsForm,
    Nomination,
    Person,
    PersonMerge,
    PrivacyRequest,
    RoomStay,
    RosterPast,
    SealedIdentity,
)
from participants.queries.logistics_papers import opened_texts
from participants.queries.merges import person_ids
from participants.rules.logistics import OPEN_FACTS

Rows = Sequence[Mapping[str, Any]]
_SECTIONS: dict[str, Callable[[Person], Rows]] = {}


def register(name: str, section: Callable[[Person], Rows]) -> None:
    """Add a part; a second one of the same name replaces the first."""
    _SECTIONS[name] = section


def own_data(person: Person) -> dict[str, Rows]:
    """Sections of plain rows, in the order of registration."""
    return {name: section(person) for name, section in _SECTIONS.items()}


def _person(person: Person) -> Rows:
    return list(
        Person.objects.filter(pk=person.pk).values(
            "name", "latin_name", "gender", "birth_on", "nationality", "phone", "email",
            "language", "organization__name", "title", "user__email", "created_at",
        )
    )  # fmt: skip


def _papers(person: Person) -> Rows:
    return list(SealedIdentity.objects.filter(person=person).values("kind", "masked"))


def _consents(person: Person) -> Rows:
    rows = Consent.objects.filter(person__in=person_ids(person)).order_by("pk")
    return list(
        rows.values(
            "purpose", "text_version", "language", "channel", "given_at", "withdrawn_at",
            "withdrawn_channel",
        )
    )  # fmt: skip


def _enrollments(person: Person) -> Rows:
    rows = Enrollment.objects.filter(person__in=person_ids(person)).order_by("pk")
    return list(
        rows.values(
            "cohort__code", "cohort__title", "seat", "city__name", "organization_name", "title",
            "group__name", "post", "state", "left_on", "created_at",
        )
    )  # fmt: skip


def _nominations(person: Person) -> Rows:
    rows = Nomination.objects.filter(enrollment__person__in=person_ids(person)).order_by("pk")
    return list(
        rows.values(
            "cohort__code", "city__name", "name", "gender", "organization_name", "title", "phone",
            "email", "paper_kind", "masked", "reason", "conditions", "state", "created_at",
            "submitted_at", "confirmed_at",
        )
    )  # fmt: skip


def _logistics(person: Person) -> Rows:
    of_person = LogisticsForm.objects.filter(enrollment__person__in=person_ids(person))
    rows = of_person.order_by("leg__position", "pk")
    names = ("enrollment__cohort__code", "leg__city__name", *OPEN_FACTS, "diet", "filled_at")
    return [
        {**facts, **opened_texts(form)}
        for facts, form in zip(rows.values(*names), rows, strict=True)
    ]


def _rooms(person: Person) -> Rows:
    rows = RoomStay.objects.filter(enrollment__person__in=person_ids(person)).order_by("first_on")
    return list(
        rows.values(
            "enrollment__cohort__code", "room__hotel__name", "room__number", "first_on", "last_on"
        )
    )


def _roster_past(person: Person) -> Rows:
    """What the rosters said before, as far as it is still kept."""
    seats = Enrollment.objects.filter(person__in=person_ids(person)).values("pk")
    rows = RosterPast.objects.filter(
        Q(kind__in=(PastKind.PERSON, PastKind.IDENTITY), row_id__in=person_ids(person))
        | Q(kind=PastKind.ENROLLMENT, row_id__in=seats),
        ends_at__isnull=False,
    ).order_by("begins_at")
    return list(rows.values("cohort__code", "facts", "begins_at", "ends_at"))


def _certificates(person: Person) -> Rows:
    rows = Certificate.objects.filter(enrollment__person__in=person_ids(person)).order_by("pk")
    return list(rows.values("number", "name", "hours", "state", "issued_on", "verify_code"))


def _messages(person: Person) -> Rows:
    if person.user_id is None:
        return []
    rows = Notice.objects.filter(user_id=person.user_id).order_by("pk")
    return list(
        rows.values(
            "kind",
            "channel",
            "subject",
            "address",
            "state",
            "created_at",
            "sent_at",
            "read_at",
            "acknowledged_at",
        )
    )


def _merges(person: Person) -> Rows:
    """Entries that were put together: when, and which contacts gave way."""
    rows = PersonMerge.objects.filter(kept=person).order_by("pk")
    return list(rows.values("gone__name", "made_at", "undone_at"))


def _former_contacts(person: Person) -> Rows:
    return list(FormerContact.objects.filter(person=person).values("kind", "value", "noted_at"))


def _channels(person: Person) -> Rows:
    """The further addresses for messages, opened: they are the person's own."""
    rows = ChannelChoice.objects.filter(user__person=person).order_by("position")
    return [
        {
            "channel": row.channel,
            "use": row.use,
            "address": open_choice(row),
            "confirmed_at": row.confirmed_at,
        }
        for row in rows
    ]


def _requests(person: Person) -> Rows:
    rows = PrivacyRequest.objects.filter(person__in=person_ids(person)).order_by("pk")
    return list(rows.values("kind", "state", "wish", "answer", "received_at", "ended_at"))


def _record(person: Person) -> Rows:
    """Who did what with the person's rows: what, when; not who, for those are others' data."""
    ids = person_ids(person)
    enrollments = Enrollment.objects.filter(person__in=ids).values_list("pk", flat=True)
    wanted = [("participants.person", str(pk)) for pk in ids]
    wanted += [("participants.enrollment", str(pk)) for pk in enrollments]
    found: list[Mapping[str, Any]] = [
        row
        for kind, pk in wanted
        for row in AuditEvent.objects.filter(target_kind=kind, target_id=pk).values(
            "at", "verb", "reason"
        )
    ]
    return sorted(found, key=lambda row: row["at"])


for _name, _section in (
    ("person", _person),
    ("identity_papers", _papers),
    ("consents", _consents),
    ("enrollments", _enrollments),
    ("nominations", _nominations),
    ("logistics", _logistics),
    ("rooms", _rooms),
    ("roster_past", _roster_past),
    ("certificates", _certificates),
    ("messages", _messages),
    ("channels", _channels),
    ("merges", _merges),
    ("former_contacts", _former_contacts),
    ("requests", _requests),
    ("record", _record),
):
    register(_name, _section)
