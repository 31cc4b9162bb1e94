"""A cohort on the corridor: the nine cities, and its legs with where they stand in time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cohorts.models import City, Cohort, Leg


@dataclass(frozen=True)
class CorridorLine:
    """What the template tag `corridor` draws."""

    cities: tuple[City, ...]
    legs: tuple[dict[str, Any], ...] = ()


def corridor_line(cohort: Cohort | None, today: dt.date) -> CorridorLine:
    """Two queries; without a cohort the line alone."""
    cities = tuple(City.objects.all())
    if cohort is None:
        return CorridorLine(cities)
    legs = Leg.objects.filter(cohort=cohort).select_related("city").order_by("position")
    return CorridorLine(cities, lit_legs(legs, today))


def lit_legs(legs: Iterable[Leg], today: dt.date) -> tuple[dict[str, Any], ...]:
    """The legs as the drawing wants them; `city` of each has to be loaded."""
    return tuple(
        {
            "city": leg.city.code,
            "label": leg_label(leg),
            "state": leg_state(leg, today),
            "detail": days_in_words(leg.starts_on, leg.ends_on),
        }
        for leg in legs
    )


def leg_label(leg: Leg) -> str:
    return _("Leg %(number)s") % {"number": leg.position}


def leg_state(leg: Leg, today: dt.date) -> str:
    """past, now or next."""
    if leg.ends_on < today:
        return "past"
    return "now" if leg.starts_on <= today else "next"


def days_in_words(first: dt.date, last: dt.date) -> str:
    """6月8日–10日, 8–10 June; with both months where they differ, one day alone when it is one."""
    start, end = (date_format(day, "MONTH_DAY_FORMAT") for day in (first, last))
    if first == last:
        return start
    if (first.year, first.month) != (last.year, last.month):
        return f"{start}–{end}"
    return f"{first.day}–{end}" if _english() else f"{start}–{last.day}日"


def _english() -> bool:
    return (get_language() or "").startswith("en")
