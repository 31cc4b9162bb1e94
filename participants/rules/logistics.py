"""What a participant may say for a leg, checked; and what follows from it: states, windows, meals.

Pure. Days are calendar days in Shanghai; a night is named by the day on which it begins.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.rules.phones import PhoneProblem, normalize_phone

FormState = Literal["open", "filled", "late"]
# What tells of health or religion: kept only while the person's own consent is in force.
SENSITIVE = ("diet", "allergy", "accessibility")
OPEN_FACTS = (
    "arrival_mode", "arrival_number", "arrival_place", "arrival_at", "arrival_pickup",
    "departure_mode", "departure_number", "departure_place", "departure_at", "departure_pickup",
    "nights", "room_wish", "roommate", "smoker", "shirt_size", "car_plate",
    "emergency_name", "emergency_relation", "emergency_phone",
)  # fmt: skip
FACTS = (*OPEN_FACTS, *SENSITIVE)
# A host city works on its leg so long before the first and after the last day (domain.md §5, §8).
WINDOW_BEFORE, WINDOW_AFTER = dt.timedelta(days=30), dt.timedelta(days=7)
# People come at most so long before a leg and go so long after it.
TRAVEL_MARGIN = dt.timedelta(days=3)
MEALS: Mapping[str, dt.time] = {
    "breakfast": dt.time(7, 30),
    "lunch": dt.time(12, 0),
    "dinner": dt.time(18, 0),
}
# Whoever arrives so long after a meal has begun still eats with the others.
MEAL_GRACE = dt.timedelta(minutes=45)
_PLATE = re.compile(r"[\w·.-]{5,12}")


@dataclass(frozen=True)
class LegDays:
    starts_on: dt.date
    ends_on: dt.date

    @property
    def nights(self) -> list[dt.date]:
        """Those for which a bed may be asked: from the eve of the leg to its last day."""
        first = self.starts_on - dt.timedelta(days=1)
        count = (self.ends_on - first).days + 1
        return [first + dt.timedelta(days=number) for number in range(count)]

    @property
    def usual_nights(self) -> list[dt.date]:
        """From the first day on, without the one after the last day."""
        return [night for night in self.nights if self.starts_on <= night < self.ends_on]

    def in_window(self, today: dt.date) -> bool:
        return self.starts_on - WINDOW_BEFORE <= today <= self.ends_on + WINDOW_AFTER


def form_state(*, filled: bool, late_fields: Iterable[str]) -> FormState:
    if not filled:
        return "open"
    return "late" if list(late_fields) else "filled"


def cleaned(facts: Mapping[str, Any]) -> dict[str, Any]:
    """In stored spelling: single blanks, numbers and plates in capitals."""
    known = {name: value for name, value in facts.items() if name in FACTS}
    texts = {
        name: " ".join(value.split()) for name, value in known.items() if isinstance(value, str)
    }
    for name in ("arrival_number", "departure_number", "car_plate"):
        if name in texts:
            texts[name] = texts[name].upper()
    if "nights" in known:
        known["nights"] = sorted(set(known["nights"]))
    return known | texts


def problems_in(facts: Mapping[str, Any], days: LegDays) -> dict[str, str | Promise]:
    """Every problem at its field. Expects cleaned facts."""
    problems = dict(_travel_problems(facts, days))
    if not set(facts["nights"]) <= set(days.nights):
        problems["nights"] = _("A night lies outside of this leg.")
    if facts["car_plate"] and not _PLATE.fullmatch(facts["car_plate"]):
        problems["car_plate"] = _("A plate has five to twelve letters and digits.")
    return problems | _emergency_problems(facts)


def _travel_problems(
    facts: Mapping[str, Any], days: LegDays
) -> Iterable[tuple[str, str | Promise]]:
    earliest, latest = days.starts_on - TRAVEL_MARGIN, days.ends_on + TRAVEL_MARGIN
    for name in ("arrival_at", "departure_at"):
        at = facts[name]
        if at is not None and not earliest <= at.date() <= latest:
            yield name, _("This is more than three days away from the leg.")
    arrival, departure = facts["arrival_at"], facts["departure_at"]
    if arrival and departure and departure <= arrival:
        yield "departure_at", _("The departure must come after the arrival.")
    for way in ("arrival", "departure"):
        if facts[f"{way}_pickup"] and not (facts[f"{way}_at"] and facts[f"{way}_place"]):
            yield f"{way}_pickup", _("To be met, say when and where.")


def _emergency_problems(facts: Mapping[str, Any]) -> dict[str, str | Promise]:
    if not facts["emergency_phone"]:
        if facts["emergency_name"]:
            return {"emergency_phone": _("Say how this contact can be reached.")}
        return {}
    try:
        normalize_phone(facts["emergency_phone"])
    except PhoneProblem as problem:
        return {"emergency_phone": str(problem)}
    return {}


@dataclass(frozen=True)
class Presence:
    """Somebody at table: from when to when (None: from the beginning, to the end), and how."""

    arrival_at: dt.datetime | None
    departure_at: dt.datetime | None
    diet: str = ""
    allergic: bool = False

    def eats(self, day: dt.date, meal: str) -> bool:
        at = dt.datetime.combine(day, MEALS[meal])
        come = self.arrival_at.replace(tzinfo=None) if self.arrival_at else None
        left = self.departure_at.replace(tzinfo=None) if self.departure_at else None
        return (come is None or come <= at + MEAL_GRACE) and (left is None or left >= at)


@dataclass(frozen=True)
class MealCount:
    """How many eat, by diet ("" for the usual one); the allergic are counted in their diet too."""

    day: dt.date
    meal: str
    by_diet: Mapping[str, int]
    allergic: int

    @property
    def total(self) -> int:
        return sum(self.by_diet.values())


def meal_counts(people: Iterable[Presence], days: LegDays) -> list[MealCount]:
    """Breakfast, lunch and dinner of every day of the leg; no breakfast on the day it begins."""
    everybody = list(people)
    counts = []
    for number in range((days.ends_on - days.starts_on).days + 1):
        day = days.starts_on + dt.timedelta(days=number)
        for meal in MEALS:
            if number == 0 and meal == "breakfast":
                continue
            eating = [one for one in everybody if one.eats(day, meal)]
            by_diet: dict[str, int] = {}
            for one in eating:
                by_diet[one.diet] = by_diet.get(one.diet, 0) + 1
            counts.append(MealCount(day, meal, by_diet, sum(one.allergic for one in eating)))
    return counts
