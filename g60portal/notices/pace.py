"""How fast and when a channel may be used: its pace, its quiet hours, on or off.

The pace is kept in the row of the channel, so that it holds for all workers together and without
Redis. A quarter of what a minute allows may go at once, three quarters come back over a minute:
no sixty seconds ever see more than the whole.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F

from g60portal.common import clock
from g60portal.notices import claims
from g60portal.notices.choices import ALWAYS_ON
from g60portal.notices.models import ChannelAccount, Notice

BURST_SHARE = 1 / 4


def in_use(channel: str) -> bool:
    """E-mail and the inbox always are; the others when an administrator switched them on."""
    return (
        channel in ALWAYS_ON
        or ChannelAccount.objects.filter(channel=channel, is_active=True).exists()
    )


def is_quiet(account: ChannelAccount, at: dt.datetime) -> bool:
    """Whether the channel keeps still at this instant; the hours may reach over midnight."""
    begins, ends = account.quiet_from, account.quiet_until
    if begins is None or ends is None or begins == ends:
        return False
    time = clock.local(at).time()
    if begins < ends:
        return begins <= time < ends
    return time >= begins or time < ends


def claim_allowed(limit: int, channel: str, *, only_urgent: bool = False) -> list[Notice]:
    """A slice of what may go out on the channel now. In quiet hours that is the urgent alone."""
    account = ChannelAccount.objects.filter(channel=channel).first()
    if account is None:
        return claims.claim_slice(limit, channel=channel, only_urgent=only_urgent)
    quiet = is_quiet(account, clock.now())
    allowed = min(limit, _taken(account, limit)) if account.per_minute else limit
    if not allowed:
        return []
    rows = claims.claim_slice(allowed, channel=channel, only_urgent=only_urgent or quiet)
    if account.per_minute and len(rows) < allowed:
        _give_back(channel, allowed - len(rows))
    return rows


def burst_of(per_minute: int) -> float:
    return max(1.0, per_minute * BURST_SHARE)


@transaction.atomic
def _taken(account: ChannelAccount, wanted: int) -> int:
    """So many of the wanted ones may go now; they are off the allowance."""
    row = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    if not row.per_minute:
        return wanted
    now = clock.now()
    # A clock that was set back gives nothing, and takes nothing.
    seconds = max(0.0, (now - row.allowance_at).total_seconds())
    refill = seconds * row.per_minute * (1 - BURST_SHARE) / 60
    allowance = min(burst_of(row.per_minute), row.allowance + refill)
    granted = min(wanted, int(allowance))
    row.allowance, row.allowance_at = allowance - granted, now
    row.save(update_fields=["allowance", "allowance_at"])
    return granted


def _give_back(channel: str, count: int) -> None:
    ChannelAccount.objects.filter(channel=channel).update(allowance=F("allowance") + count)
