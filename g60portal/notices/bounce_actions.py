"""What a bounce does to its notice: bounced with its reason, or tried again when it may pass."""

import datetime as dt

from django.db import transaction

from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.notices.bounce_reports import BounceReport
from g60portal.notices.choices import Channel, NoticeState
from g60portal.notices.models import Bounce, Notice

# A full mailbox or a server that gave up: once more after an hour, then it is a bounce.
SOFT_TRIES = 1
SOFT_WAIT = dt.timedelta(hours=1)
# Reports of longer ago say nothing about today.
OLDEST = dt.timedelta(days=30)


@transaction.atomic
def take_bounce(report: BounceReport) -> bool:
    """Whether the report is about a notice of ours. One read twice changes nothing."""
    row = (
        Notice.objects.select_for_update(of=("self",))
        .filter(uid=report.notice_uid, channel=Channel.EMAIL)
        .first()
    )
    if row is None:
        return False
    _bounce, new = Bounce.objects.get_or_create(
        notice=row,
        report_id=report.report_id,
        defaults={
            "is_hard": report.is_hard,
            "status": report.status[:12],
            "reason": report.reason,
        },
    )
    recent = row.sent_at is not None and row.sent_at > clock.now() - OLDEST
    if new and recent and row.state == NoticeState.SENT:
        _came_back(row, report)
    return True


def _came_back(row: Notice, report: BounceReport) -> None:
    before = {"state": row.state}
    soft_before = row.bounces.filter(is_hard=False).count()
    if report.is_hard or soft_before > SOFT_TRIES:
        row.state = NoticeState.BOUNCED
    else:
        row.state, row.due_at = NoticeState.RETRYING, clock.now() + SOFT_WAIT
    row.last_error = f"{report.status} {_without_address(row, report.reason)}".strip()[:500]
    row.save(update_fields=["state", "due_at", "last_error"])
    after = {"state": row.state, "status": report.status}
    record("notice_bounced", row, by=None, scope=row.scope, before=before, after=after)


def _without_address(row: Notice, reason: str) -> str:
    """The address stands in its own column."""
    return reason.replace(row.address, "…") if row.address else reason
