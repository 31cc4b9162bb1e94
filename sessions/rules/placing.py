"""Where a session may lie: its times on the clock, and the hours that its length suggests.

Whether something is in the way is for `clashes`.
"""

import datetime as dt
from decimal import Decimal

from g60portal.common.clock import local
from sessions.choices import SessionKind

INCOMPLETE, REVERSED = "incomplete", "reversed"
OVER_MIDNIGHT, NOT_WHOLE = "over_midnight", "not_whole"
# One hour of teaching is 45 minutes in the field's rules; halves are counted.
TEACHING_MINUTES = 45
COUNTED_KINDS = frozenset(
    {
        SessionKind.LECTURE,
        SessionKind.SITE_VISIT,
        SessionKind.EXHIBITION,
        SessionKind.DISCUSSION,
        SessionKind.CEREMONY,
    }
)
USUAL_MINUTES = {
    SessionKind.LECTURE: 150,
    SessionKind.SITE_VISIT: 120,
    SessionKind.EXHIBITION: 90,
    SessionKind.DISCUSSION: 90,
    SessionKind.CEREMONY: 60,
    SessionKind.TRANSFER: 60,
    SessionKind.MEAL: 60,
    SessionKind.SELF_STUDY: 90,
}


def times_problem(starts_at: dt.datetime | None, ends_at: dt.datetime | None) -> str:
    """Why a session cannot have these times; empty when it can. Both missing = in the tray."""
    if starts_at is None and ends_at is None:
        return ""
    if starts_at is None or ends_at is None:
        return INCOMPLETE
    if ends_at <= starts_at:
        return REVERSED
    if any(instant.second or instant.microsecond for instant in (starts_at, ends_at)):
        return NOT_WHOLE
    last_instant = ends_at - dt.timedelta(microseconds=1)
    return "" if local(starts_at).date() == local(last_instant).date() else OVER_MIDNIGHT


def proposed_hours(kind: str, minutes: int) -> Decimal:
    """The hours a session of this length usually counts: teaching hours, in halves."""
    if kind not in COUNTED_KINDS:
        return Decimal(0)
    return Decimal(round(minutes / TEACHING_MINUTES * 2)) / 2


def usual_minutes(kind: str, hours: Decimal) -> int:
    """How long an unplaced session will be: by its hours, else by its kind; quarters of an hour."""
    if hours > 0:
        return max(15, round(float(hours) * TEACHING_MINUTES / 15) * 15)
    return USUAL_MINUTES[SessionKind(kind)]
