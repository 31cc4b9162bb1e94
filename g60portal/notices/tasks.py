"""Celery's entries for delivery. Messages carry a channel at most: what is due stands in the rows.

E-mail, what is urgent and the other channels have queues of their own, and each but e-mail works at
one slice at a time: a slow service holds up nothing but itself.
"""

import imaplib

import structlog
from celery import shared_task

from g60portal.common.lanes import lane
from g60portal.notices import claims
from g60portal.notices.bounce_mailbox import BounceUrlUnusable, read_bounces
from g60portal.notices.choices import Channel
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.escalation import escalate
from g60portal.notices.outbox import SLICE_SIZE, hint_delivery, hint_urgent

logger = structlog.get_logger(__name__)

# Small enough that the next urgent mail waits for little.
URGENT_SLICE = 20


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def deliver() -> None:
    """One slice of e-mail; a full one means that more may wait."""
    if deliver_slice() == SLICE_SIZE:
        hint_delivery(1)


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def deliver_urgent() -> None:
    """One slice of the e-mail that somebody waits for, past everything else."""
    with lane("notices:urgent") as free:
        count = deliver_slice(URGENT_SLICE, only_urgent=True) if free else 0
    if count == URGENT_SLICE:
        hint_urgent()


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def deliver_channel(channel: str) -> None:
    """One slice of another channel than e-mail."""
    with lane(f"notices:{channel}") as free:
        count = deliver_slice(channel=channel) if free else 0
    if count == SLICE_SIZE:
        hint_delivery(1, channel=channel)


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def sweep() -> None:
    """Every few seconds: whatever waits gets a worker, also after a lost queue or a dead worker."""
    claims.mend_times()
    escalate()
    for channel, count in claims.waiting_channels().items():
        hint_delivery(min(count, SLICE_SIZE * 2), channel=channel)
    if claims.waiting().filter(claims.is_urgent(), channel=Channel.EMAIL).exists():
        hint_urgent()


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def read_bounce_mailbox() -> None:
    """Every few minutes; a mailbox that is away is read the next time."""
    try:
        read_bounces()
    except (OSError, imaplib.IMAP4.error, BounceUrlUnusable) as error:
        logger.warning("bounces_not_read", error=type(error).__name__)
