"""Everything the portal knows of one person, for the copy that it may ask for.

Higher apps add their part with `register` in their `ready()`. Left out: what others wrote for the
committee's own decision (notes, ranks), and the secrets of the account.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from g60portal.audit.models import AuditEvent
from g60portal.notices.models import Notice
from participants.models import (
    Certificate,
    Consent,
    Enrollment,
    Nomination,
    Person,
    PrivacyRequest,
    SealedIdentity,
)

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
    rows = Consent.objects.filter(person=person).order_by("pk")
    return list(
        rows.values(
            "purpose", "text_version", "language", "channel", "given_at", "withdrawn_at",
            "withdrawn_channel",
        )
    )  # fmt: skip


def _enrollments(person: Person) -> Rows:
    rows = Enrollment.objects.filter(person=person).order_by("pk")
    return list(
        rows.values(
            "cohort__code", "cohort__title", "seat", "city__name", "organization_name", "title",
            "group__name", "state", "left_on", "created_at",
        )
    )  # fmt: skip


def _nominations(person: Person) -> Rows:
    rows = Nomination.objects.filter(enrollment__person=person).order_by("pk")
    return list(
        rows.values(
            "cohort__code", "city__name", "name", "gender", "organization_name", "title", "phone",
            "email", "paper_kind", "masked", "reason", "conditions", "state", "created_at",
            "submitted_at", "confirmed_at",
        )
    )  # fmt: skip


def _certificates(person: Person) -> Rows:
    rows = Certificate.objects.filter(enrollment__person=person).order_by("pk")
    return list(rows.values("number", "name", "hours", "state", "issued_on", "verify_code"))


def _messages(person: Person) -> Rows:
    if person.user_id is None:
        return []
    rows = Notice.objects.filter(user_id=person.user_id).order_by("pk")
    return list(rows.values("kind", "subject", "address", "state", "created_at", "sent_at"))


def _requests(person: Person) -> Rows:
    rows = PrivacyRequest.objects.filter(person=person).order_by("pk")
    return list(rows.values("kind", "state", "wish", "answer", "received_at", "ended_at"))


def _record(person: Person) -> Rows:
    """Who did what with the person's rows: what, when; not who, for those are others' data."""
    enrollments = Enrollment.objects.filter(person=person).values_list("pk", flat=True)
    wanted = [("participants.person", str(person.pk))]
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
    ("certificates", _certificates),
    ("messages", _messages),
    ("requests", _requests),
    ("record", _record),
):
    register(_name, _section)
