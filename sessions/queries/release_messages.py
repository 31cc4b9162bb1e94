"""The messages of a release: how many wait, until when, and what became of the others."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from g60portal.notices.choices import NEED_PERSON_STATES, NoticeState
from g60portal.notices.models import Notice
from sessions.models import Release

# Not sent and on nobody's desk: these can be hurried or taken back.
WAITING_STATES = (
    NoticeState.DRAFT,
    NoticeState.HELD,
    NoticeState.QUEUED,
    NoticeState.RETRYING,
)


@dataclass(frozen=True)
class MessageCounts:
    """By what became of them. `leave_at`: when the first of those that wait leaves."""

    total: int
    waiting: int
    sending: int
    sent: int
    taken_back: int
    superseded: int
    trouble: int
    leave_at: dt.datetime | None


def messages_of(release: Release) -> QuerySet[Notice]:
    """The messages about this release, by the key that they were written under."""
    return Notice.objects.filter(dedupe_key__startswith=f"release:{release.pk}:")


def waiting_messages(release: Release) -> QuerySet[Notice]:
    return messages_of(release).filter(state__in=WAITING_STATES)


def message_counts(release: Release) -> MessageCounts:
    return counts_of(messages_of(release).filter(copy_of=None))


def counts_of(notices: QuerySet[Notice]) -> MessageCounts:
    """In one query."""
    waiting = Q(state__in=WAITING_STATES)
    figures = notices.aggregate(
        total=Count("pk"),
        waiting=Count("pk", filter=waiting),
        sending=Count("pk", filter=Q(state=NoticeState.SENDING)),
        sent=Count("pk", filter=Q(state=NoticeState.SENT)),
        taken_back=Count(
            "pk",
            filter=Q(context__has_key="taken_back", state=NoticeState.CANCELLED)
            & ~Q(context__has_key="superseded_by"),
        ),
        superseded=Count("pk", filter=Q(context__has_key="superseded_by")),
        trouble=Count("pk", filter=Q(state__in=NEED_PERSON_STATES)),
        leave_at=Min("due_at", filter=waiting),
    )
    return MessageCounts(**figures)
