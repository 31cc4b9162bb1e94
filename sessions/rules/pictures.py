"""Pictures of a session: all that a write can change, as plain values by id and ISO time.

What differs between two pictures, and how a step is taken back when somebody else has changed the
session since. How a picture is made of a row stands in `sessions.actions.session_writing`.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Picture = dict[str, Any]

# Facts that mean something only together: who changes one of them has changed both.
UNITS = (frozenset({"starts_at", "ends_at"}), frozenset({"state", "cancel_reason"}))
# Facts that decide whether venue, speakers and people are free.
PLACING = frozenset({"venue", "starts_at", "ends_at", "state", "speakers", "groups"})


def differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> frozenset[str]:
    """The names of the facts that are not alike."""
    return frozenset(name for name in {*then, *now} if then.get(name) != now.get(name))


def stepped(current: Picture, left: Picture, goal: Picture) -> Picture | None:
    """The current picture with the step from `left` to `goal` taken in it.

    None when one of the facts of the step is no longer as it was left. Facts that the step does
    not touch stay as they are, whoever has changed them.
    """
    step = _whole(differing(left, goal))
    if any(current.get(name) != left.get(name) for name in step):
        return None
    return {**current, **{name: goal.get(name) for name in step}}


def days_of(pictures: Iterable[Mapping[str, Any] | None]) -> frozenset[dt.date]:
    """The days in Shanghai on which the pictured sessions lie."""
    return frozenset(
        dt.datetime.fromisoformat(picture[name]).date()
        for picture in pictures
        if picture is not None
        for name in ("starts_at", "ends_at")
        if picture.get(name)
    )


def _whole(names: Collection[str]) -> set[str]:
    return {*names, *(name for unit in UNITS if unit & set(names) for name in unit)}
