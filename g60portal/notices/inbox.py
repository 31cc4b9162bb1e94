"""The inbox of a person: what was or is being sent to them, whatever the channel, as one list.

Nothing is stored twice: the rows are the notices, a text is made when it is opened. Copies over
further channels and what carries a secret are left out.
"""

from dataclasses import dataclass

import structlog
from django.db.models import QuerySet

from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.notices.choices import NoticeState
from g60portal.notices.kinds import Message, kind_named, private_kinds
from g60portal.notices.models import Notice

logger = structlog.get_logger(__name__)
PAGE_SIZE = 30
# Not to be seen before somebody decides, or not at all.
HIDDEN_STATES = (NoticeState.DRAFT, NoticeState.HELD, NoticeState.CANCELLED)


@dataclass(frozen=True)
class InboxPage:
    rows: list[Notice]
    older_than: int | None


def messages_of(user: User) -> QuerySet[Notice]:
    """Newest first; what waits for its time is not there yet."""
    return (
        Notice.objects.filter(user=user, copy_of=None, due_at__lte=clock.now())
        .exclude(state__in=HIDDEN_STATES)
        .exclude(kind__in=private_kinds())
        .order_by("-pk")
    )


def unread_count(user: User) -> int:
    return messages_of(user).filter(read_at=None).count()


def inbox_page(user: User, *, before: int | None = None) -> InboxPage:
    rows = messages_of(user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return InboxPage(rows=found, older_than=found[-1].pk if more else None)


def text_of(notice: Notice) -> Message | None:
    """The text as it would be sent now; None when its occasion is gone."""
    try:
        return kind_named(notice.kind).compose([notice]).get(notice.pk)
    except Exception as error:  # noqa: BLE001 -- a kind that cannot write must not break the page
        logger.warning("message_not_composed", notice=notice.pk, error=type(error).__name__)
        return None


def mark_read(*, user: User, notice: Notice | None = None) -> int:
    """This one, or all of them; answers how many were unread."""
    rows = messages_of(user).filter(read_at=None)
    if notice is not None:
        rows = rows.filter(pk=notice.pk)
    return Notice.objects.filter(pk__in=rows.values("pk")).update(read_at=clock.now())
