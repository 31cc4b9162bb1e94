"""Seats given back, taken from the pool, or moved between cities, with what follows for the waiting
list of the city that gets them.
"""

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.actions.quota_moves import move_seats
from cohorts.models import City, Cohort, Quota, QuotaMove
from cohorts.refusals import NotEnoughSeats
from g60portal.accounts.models import User
from g60portal.common.row_walls import as_system
from participants.actions.admissions import fill_seats
from participants.models import Enrollment


@as_system()
@transaction.atomic
def give_seats(
    *,
    cohort: Cohort,
    source: City | None,
    target: City | None,
    seats: int,
    reason: str,
    by: User | None,
) -> QuotaMove:
    """As `move_seats`; as many of the receiving city's waiting list move up. Locks the cohort, its
    quotas, then nominations. People enrolled without a nomination take seats as well."""
    row = locked_open(cohort)
    _demand_unseated(row, source, seats)
    move = move_seats(cohort=row, source=source, target=target, seats=seats, reason=reason, by=by)
    if target is not None:
        fill_seats(cohort=row, city_id=target.pk, seats=seats, by=by)
    return move


def _demand_unseated(cohort: Cohort, source: City | None, seats: int) -> None:
    if source is None:
        return
    quota = Quota.objects.filter(cohort=cohort, city=source).first()
    seated = Enrollment.objects.filter(cohort=cohort, city=source).active().count()
    free = max(0, (quota.seats if quota else 0) - seated)
    if seats > free:
        raise NotEnoughSeats(fields={"seats": NotEnoughSeats.text}, facts={"free": free})
