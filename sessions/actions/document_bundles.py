"""All documents of a cohort in one file: asked for, made by a worker, thrown away.

Rights are looked up again when the file is made: it holds what its owner may have at that moment.
"""

import datetime as dt
import hashlib
import io
import zipfile

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import translation

from cohorts.models import Cohort
from cohorts.queries.standing import Standing, standing_in
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.queue import enqueue
from g60portal.common.refusals import Refusal
from participants.queries.roster import Ordering
from sessions.actions.documents import note_printing
from sessions.choices import UNFINISHED_BUNDLES, BundleState
from sessions.documents.catalogue import Document, Ground, Wish, document_named, printed
from sessions.models import DocumentBundle
from sessions.queries.documents import document_filename

MAKE_TASK = "sessions.tasks.make_document_bundle"
# Longer than a worker may take for one document; each document renews it.
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3
KEPT = dt.timedelta(hours=24)

logger = structlog.get_logger(__name__)


def ask_for_bundle(
    *, cohort: Cohort, names: list[str], language: str, ordering: Ordering, by: User
) -> DocumentBundle:
    """The bundle under way when there is one, else a new one that waits for a worker."""
    try:
        with transaction.atomic():
            bundle = DocumentBundle.objects.create(
                cohort=cohort, by=by, names=names, language=language, ordering=ordering
            )
            enqueue(MAKE_TASK, bundle.pk)
    except IntegrityError:
        under_way = DocumentBundle.objects.filter(
            cohort=cohort, by=by, state__in=UNFINISHED_BUNDLES
        )
        return under_way.get()
    return bundle


def make_bundle(*, bundle: DocumentBundle) -> DocumentBundle:
    """Print what was asked for, one document after the other, with the progress on the row. A
    second call while a worker holds the row, or when all is done, does nothing."""
    row = _claimed(bundle)
    if row is None:
        return bundle
    standing = standing_in(row.by, row.cohort)
    documents = [document_named(name, standing) for name in row.names]
    wish = Wish(ordering=row.ordering)  # type: ignore[arg-type]  # checked when asked for
    ground = Ground(row.cohort, standing, row.by.get_short_name(), wish)
    content = _zipped(row, ground, [one for one in documents if one is not None])
    return _kept(row, content, standing, [one for one in documents if one is not None])


@transaction.atomic
def clear_bundles() -> int:
    """Throw away files that have expired; give up those that no worker can make. How many are to
    be made again: their tasks are sent."""
    now = clock.now()
    for row in DocumentBundle.objects.filter(expires_at__lt=now):
        _remove_file(row)
        row.delete()
    lost = DocumentBundle.objects.filter(state__in=UNFINISHED_BUNDLES).filter(
        Q(lease_until__lt=now) | Q(lease_until__isnull=True, asked_at__lt=now - LEASE / 10)
    )
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=BundleState.FAILED, finished_at=now, expires_at=now + KEPT
    )
    again = list(lost.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True))
    for pk in again:
        enqueue(MAKE_TASK, pk)
    return len(again)


@transaction.atomic
def _claimed(bundle: DocumentBundle) -> DocumentBundle | None:
    """The row for this worker, or None when it is somebody else's, or done."""
    row = locked(bundle)
    now = clock.now()
    held = row.lease_until is not None and row.lease_until > now
    if not row.unfinished or held or row.attempts >= MOST_ATTEMPTS:
        return None
    row.state, row.lease_until = BundleState.WORKING, now + LEASE
    row.attempts, row.done, row.skipped = row.attempts + 1, 0, {}
    row.save(update_fields=["state", "lease_until", "attempts", "done", "skipped"])
    return row


def _zipped(row: DocumentBundle, ground: Ground, documents: list[Document]) -> bytes:
    """PDFs are packed already: they are stored, not packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for document in documents:
            try:
                pdf = printed(document, ground, row.language)
            except Refusal as refusal:
                with translation.override(row.language):
                    row.skipped[document.name] = str(refusal)
            else:
                name = document_filename(row.cohort, document, row.language, row.ordering)
                archive.writestr(name, pdf)
            DocumentBundle.objects.filter(pk=row.pk).update(
                done=F("done") + 1, skipped=row.skipped, lease_until=clock.now() + LEASE
            )
    return out.getvalue()


@transaction.atomic
def _kept(
    row: DocumentBundle, content: bytes, standing: Standing, documents: list[Document]
) -> DocumentBundle:
    printed_ones = [one for one in documents if one.name not in row.skipped]
    now = clock.now()
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.file.name = default_storage.save(f"bundles/{row.uid}.zip", ContentFile(content))
    row.state = BundleState.DONE if printed_ones else BundleState.FAILED
    row.done, row.finished_at, row.expires_at = row.total, now, now + KEPT
    row.lease_until = None
    row.save()
    note_printing(cohort=row.cohort, documents=printed_ones, standing=standing, by=row.by)
    record(
        "documents.bundled",
        row.cohort,
        by=row.by,
        scope=row.cohort.code,
        after={"documents": [one.name for one in printed_ones], "skipped": list(row.skipped)},
    )
    return row


def _remove_file(row: DocumentBundle) -> None:
    if row.file.name and default_storage.exists(row.file.name):
        default_storage.delete(row.file.name)
