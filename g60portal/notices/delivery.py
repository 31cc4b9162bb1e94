"""Delivering one slice of notices: claim, compose, send over one connection, mark each row.

A row is marked right after the server accepted it, in its own short statement; when the database is
away at that moment the worker waits for it, because sending again would be a second copy. What a
killed worker leaves behind is taken over when its lease has run out; the Message-ID stays the same.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from g60portal.notices import claims, pace
from g60portal.notices.channels.carriers import Carrier, Refused, Unreachable, carrier_for
from g60portal.notices.choices import Channel, NoticeState
from g60portal.notices.kinds import Message, kind_named
from g60portal.notices.models import Notice
from g60portal.notices.outbox import SLICE_SIZE
from g60portal.notices.retry import Fate, fate_of, told

logger = structlog.get_logger(__name__)

# A slow server must not keep an urgent mail waiting behind a whole slice.
SLICE_SECONDS = 60.0
# A lease is prolonged when so much of it is used up, so that most of it covers each message.
RENEW_SHARE = 1 / 8

# So long a worker waits for a database that is away before it gives up a mark.
PATIENCE_SECONDS = 30.0
PATIENCE_STEP = 0.2

Claim = Callable[[int], list[Notice]]


def deliver_slice(
    limit: int = SLICE_SIZE,
    claim: Claim | None = None,
    *,
    channel: str = Channel.EMAIL,
    only_urgent: bool = False,
) -> int:
    """Send what is due on a channel, one slice, within its pace and outside of its quiet hours;
    answers how many rows were claimed (0: nothing to do now)."""
    rows = claim(limit) if claim else pace.claim_allowed(limit, channel, only_urgent=only_urgent)
    if not pace.in_use(channel):
        return _give_up(rows)
    messages = composed(rows)
    wanted = [row for row in rows if row.pk in messages]
    with closing(carrier_for(channel)) as carrier:
        _send_all(wanted, messages, carrier)
    if rows:
        logger.info("notices_delivered", channel=channel, claimed=len(rows), composed=len(wanted))
    return len(rows)


def _give_up(rows: Sequence[Notice]) -> int:
    """The channel was switched off after these were written."""
    for row in rows:
        claims.mark_unwanted(row, "channel switched off")
    return len(rows)


def composed(rows: Sequence[Notice]) -> dict[int, Message]:
    """The messages by row id. Rows that nobody wants any more, or that cannot be composed, are
    marked here and stay out."""
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for row in _without_stopped(rows):
        by_kind[row.kind].append(row)
    messages: dict[int, Message] = {}
    for kind, of_kind in by_kind.items():
        messages.update(_composed_kind(kind, of_kind))
    return messages


def _without_stopped(rows: Sequence[Notice]) -> list[Notice]:
    """A copy goes with its first: what was taken back or superseded is not told elsewhere."""
    firsts = [row.copy_of_id for row in rows if row.copy_of_id]
    if not firsts:
        return list(rows)
    stopped = set(
        Notice.objects.filter(pk__in=firsts, state=NoticeState.CANCELLED).values_list(
            "pk", flat=True
        )
    )
    for row in rows:
        if row.copy_of_id in stopped:
            claims.mark_unwanted(row)
    return [row for row in rows if row.copy_of_id not in stopped]


def _composed_kind(kind: str, rows: Sequence[Notice]) -> Mapping[int, Message]:
    """A whole slice at once; when that fails one by one, so that a bad row stands alone."""
    try:
        with transaction.atomic():
            messages = kind_named(kind).compose(rows)
    except Exception as error:  # noqa: BLE001 -- whatever a kind does wrong must not stop the others
        if len(rows) > 1:
            alone = [_composed_kind(kind, [row]) for row in rows]
            return {pk: message for answer in alone for pk, message in answer.items()}
        logger.warning("notice_not_composed", notice=rows[0].pk, error=type(error).__name__)
        claims.mark_troubled(rows[0], Fate.RETRY, told(error, rows[0].address))
        return {}
    for row in rows:
        if row.pk not in messages:
            claims.mark_unwanted(row)
    return messages


def _send_all(rows: Sequence[Notice], messages: Mapping[int, Message], carrier: Carrier) -> None:
    for row, rest in _while_held(rows):
        try:
            provider_id = carrier.send(row, messages[row.pk])
        except Unreachable as error:
            claims.postpone_all(rest, str(error))
            return
        except Refused as refused:
            claims.mark_troubled(row, fate_of(refused.cause), told(refused.cause, row.address))
        else:
            _mark_sent(row, provider_id)


def _mark_sent(row: Notice, provider_id: str) -> None:
    """Now or as soon as the database is back."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            claims.mark_sent(row, provider_id)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            connection.close()
            time.sleep(PATIENCE_STEP)
        else:
            return


def _while_held(rows: Sequence[Notice]) -> Iterator[tuple[Notice, list[Notice]]]:
    """Each row, with those from it on, as long as the lease is ours and the slice has time left.

    What is left over when time is up goes back untouched.
    """
    renew_after = settings.NOTICE_LEASE_SECONDS * RENEW_SHARE
    started = renewed = time.monotonic()
    held = {row.pk for row in rows}
    for position, row in enumerate(rows):
        now = time.monotonic()
        if now - started > SLICE_SECONDS:
            claims.hand_back(rows[position:])
            return
        if now - renewed > renew_after:
            held, renewed = claims.renew(rows[position:]), now
        if row.pk in held:
            yield row, list(rows[position:])
