"""Background work of training sessions: an id in, one action. Rows are the truth, tasks hints."""

from celery import shared_task

from sessions.actions import announcements, document_bundles, reminders
from sessions.models import DocumentBundle


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def make_document_bundle(bundle_id: int) -> None:
    rows = DocumentBundle.objects.select_related("cohort", "by")
    bundle = rows.filter(pk=bundle_id).first()
    if bundle:
        document_bundles.make_bundle(bundle=bundle)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def clear_document_bundles() -> None:
    document_bundles.clear_bundles()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def send_due_messages() -> None:
    """Every half minute: messages and reminders whose time has come."""
    announcements.send_due_announcements()
    reminders.send_due_reminders()
