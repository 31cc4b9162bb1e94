"""Celery's entries for delivery. Messages carry nothing: what is due stands in the rows."""

from celery import shared_task

from g60portal.notices.claims import waiting
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.outbox import SLICE_SIZE, hint_delivery


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def deliver() -> None:
    """One slice; a full one means that more may wait."""
    if deliver_slice() == SLICE_SIZE:
        hint_delivery(1)


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def sweep() -> None:
    """Every few seconds: whatever waits gets a worker, also after a lost queue or a dead worker."""
    hint_delivery(waiting()[: SLICE_SIZE * 2].count())
