"""The legs of a cohort: added, changed, removed. Their order follows their days."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.actions.locking import locked_open
from cohorts.models import City, Cohort, Leg, Organization
from cohorts.refusals import DatesReversed, LegInUse, LegOutsideCohort, LegsOverlap
from cohorts.rules.legs import Days, legs_in_the_way, legs_outside
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked

CHANGEABLE = frozenset({"city", "host", "starts_on", "ends_on"})
# Above every position that can be in use while legs are numbered again.
_ASIDE = 10_000


@transaction.atomic
def add_leg(
    *,
    cohort: Cohort,
    city: City,
    host: Organization,
    starts_on: dt.date,
    ends_on: dt.date,
    by: User | None,
) -> Leg:
    """A new leg. Locks the cohort; legs never share a day and stay within the cohort's days."""
    row = locked_open(cohort)
    leg = Leg(
        cohort=row, city=city, host=host, starts_on=starts_on, ends_on=ends_on, position=_ASIDE
    )
    _demand_place(row, leg)
    _save(leg, force_insert=True)
    _number_by_days(row)
    leg.refresh_from_db(fields=["position"])
    record("leg.added", leg, by=by, scope=row.code, after=_facts(leg))
    return leg


@transaction.atomic
def change_leg(*, leg: Leg, facts: Mapping[str, Any], by: User | None) -> Leg:
    """Change any of `CHANGEABLE`. Locks the cohort, then the leg."""
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"A leg has no facts {sorted(unknown)}.")
    cohort = locked_open(leg.cohort)
    row = locked(leg)
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _demand_place(cohort, row)
    _save(row, update_fields=list(after))
    _number_by_days(cohort)
    row.refresh_from_db(fields=["position"])
    record("leg.changed", row, by=by, scope=cohort.code, before=before, after=after)
    return row


@transaction.atomic
def remove_leg(*, leg: Leg, by: User | None) -> None:
    """Remove a leg without training sessions, with the roles given for it. Locks the cohort."""
    cohort = locked_open(leg.cohort)
    row = locked(leg)
    record("leg.removed", row, by=by, scope=cohort.code, before=_facts(row))
    try:
        row.delete()
    except ProtectedError:
        raise LegInUse from None
    _number_by_days(cohort)


def _demand_place(cohort: Cohort, leg: Leg) -> None:
    if leg.ends_on < leg.starts_on:
        raise DatesReversed(fields={"ends_on": DatesReversed.text})
    days = Days(leg.starts_on, leg.ends_on, leg.pk)
    if legs_outside(Days(cohort.starts_on, cohort.ends_on), [days]):
        name = "starts_on" if leg.starts_on < cohort.starts_on else "ends_on"
        raise LegOutsideCohort(fields={name: _outside_text(cohort)})
    others = list(Leg.objects.filter(cohort=cohort).select_related("city"))
    way = legs_in_the_way(
        days, [Days(other.starts_on, other.ends_on, other.pk) for other in others]
    )
    if way:
        keys = {other.key for other in way}
        raise _overlap([other for other in others if other.pk in keys])


def _outside_text(cohort: Cohort) -> str:
    return _("The cohort lasts from %(first)s to %(last)s; the leg lies within.") % {
        "first": date_format(cohort.starts_on, "SHORT_DATE_FORMAT"),
        "last": date_format(cohort.ends_on, "SHORT_DATE_FORMAT"),
    }


def _overlap(others: Sequence[Leg]) -> LegsOverlap:
    """Names the first leg in the way, as far as it is known."""
    if not others:
        return LegsOverlap(fields={"starts_on": LegsOverlap.text})
    text = _("The leg in %(city)s already has these days (%(first)s to %(last)s).") % {
        "city": others[0].city.local_name,
        "first": date_format(others[0].starts_on, "SHORT_DATE_FORMAT"),
        "last": date_format(others[0].ends_on, "SHORT_DATE_FORMAT"),
    }
    return LegsOverlap(text, fields={"starts_on": text}, facts={"legs": [leg.pk for leg in others]})


def _save(leg: Leg, **how: Any) -> None:
    """The rule before refuses with names; the exclusion constraint is the wall behind it."""
    try:
        with transaction.atomic():
            leg.save(**how)
    except IntegrityError as error:
        if broken_constraint(error) == "leg_no_overlap":
            raise _overlap([]) from None
        raise


def _number_by_days(cohort: Cohort) -> None:
    """Positions 1, 2, 3 … in the order of days; first aside, as positions are unique row by row."""
    legs = list(Leg.objects.filter(cohort=cohort).order_by("starts_on"))
    moving = [leg for position, leg in enumerate(legs, 1) if leg.position != position]
    Leg.objects.filter(pk__in=[leg.pk for leg in moving]).update(position=F("position") + _ASIDE)
    for position, leg in enumerate(legs, 1):
        if leg in moving:
            leg.position = position
            leg.save(update_fields=["position"])


def _facts(leg: Leg) -> dict[str, Any]:
    return {name: getattr(leg, name) for name in ("city", "host", "starts_on", "ends_on")}
