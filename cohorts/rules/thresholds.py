"""The thresholds of a cohort: defaults with their source, overridden by `Cohort.rules`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY_MINUTES = 24 * 60
WHOLE_PERCENT = 100
# Of the messages after a release (`Cohort.wait_seconds`); no threshold, but a rule of the cohort.
LONGEST_WAIT_SECONDS = 3600
# Of reminders and of urgent messages (`Cohort.transfer_reminder_minutes`, `escalate_minutes`).
SHORTEST_TRANSFER_MINUTES, LONGEST_TRANSFER_MINUTES = 5, 240
LONGEST_ESCALATE_MINUTES = 720

MINUTES_WRONG = _("A whole number of minutes from 1 to 1440.")
TIME_WRONG = _("A time of day such as 11:30.")
PERCENT_WRONG = _("A share above 0 and up to 100 percent.")
UNKNOWN = _("There is no threshold of this name.")
ENDS_EARLY = _("The window ends before it begins.")


@dataclass(frozen=True)
class Thresholds:
    """Defaults are design §8. Minutes are minutes; times are wall-clock times in Shanghai."""

    meal_minutes: int = 45
    lunch_from: str = "11:30"
    lunch_until: str = "13:30"
    dinner_from: str = "17:30"
    dinner_until: str = "19:00"
    lecture_minutes: int = 180
    break_minutes: int = 15
    evening_from: str = "19:00"
    # Accumulated leave above this share of all hours counts as withdrawal (central rule of 2013).
    leave_limit_percent: float = 100 / 7

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> "Thresholds":
        """The defaults with what the cohort set; unknown names are refused by the action."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in rules.items() if name in known})


DEFAULTS = Thresholds()
_WINDOWS = (("lunch_from", "lunch_until"), ("dinner_from", "dinner_until"))


def clock_time(text: str) -> dt.time:
    """`"11:30"` as a time."""
    return dt.time.fromisoformat(text)


def threshold_problems(rules: Mapping[str, Any]) -> dict[str, str | Promise]:
    """What is wrong with each threshold of `Cohort.rules`; empty when all can be used."""
    found = {name: _problem(name, value) for name, value in rules.items()}
    problems = {name: problem for name, problem in found.items() if problem is not None}
    if not problems:
        whole = Thresholds.of(rules)
        for start, end in _WINDOWS:
            if clock_time(getattr(whole, end)) <= clock_time(getattr(whole, start)):
                problems[end] = ENDS_EARLY
    return problems


def differing_from_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `Cohort.rules` has to keep of a full set of thresholds."""
    return {name: value for name, value in values.items() if value != getattr(DEFAULTS, name)}


def _problem(name: str, value: Any) -> str | Promise | None:
    if not hasattr(DEFAULTS, name):
        return UNKNOWN
    if name.endswith("_minutes"):
        return None if _whole_minutes(value) else MINUTES_WRONG
    if name.endswith("_percent"):
        return None if _share(value) else PERCENT_WRONG
    return None if _time_of_day(value) else TIME_WRONG


def _whole_minutes(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= DAY_MINUTES


def _share(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < value <= WHOLE_PERCENT


def _time_of_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and clock_time(value).strftime("%H:%M") == value
    except ValueError:
        return False
