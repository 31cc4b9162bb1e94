"""Who sends which notice: slices are claimed with a lease, and each row's state is written back.

Every function is one statement and one short transaction, so that a worker killed at any point
leaves rows that another one takes over when the lease has run out.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from g60portal.common import clock
from g60portal.notices.choices import OPEN_STATES, Channel, NoticeState
from g60portal.notices.kinds import known_kinds
from g60portal.notices.models import Notice
from g60portal.notices.outbox import SLICE_SIZE
from g60portal.notices.retry import (
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    UNREACHABLE_WAIT,
    Fate,
    state_after,
    wait_after,
)

_CLAIM = """
    UPDATE notices_notice AS notice
       SET state = 'sending', attempts = notice.attempts + 1, lease_until = %(until)s
      FROM (SELECT id, state AS state_before
              FROM notices_notice AS waiting
             WHERE state IN ('queued', 'sending', 'retrying') AND channel = %(channel)s
               AND (due_at <= %(now)s OR state = 'sending'
                    OR (state = 'queued' AND due_at <= created_at))
               AND (NOT %(only_urgent)s OR urgent OR kind = ANY(%(urgent)s))
               AND (state <> 'sending' OR lease_until IS NULL OR lease_until < %(now)s)
               AND (after_id IS NULL OR NOT EXISTS (
                    SELECT 1 FROM notices_notice AS earlier
                     WHERE earlier.id = waiting.after_id
                       AND earlier.state = 'sending' AND earlier.lease_until >= %(now)s))
             ORDER BY (urgent OR kind = ANY(%(urgent)s)) DESC, due_at, id
             LIMIT %(limit)s
               FOR UPDATE OF waiting SKIP LOCKED) AS due
     WHERE notice.id = due.id
 RETURNING notice.id, due.state_before
"""
_POSTPONE = """
    UPDATE notices_notice SET state = 'retrying', due_at = %(due_at)s, last_error = %(error)s
     WHERE id IN (SELECT id FROM notices_notice
                   WHERE state IN ('queued', 'retrying') AND due_at <= %(now)s
                     AND channel = %(channel)s
                     FOR UPDATE SKIP LOCKED)
"""
_RENEW = """
    UPDATE notices_notice SET lease_until = %(until)s
     WHERE id = ANY(%(ids)s) AND state = 'sending' AND lease_until = %(held_until)s
 RETURNING id
"""


def lease_length() -> dt.timedelta:
    return dt.timedelta(seconds=settings.NOTICE_LEASE_SECONDS)


def lease_end() -> dt.datetime:
    return clock.now() + lease_length()


def urgent_kinds() -> list[str]:
    return [kind.name for kind in known_kinds() if kind.urgent]


def is_urgent() -> Q:
    return Q(urgent=True) | Q(kind__in=urgent_kinds())


def waiting() -> QuerySet[Notice]:
    """Rows that somebody should take now: due, or left behind by a dead worker. What was due when
    it was written is due whatever the clock says now: it may have been set back."""
    now = clock.now()
    due = (
        Q(due_at__lte=now)
        | Q(state=NoticeState.SENDING)
        | Q(state=NoticeState.QUEUED, due_at__lte=F("created_at"))
    )
    return Notice.objects.filter(due, state__in=OPEN_STATES).filter(
        ~Q(state=NoticeState.SENDING) | Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    )


def waiting_channels() -> dict[str, int]:
    """How many rows wait, by channel."""
    rows = waiting().order_by().values_list("channel").annotate(Count("pk"))
    return dict(rows)


def claim_slice(
    limit: int = SLICE_SIZE, *, channel: str = Channel.EMAIL, only_urgent: bool = False
) -> list[Notice]:
    """Take up to `limit` waiting rows of a channel that nobody else takes at this moment, none of
    them before the notice that it comes `after` is settled. The urgent ones go first.

    A row that was being sent eight times when its worker died is poison: it is put aside.
    """
    urgent = urgent_kinds()
    facts: dict[str, Any] = {
        "now": clock.now(),
        "until": lease_end(),
        "limit": limit,
        "urgent": urgent,
        "channel": channel,
        "only_urgent": only_urgent,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, facts)
        before: dict[int, str] = dict(cursor.fetchall())
    rows = list(Notice.objects.filter(pk__in=before).order_by("due_at", "pk"))
    rows.sort(key=lambda row: not (row.urgent or row.kind in urgent))
    poison = [row for row in rows if _is_poison(row, before[row.pk])]
    for row in poison:
        _close(row, state=NoticeState.NEEDS_PERSON, last_error="the worker died while sending")
    return [row for row in rows if row not in poison]


def renew(rows: Sequence[Notice]) -> set[int]:
    """Prolong the leases of these rows of one slice; answers the ids that are still ours."""
    if not rows:
        return set()
    facts: dict[str, Any] = {
        "until": lease_end(),
        "ids": [row.pk for row in rows],
        "held_until": rows[0].lease_until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, facts)
        held = {pk for (pk,) in cursor.fetchall()}
    for row in rows:
        row.lease_until = facts["until"]
    return held


def mend_times() -> None:
    """Make good for a clock that was set back: leases and waits that lie further ahead than any is
    given end as late as they would have from now on.

    A living worker finds its lease changed and stops; what it had left is taken when the new lease
    is over, so that nothing is sent twice.
    """
    now = clock.now()
    ahead = Notice.objects.filter(
        state=NoticeState.SENDING, lease_until__gt=now + 2 * lease_length()
    )
    ahead.update(lease_until=now + lease_length())
    late = Notice.objects.filter(state=NoticeState.RETRYING, due_at__gt=now + 2 * LONGEST_WAIT)
    late.update(due_at=now + LONGEST_WAIT)


def mark_sent(row: Notice, provider_id: str = "") -> None:
    """The server has it: written even when the lease ran out, so that nobody else sends."""
    Notice.objects.filter(pk=row.pk, state__in=OPEN_STATES).update(
        state=NoticeState.SENT,
        sent_at=clock.now(),
        lease_until=None,
        last_error="",
        provider_id=provider_id,
    )


def mark_troubled(row: Notice, fate: Fate, error: str) -> None:
    """The attempt failed: a later attempt, or a person."""
    state = state_after(fate, row.attempts)
    if state == NoticeState.RETRYING:
        due_at = clock.now() + wait_after(row.attempts)
        _close(row, state=state, last_error=error, due_at=due_at)
    else:
        _close(row, state=state, last_error=error)


def mark_unwanted(row: Notice, reason: str = "") -> None:
    """Its occasion is gone (somebody withdrew): it is not sent."""
    _close(row, state=NoticeState.CANCELLED, last_error=reason)


def hand_back(rows: Collection[Notice]) -> None:
    """Rows that were not attempted: as before, the attempt given back."""
    _held(rows).update(state=NoticeState.QUEUED, lease_until=None, attempts=F("attempts") - 1)


def postpone_all(rows: Sequence[Notice], error: str) -> None:
    """No connection: these rows of one channel, and all others of it that are due, wait a minute.
    One look at a dead server is enough for all, or a hanging one would keep every worker busy."""
    now = clock.now()
    facts: dict[str, Any] = {
        "due_at": now + UNREACHABLE_WAIT,
        "error": error,
        "now": now,
        "channel": rows[0].channel,
    }
    _held(rows).update(
        state=NoticeState.RETRYING,
        due_at=facts["due_at"],
        last_error=error,
        lease_until=None,
        attempts=F("attempts") - 1,
    )
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE, facts)


def _is_poison(row: Notice, state_before: str) -> bool:
    return state_before == NoticeState.SENDING and row.attempts > MAX_ATTEMPTS


def _held(rows: Collection[Notice]) -> QuerySet[Notice]:
    """The rows of a slice as far as the lease is still the one we were given."""
    leases = {row.lease_until for row in rows}
    return Notice.objects.filter(
        pk__in=[row.pk for row in rows], state=NoticeState.SENDING, lease_until__in=leases
    )


def _close(row: Notice, **facts: Any) -> None:
    _held([row]).update(lease_until=None, **facts)
