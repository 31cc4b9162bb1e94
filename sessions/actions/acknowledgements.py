"""Confirming that a message was read, and reminding those who have not."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Refusal
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from g60portal.notices.outbox import write_notices
from sessions.notices.confirmation_reminder import confirmation_reminders
from sessions.queries.acknowledgements import (
    REMIND_EVERY,
    Told,
    key_start,
    last_reminded_at,
    own_unconfirmed,
    to_confirm_of,
)


class MessageReplaced(Refusal):
    code = "message_replaced"
    status = 409
    text = _("This message has been replaced or taken back. There is nothing to confirm any more.")


class RemindedAlready(Refusal):
    """Facts: `again_at`, the moment from which on it is possible again."""

    code = "reminded_already"
    status = 409
    text = _("They were reminded less than an hour ago. Call those who are still missing.")


class NobodyMissing(Refusal):
    code = "nobody_missing"
    status = 409
    text = _("Nobody who has received the message is missing.")


@transaction.atomic
def confirm_notice(*, notice: Notice) -> Notice:
    """The reader has read it; `notice` is no copy. A second time changes nothing: the first moment
    counts."""
    row = locked(notice)
    if row.state == NoticeState.CANCELLED:
        raise MessageReplaced
    if row.acknowledged_at is None:
        row.acknowledged_at = clock.now()
        _confirm([row.pk])
    return row


@transaction.atomic
def confirm_own(*, enrollment_id: int, code: str) -> int:
    """Everything that the holder of this seat has not confirmed; answers how many."""
    return _confirm(list(own_unconfirmed(enrollment_id, code).values_list("pk", flat=True)))


@transaction.atomic
def remind_missing(*, told: Told, by: User | None) -> int:
    """Write once more to whoever received the message and has not confirmed it; answers how many.

    Locks the cohort: two clicks are one reminder. At most once in an hour.
    """
    told.cohort = locked(told.cohort)
    last_at = last_reminded_at(told)
    if last_at is not None and clock.now() < last_at + REMIND_EVERY:
        raise RemindedAlready(facts={"again_at": last_at + REMIND_EVERY})
    missing = to_confirm_of(told).filter(acknowledged_at=None, state=NoticeState.SENT)
    count = write_notices(confirmation_reminders(missing.order_by("pk"), key_start(told)))
    if not count:
        raise NobodyMissing
    record("confirmation_reminded", told, by=by, scope=told.cohort.code, after={"people": count})
    return count


def note_phones_taken(*, told: Told, people: int, by: User) -> None:
    """Somebody took the list with the phone numbers in clear along."""
    record("confirmations.exported", told, by=by, scope=told.cohort.code, after={"people": people})


def _confirm(pks: list[int]) -> int:
    """With the copies that went out over further channels, so that none goes out any more."""
    now = clock.now()
    Notice.objects.filter(copy_of__in=pks, acknowledged_at=None).update(acknowledged_at=now)
    return Notice.objects.filter(pk__in=pks, acknowledged_at=None).update(acknowledged_at=now)
