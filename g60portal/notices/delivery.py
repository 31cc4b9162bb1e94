"""Delivering one slice of notices: claim, compose, send over one connection, mark each row.

A row is marked right after the server accepted it, in its own short statement. What a killed worker
leaves behind is taken over when its lease has run out; the Message-ID stays the same.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

import structlog
from django.conf import settings
from django.db import transaction

from g60portal.common.refusals import Refusal
from g60portal.notices import claims
from g60portal.notices.kinds import Message, kind_named
from g60portal.notices.mime import mail_of
from g60portal.notices.models import Notice
from g60portal.notices.outbox import SLICE_SIZE
from g60portal.notices.post import Post, Refused, Unreachable
from g60portal.notices.retry import Fate, fate_of, told

logger = structlog.get_logger(__name__)

# A slow server must not keep an urgent mail waiting behind a whole slice.
SLICE_SECONDS = 60.0
# A lease is prolonged when so much of it is used up, so that most of it covers each message.
RENEW_SHARE = 1 / 8

Claim = Callable[[int], list[Notice]]


def deliver_slice(limit: int = SLICE_SIZE, claim: Claim = claims.claim_slice) -> int:
    """Send what is due, one slice; answers how many rows were claimed (0: nothing to do)."""
    rows = claim(limit)
    messages = composed(rows)
    wanted = [row for row in rows if row.pk in messages]
    with closing(Post()) as post:
        _send_all(wanted, messages, post)
    if rows:
        logger.info("notices_delivered", claimed=len(rows), composed=len(wanted))
    return len(rows)


def composed(rows: Sequence[Notice]) -> dict[int, Message]:
    """The messages by row id. Rows that nobody wants any more, or that cannot be composed, are
    marked here and stay out."""
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    messages: dict[int, Message] = {}
    for kind, of_kind in by_kind.items():
        messages.update(_composed_kind(kind, of_kind))
    return messages


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


def _send_all(rows: Sequence[Notice], messages: Mapping[int, Message], post: Post) -> None:
    for row, rest in _while_held(rows):
        try:
            post.send(mail_of(row, messages[row.pk]))
        except Unreachable as error:
            claims.postpone_all(rest, str(error))
            return
        except Refused as refused:
            claims.mark_troubled(row, fate_of(refused.cause), told(refused.cause, row.address))
        except (Refusal, ValueError) as error:
            claims.mark_troubled(row, Fate.NEEDS_PERSON, told(error, row.address))
        else:
            claims.mark_sent(row)


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
