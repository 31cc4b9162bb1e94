"""The next channel: an urgent notice that is not acknowledged in time goes out again elsewhere.

One channel at a time, in the person's order; each waits as long as the first did. The copy has a
key of its own, so that two beats at once write it once.
"""

import datetime as dt

from django.db import transaction
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from g60portal.accounts.models import ChannelChoice
from g60portal.common import clock
from g60portal.notices.choices import PERSONAL_CHANNELS, NoticeState
from g60portal.notices.models import ChannelAccount, Notice
from g60portal.notices.outbox import hint_delivery

MOST_AT_ONCE = 500
# Longer ago nobody is reached sooner by another message.
OLDEST = dt.timedelta(days=2)
# A first one that did not even arrive is repeated elsewhere all the more; these are not out at all.
NOT_OUT = (NoticeState.DRAFT, NoticeState.HELD, NoticeState.CANCELLED)


@transaction.atomic
def escalate() -> int:
    """Write the copies that are due; answers how many."""
    return sum(_escalated(first) for first in _late())


def _late() -> QuerySet[Notice]:
    """Firsts that were told long enough ago and have a channel left; locked, those of another beat
    left out."""
    copies = Notice.objects.filter(copy_of=OuterRef("pk")).order_by("-pk")
    last_copy = copies.annotate(told=Coalesce("sent_at", "created_at")).values("told")[:1]
    told = Coalesce(Subquery(last_copy), F("sent_at"), F("due_at"))
    wait = F("escalate_after") * Value(dt.timedelta(minutes=1))
    until = ExpressionWrapper(told + wait, output_field=DateTimeField())
    now = clock.now()
    rows = Notice.objects.filter(
        Exists(_choices_left()),
        needs_acknowledgement=True,
        acknowledged_at__isnull=True,
        escalate_after__isnull=False,
        copy_of=None,
        created_at__gt=now - OLDEST,
    ).exclude(state__in=NOT_OUT)
    late = rows.annotate(until=until).filter(until__lte=now).order_by("pk")
    return late.select_for_update(skip_locked=True, of=("self",))[:MOST_AT_ONCE]


def _choices_left() -> QuerySet[ChannelChoice]:
    """The proved addresses on channels in use over which the outer notice has not gone yet."""
    in_use = ChannelAccount.objects.filter(is_active=True, channel__in=PERSONAL_CHANNELS)
    gone = Notice.objects.filter(copy_of=OuterRef(OuterRef("pk")), channel=OuterRef("channel"))
    return ChannelChoice.objects.filter(
        ~Exists(gone),
        user=OuterRef("user"),
        confirmed_at__isnull=False,
        channel__in=in_use.values("channel"),
    ).order_by("position", "pk")


def _escalated(first: Notice) -> int:
    """One copy over the person's next channel."""
    used = first.copies.values("channel")
    in_use = ChannelAccount.objects.filter(is_active=True, channel__in=PERSONAL_CHANNELS)
    choice = (
        ChannelChoice.objects.filter(
            user=first.user_id, confirmed_at__isnull=False, channel__in=in_use.values("channel")
        )
        .exclude(channel__in=used)
        .order_by("position", "pk")
        .first()
    )
    if choice is None:
        return 0
    _copy, made = Notice.objects.get_or_create(
        dedupe_key=f"{first.dedupe_key}:{choice.channel}", defaults=_copy_over(choice, first)
    )
    hint_delivery(int(made), channel=choice.channel)
    return int(made)


def _copy_over(choice: ChannelChoice, first: Notice) -> dict[str, object]:
    return {
        "copy_of": first,
        "kind": first.kind,
        "scope": first.scope,
        "user_id": first.user_id,
        "recipient": first.recipient,
        "address": choice.masked,
        "channel": choice.channel,
        "language": first.language,
        "subject": first.subject,
        "context": first.context,
        "urgent": True,
        "needs_acknowledgement": True,
    }
