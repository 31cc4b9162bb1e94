"""Certificates: numbered and frozen at issue, rendered afterwards, revoked.

The transaction that issues gives the numbers; rendering is apart from it, repeatable, and gives
the same bytes each time.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record, record_many
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked, locked_rows
from g60portal.common.queue import enqueue
from g60portal.notices.outbox import write_notices
from participants.choices import CertificateState, RenderProblem, RevokeKind
from participants.documents.certificate import GlyphsMissing
from participants.documents.certificate import render_certificate as printed
from participants.documents.fonts import FontsMissing
from participants.models import Certificate, CertificateCounter, Enrollment
from participants.notices.certificate_ready import certificate_ready
from participants.queries.certificates import document_facts, personal_facts, shared_facts
from participants.refusals import (
    CertificateInForce,
    CertificateNotInForce,
    NotInCohort,
    NumbersTaken,
)
from participants.rules.certificates import (
    CODE_LENGTH,
    CODE_LETTERS,
    certificate_number,
    grouped_code,
)

# The name that Postgres gave to the unique column.
NUMBER_UNIQUE = "participants_certificate_number_key"
RENDER_TASK = "participants.tasks.render_certificate"

logger = structlog.get_logger(__name__)


class RenderingDiffers(RuntimeError):
    """Rendering an old certificate gave other bytes than those on record: the printer changed."""


@dataclass(frozen=True)
class CertificateEntry:
    """A certificate to be issued: to whom, and the hours it states."""

    enrollment_id: int
    hours: Decimal


@transaction.atomic
def issue_certificates(
    *, cohort: Cohort, entries: Sequence[CertificateEntry], by: User | None
) -> list[Certificate]:
    """Issue to all of the entries or to none, numbered in roster order without gaps.

    Locks the cohort, the enrollments, the counter. Raises NotInCohort, CertificateInForce and
    NumbersTaken.
    """
    row = locked_open(cohort)
    hours = {entry.enrollment_id: entry.hours for entry in entries}
    enrollments = _enrollments_in_roster_order(row, hours)
    _demand_none_in_force(hours)
    counter = _locked_counter(row)
    certificates = _numbered(row, enrollments, hours, counter.last_serial)
    _insert(certificates)
    counter.last_serial += len(certificates)
    counter.save(update_fields=["last_serial"])
    record_many("certificate.issued", certificates, by=by, scope=row.code)
    for certificate in certificates:
        enqueue(RENDER_TASK, certificate.pk)
    return certificates


@transaction.atomic
def render_certificate(*, certificate: Certificate) -> Certificate:
    """Print, keep the file under its hash, tell the holder. Again does nothing, or brings back a
    file that the store lost. Locks the certificate.

    Characters or fonts that are missing are noted on the row, which stays unrendered.
    """
    row = locked(certificate)
    if row.state != CertificateState.ISSUED and not row.rendered_at:
        return row
    if row.rendered_at and row.file.name and default_storage.exists(row.file.name):
        return row
    try:
        content = printed(document_facts(row))
    except FontsMissing as problem:
        return _noted_problem(row, RenderProblem.FONTS, str(problem))
    except GlyphsMissing as problem:
        return _noted_problem(row, RenderProblem.GLYPHS, str(problem))
    return _kept(row, content)


@transaction.atomic
def revoke_certificate(
    *,
    certificate: Certificate,
    reason: str,
    by: User | None,
    kind: RevokeKind | str = RevokeKind.OTHER,
) -> Certificate:
    """Revoke one that is in force; the number stays used. Strangers see the kind, not the reason.

    Locks the certificate. Raises ReasonMissing and CertificateNotInForce.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    row = locked(certificate)
    if row.state != CertificateState.ISSUED:
        raise CertificateNotInForce
    before = {"state": row.state}
    row.state = CertificateState.REVOKED
    row.revoked_at = clock.now()
    row.revoke_kind = kind
    row.revoke_reason = reason.strip()
    row.save(update_fields=["state", "revoked_at", "revoke_kind", "revoke_reason"])
    record(
        "certificate.revoked",
        row,
        by=by,
        scope=row.facts["code"],
        before=before,
        after={"state": row.state, "kind": row.revoke_kind},
        reason=row.revoke_reason,
    )
    return row


def new_verify_code() -> str:
    """80 random bits; nothing about the certificate can be told from it."""
    return grouped_code("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)))


def _enrollments_in_roster_order(cohort: Cohort, wanted: Iterable[int]) -> list[Enrollment]:
    ids = set(wanted)
    found = locked_rows(cohort.enrollments.select_related("person").filter(pk__in=ids))
    if len(found) != len(ids):
        raise NotInCohort(facts={"enrollments": sorted(ids - {row.pk for row in found})})
    return sorted(found, key=lambda row: (row.person.stroke_key, row.seat))


def _demand_none_in_force(enrollment_ids: Iterable[int]) -> None:
    held = Certificate.objects.filter(
        enrollment_id__in=list(enrollment_ids), state=CertificateState.ISSUED
    )
    taken = sorted(held.values_list("enrollment_id", flat=True))
    if taken:
        raise CertificateInForce(facts={"enrollments": taken})


def _locked_counter(cohort: Cohort) -> CertificateCounter:
    CertificateCounter.objects.get_or_create(cohort=cohort)
    return CertificateCounter.objects.select_for_update().get(cohort=cohort)


def _numbered(
    cohort: Cohort, enrollments: Sequence[Enrollment], hours: Mapping[int, Decimal], last: int
) -> list[Certificate]:
    issued_on = clock.today()
    shared = shared_facts(cohort, issued_on)
    return [
        _certificate(cohort, enrollment, hours[enrollment.pk], serial, shared)
        for serial, enrollment in enumerate(enrollments, last + 1)
    ]


def _certificate(
    cohort: Cohort, enrollment: Enrollment, hours: Decimal, serial: int, shared: Mapping[str, Any]
) -> Certificate:
    issued_on = clock.today()
    code = new_verify_code()
    verify_url = settings.PORTAL_URL + reverse("certificate-verify", args=[code])
    personal = personal_facts(enrollment, hours)
    return Certificate(
        cohort=cohort,
        enrollment=enrollment,
        serial=serial,
        number=certificate_number(
            cohort.certificate_prefix, issued_on.year, cohort.edition, serial
        ),
        name=personal["name"],
        hours=hours,
        issued_on=issued_on,
        verify_code=code,
        facts={**shared, **personal, "verify_url": verify_url},
    )


def _insert(certificates: Sequence[Certificate]) -> None:
    try:
        with transaction.atomic():
            Certificate.objects.bulk_create(certificates)
    except IntegrityError as error:
        if broken_constraint(error) != NUMBER_UNIQUE:
            raise
        raise NumbersTaken from error


def _noted_problem(row: Certificate, problem: RenderProblem, detail: str) -> Certificate:
    row.render_problem, row.render_problem_detail = problem, detail[:200]
    row.save(update_fields=["render_problem", "render_problem_detail"])
    logger.warning("certificate_not_rendered", certificate=row.pk, problem=str(problem))
    return row


def _kept(row: Certificate, content: bytes) -> Certificate:
    digest = hashlib.sha256(content).hexdigest()
    if row.sha256 and row.sha256 != digest:
        raise RenderingDiffers(f"Certificate {row.pk} has changed in rendering.")
    row.file.name = _stored(content, digest)
    if not row.rendered_at:
        row.sha256, row.rendered_at = digest, clock.now()
        row.render_problem = row.render_problem_detail = ""
        row.save(
            update_fields=[
                "file", "sha256", "rendered_at", "render_problem", "render_problem_detail",
            ]
        )  # fmt: skip
        write_notices(certificate_ready([row]))
    return row


def _stored(content: bytes, digest: str) -> str:
    """The name under which the content lies. A half-written file of a crash is replaced."""
    name = f"certificates/{digest[:2]}/{digest}.pdf"
    if default_storage.exists(name):
        with default_storage.open(name) as stored:
            if hashlib.sha256(stored.read()).hexdigest() == digest:
                return name
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))
