"""Background work of participants: an id in, one action. Rows are the truth, tasks are hints."""

from celery import shared_task

from participants.actions import certificates as actions
from participants.actions import (
    data_copies,
    deadline_reminders,
    erasure,
    import_work,
    logistics_reminders,
    privacy_requests,
    scheduled_exports,
)
from participants.choices import CertificateState, RenderProblem
from participants.models import Certificate, ExportFile, RosterImport

# Far below the time limit of a task at some 30 ms a document.
SWEPT_AT_ONCE = 500


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def render_certificate(certificate_id: int) -> None:
    certificate = Certificate.objects.filter(pk=certificate_id).first()
    if certificate:
        actions.render_certificate(certificate=certificate)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def render_waiting_certificates() -> None:
    """What a dead worker, an emptied queue or a missing font left unrendered. Without fonts the
    first one tells it all."""
    waiting = Certificate.objects.filter(rendered_at__isnull=True, state=CertificateState.ISSUED)
    for certificate in waiting.order_by("pk")[:SWEPT_AT_ONCE]:
        row = actions.render_certificate(certificate=certificate)
        if row.render_problem == RenderProblem.FONTS:
            return


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def remind_of_deadlines() -> None:
    deadline_reminders.remind_of_deadlines()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def remind_of_logistics() -> None:
    logistics_reminders.remind_of_logistics()


@shared_task(  # type: ignore[untyped-decorator]  # celery has no types
    soft_time_limit=import_work.SECONDS, time_limit=import_work.SECONDS + 20
)
def work_on_import(import_id: int) -> None:
    roster_import = RosterImport.objects.filter(pk=import_id).first()
    if roster_import:
        import_work.work_on(roster_import=roster_import)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def sweep_imports() -> None:
    """What a dead worker or an emptied queue left waiting, and what is kept longer than a day."""
    import_work.sweep()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def purge_due() -> None:
    """Every night; what a killed one left is due the next time too."""
    privacy_requests.release_held()
    erasure.purge_due()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def make_data_copy(request_id: int) -> None:
    data_copies.make_copy(request_id=request_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def make_waiting_copies() -> None:
    """What a dead worker or an emptied queue left undone."""
    for request_id in data_copies.waiting_requests():
        data_copies.make_copy(request_id=request_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def make_roster_export(file_id: int) -> None:
    file = ExportFile.objects.filter(pk=file_id).first()
    if file:
        scheduled_exports.make_file(file=file)


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def sweep_roster_exports() -> None:
    """What is due now, what a dead worker or an emptied queue left, what has expired."""
    scheduled_exports.order_due_files()
    scheduled_exports.clear_files()
