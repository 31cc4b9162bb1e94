"""Opening hours and coordinates: whether they can be what they claim to be."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from g60portal.common.value_problems import ValueProblem

WEEKDAYS = range(1, 8)
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class OpeningHoursProblem(ValueProblem):
    messages: ClassVar[dict[str, str | Promise]] = {
        "opening_shape": _("Each entry has a weekday from 1 to 7 and two times."),
        "opening_time": _("Write times of day as 09:00; the end may be 24:00."),
        "opening_order": _("A venue closes after it opens."),
        "opening_overlap": _("Two opening times of one day overlap."),
    }


def minutes_of_day(text: str) -> int:
    """`"09:30"` as minutes since midnight."""
    return int(text[:2]) * 60 + int(text[3:5])


def checked_opening_hours(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries in the order of the week, or an OpeningHoursProblem."""
    rows = sorted(
        (_entry(entry) for entry in entries), key=lambda row: (row["weekday"], row["opens"])
    )
    for before, after in pairwise(rows):
        if before["weekday"] == after["weekday"] and after["opens"] < before["closes"]:
            raise OpeningHoursProblem("opening_overlap")
    return rows


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    try:
        weekday, opens, closes = entry["weekday"], entry["opens"], entry["closes"]
    except (KeyError, TypeError):
        raise OpeningHoursProblem("opening_shape") from None
    if isinstance(weekday, bool) or weekday not in WEEKDAYS:
        raise OpeningHoursProblem("opening_shape")
    for time in (opens, closes):
        if not isinstance(time, str) or not _TIME.fullmatch(time):
            raise OpeningHoursProblem("opening_time")
    if minutes_of_day(opens) >= minutes_of_day(closes):
        raise OpeningHoursProblem("opening_order")
    return {"weekday": int(weekday), "opens": opens, "closes": closes}
