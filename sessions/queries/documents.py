"""The files of documents: what they are called, and the bundles that somebody has asked for."""

import hashlib

from django.core.files.storage import default_storage

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.common import clock
from sessions.choices import BundleState
from sessions.documents.catalogue import Document
from sessions.models import DocumentBundle


def document_filename(cohort: Cohort, document: Document, language: str, ordering: str) -> str:
    """Plain ASCII: it travels in headers. The order where the document follows one."""
    parts = [cohort.code, document.name, language.partition("-")[0]]
    if document.ordered:
        parts.append(ordering)
    return "-".join(parts) + ".pdf"


def bundle_filename(bundle: DocumentBundle) -> str:
    return f"{bundle.cohort.code}-documents-{clock.local(bundle.asked_at):%Y%m%d-%H%M}.zip"


def bundle_of(cohort: Cohort, user: User, bundle_id: int) -> DocumentBundle | None:
    """A bundle for its owner; for everybody else there is none."""
    rows = DocumentBundle.objects.select_related("cohort")
    return rows.filter(cohort=cohort, by=user, pk=bundle_id).first()


def latest_bundle(cohort: Cohort, user: User) -> DocumentBundle | None:
    """The last one that has not expired."""
    rows = DocumentBundle.objects.select_related("cohort").filter(cohort=cohort, by=user)
    return rows.exclude(expires_at__lt=clock.now()).order_by("-pk").first()


def bundle_bytes(bundle: DocumentBundle) -> bytes | None:
    """The file as it was made; None when it is not there, has expired or was damaged."""
    expired = bundle.expires_at is None or bundle.expires_at <= clock.now()
    if bundle.state != BundleState.DONE or expired or not bundle.file.name:
        return None
    if not default_storage.exists(bundle.file.name):
        return None
    with default_storage.open(bundle.file.name) as stored:
        content = bytes(stored.read())
    return content if hashlib.sha256(content).hexdigest() == bundle.sha256 else None
