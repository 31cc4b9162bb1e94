"""Seats that go from a city to the pool, from the pool to a city, or between cities.

The pool is what the cohort has and no city holds. What follows for waiting lists is the business of
participants, which calls this.
"""

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import City, Cohort, Quota, QuotaMove
from cohorts.refusals import NotEnoughSeats, ReasonMissing, SeatsGoNowhere
from cohorts.rules.quotas import free_seats, pool_seats
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked_rows

REASON_LENGTH = 300


@transaction.atomic
def move_seats(
    *,
    cohort: Cohort,
    source: City | None,
    target: City | None,
    seats: int,
    reason: str,
    by: User | None,
) -> QuotaMove:
    """Move seats; no city means the pool. Locks the cohort, then its quotas.

    Raises SeatsGoNowhere, ReasonMissing, and NotEnoughSeats when the city has admitted too many or
    the pool holds too few.
    """
    row = locked_open(cohort)
    if source == target or seats < 1:
        raise SeatsGoNowhere(fields={"target": SeatsGoNowhere.text})
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    quotas = {quota.city_id: quota for quota in locked_rows(Quota.objects.filter(cohort=row))}
    giver = quotas.get(source.pk) if source else None
    if source is None:
        free = pool_seats((quota.seats for quota in quotas.values()), row.seats)
    else:
        free = free_seats(giver.seats, giver.admitted) if giver else 0
    if seats > free:
        raise NotEnoughSeats(fields={"seats": NotEnoughSeats.text}, facts={"free": free})
    taker = quotas.get(target.pk) if target else None
    if target is not None and taker is None:
        taker = Quota.objects.create(cohort=row, city=target, seats=0)
    return shift_seats(row, giver, taker, seats, reason=reason, by=by)


def shift_seats(
    cohort: Cohort,
    source: Quota | None,
    target: Quota | None,
    seats: int,
    *,
    reason: str,
    by: User | None,
) -> QuotaMove:
    """Write the move. Expects the locks, and that so many seats are there."""
    before = {
        "source": source.seats if source else None,
        "target": target.seats if target else None,
    }
    for quota, change in ((source, -seats), (target, seats)):
        if quota is not None:
            quota.seats += change
            quota.save(update_fields=["seats"])
    move = QuotaMove.objects.create(
        cohort=cohort,
        source_id=source.city_id if source else None,
        target_id=target.city_id if target else None,
        seats=seats,
        reason=reason.strip()[:REASON_LENGTH],
        by=by,
        at=clock.now(),
    )
    record(
        "quota.seats_moved",
        cohort,
        by=by,
        scope=cohort.code,
        before=before,
        after=_held(source, target) | {"seats": seats},
        reason=reason.strip(),
    )
    return move


def _held(source: Quota | None, target: Quota | None) -> dict[str, object]:
    """Seats and cities of both sides, for the audit; the pool has no city."""
    return {
        "source": source.seats if source else None,
        "source_city": source.city_id if source else None,
        "target": target.seats if target else None,
        "target_city": target.city_id if target else None,
    }
