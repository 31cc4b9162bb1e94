"""All rules applied to a plan, one after the other, in the order of `ClashCode`."""

from sessions.rules.clashes import days, order, overlaps, places, travel
from sessions.rules.clashes.facts import Clash, Plan

_HARD_RULES = (overlaps.venue_clashes, overlaps.speaker_clashes, overlaps.group_clashes)
_SOFT_RULES = (
    travel.travel_clashes,
    places.audience_clashes,
    places.opening_clashes,
    places.availability_clashes,
    days.meal_clashes,
    days.lecture_clashes,
    places.evening_clashes,
    order.order_clashes,
    places.holiday_clashes,
)


def clashes_between(plan: Plan) -> list[Clash]:
    """Every clash of the plan, hard ones first."""
    return [found for rule in (*_HARD_RULES, *_SOFT_RULES) for found in rule(plan)]


def hard_clashes_between(plan: Plan) -> list[Clash]:
    return [found for rule in _HARD_RULES for found in rule(plan)]
