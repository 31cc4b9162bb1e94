"""Handing work to Celery after commit, by name and with ids only.

A hint, not the truth: when Redis is away the row stays and beat's sweep does the work later.
"""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

logger = structlog.get_logger(__name__)


# A broker hands out again what waits for longer than its own patience, so no hint waits longer.
LONGEST_COUNTDOWN = 60


def enqueue(task_name: str, *ids: int | str, countdown: float = 0) -> None:
    """Send the named task once the running transaction has committed; a worker begins it after
    `countdown` seconds, at most `LONGEST_COUNTDOWN`."""
    if countdown > LONGEST_COUNTDOWN:
        raise ValueError("What is due later waits as a row, for the sweep.")
    transaction.on_commit(lambda: _send(task_name, ids, countdown), robust=True)


def _send(task_name: str, ids: tuple[int | str, ...], countdown: float) -> None:
    route = current_app.amqp.router.route({}, task_name)
    try:
        current_app.send_task(
            task_name, args=ids, countdown=countdown or None, **route, retry=False
        )
    except (OSError, KombuError, *current_app.connection_for_write().connection_errors) as error:
        logger.warning("queue_away", task=task_name, error=type(error).__name__)
