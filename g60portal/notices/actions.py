"""What a person may do with a notice: have it tried again, or have it not sent."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Refusal
from g60portal.notices.choices import (
    NEED_PERSON_STATES,
    RETRYABLE_STATES,
    Channel,
    NoticeState,
)
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from g60portal.notices.outbox import hint_delivery

STOPPED = "stopped"
STOPPABLE_STATES = (NoticeState.DRAFT, NoticeState.HELD, NoticeState.QUEUED, NoticeState.RETRYING)


class NoticeNotRetryable(Refusal):
    code = "notice_not_retryable"
    status = 409
    text = _("This notice is on its way or already sent.")


class NoticeNotStoppable(Refusal):
    code = "notice_not_stoppable"
    status = 409
    text = _("This notice is being sent or is done already.")


class NoticeSuperseded(Refusal):
    """A later notice tells the person the same and more; this one would be out of date."""

    code = "notice_superseded"
    status = 409
    text = _("A later message has taken the place of this one.")


class NoAddress(Refusal):
    code = "no_address"
    text = _("This person has no e-mail address. Enter one, or tell the person by phone.")


class NothingToStop(Refusal):
    code = "nothing_to_stop"
    status = 409
    text = _("Nothing of this waits any more.")


@dataclass(frozen=True)
class StoppedSending:
    """How many were stopped, and how many were on their way already."""

    stopped: int
    on_way: int


@transaction.atomic
def retry_notice(*, notice: Notice, by: User | None) -> Notice:
    """Queue a failed notice again, to the person's present address, with all attempts anew."""
    row = locked(notice)
    if row.state not in RETRYABLE_STATES:
        raise NoticeNotRetryable
    if row.is_superseded:
        raise NoticeSuperseded
    address = _present_address(row)
    if not address:
        raise NoAddress
    before = {"state": row.state, "attempts": row.attempts}
    row.state, row.attempts, row.due_at = NoticeState.QUEUED, 0, clock.now()
    row.address, row.last_error = address, ""
    row.save(update_fields=["state", "attempts", "due_at", "address", "last_error"])
    record("notice_retried", row, by=by, scope=row.scope, before=before, after={"state": row.state})
    hint_delivery(1, channel=row.channel)
    return row


@transaction.atomic
def cancel_notice(*, notice: Notice, by: User | None) -> Notice:
    """Take a notice that is not yet being sent out of the queue."""
    row = locked(notice)
    if row.state not in STOPPABLE_STATES:
        raise NoticeNotStoppable
    before = {"state": row.state}
    row.state = NoticeState.CANCELLED
    row.save(update_fields=["state"])
    after = {"state": row.state}
    record("notice_cancelled", row, by=by, scope=row.scope, before=before, after=after)
    return row


@transaction.atomic
def stop_sending(*, notices: QuerySet[Notice], scope: str, by: User | None) -> StoppedSending:
    """Abort a whole send: what has not left is cancelled, with its copies over other channels. What
    a worker holds at this moment is on its way and is only counted."""
    ids = list(notices.filter(scope=scope).values_list("pk", flat=True))
    rows = Notice.objects.filter(Q(pk__in=ids) | Q(copy_of__in=ids))
    stopped = rows.filter(state__in=STOPPABLE_STATES).update(
        state=NoticeState.CANCELLED, last_error=STOPPED
    )
    on_way = rows.filter(state=NoticeState.SENDING).count()
    first = rows.order_by("pk").first()
    if first is None or not stopped:
        raise NothingToStop
    after = {"stopped": stopped, "on_way": on_way}
    record("sending_stopped", first, by=by, scope=scope, after=after)
    return StoppedSending(stopped=stopped, on_way=on_way)


@transaction.atomic
def retry_all(*, notices: QuerySet[Notice], scope: str, by: User | None) -> int:
    """Queue everything again that failed and can be; answers how many. Those without an address, or
    told otherwise since, stay as they are."""
    failed = notices.filter(scope=scope, state__in=NEED_PERSON_STATES).order_by("pk")
    count = 0
    for row in failed.select_for_update(of=("self",)):
        try:
            retry_notice(notice=row, by=by)
        except (NoticeNotRetryable, NoticeSuperseded, NoAddress):
            continue
        count += 1
    return count


def _present_address(row: Notice) -> str:
    if row.channel != Channel.EMAIL:
        return row.address
    try:
        address_of = kind_named(row.kind).address_of
    except KeyError:
        return row.address
    return address_of(row) if address_of else row.address
