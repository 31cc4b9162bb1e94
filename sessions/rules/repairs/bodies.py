"""A repair as it is sent and taken back: ids, the versions it was found for, the fields to change.

Times are aware instants here; the search counts in seconds (`sessions.rules.clashes.facts`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from g60portal.common.clock import SHANGHAI
from sessions.choices import RepairKind
from sessions.rules.clashes import SessionFacts
from sessions.rules.clashes.facts import SHANGHAI_OFFSET
from sessions.rules.repairs.facts import Repair


@dataclass(frozen=True, slots=True)
class WaveBody:
    """Some groups of a session's audience and when they come."""

    groups: tuple[int, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ChangeBody:
    """`fields` are among starts_at, ends_at, venue (an id), speakers (ids); or the session is split
    into `waves`."""

    id: int
    version: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    waves: tuple[WaveBody, ...] = ()

    def shape(self) -> dict[str, Any]:
        """As JSON."""
        shape = {"id": self.id, "version": self.version, **_plain(self.fields)}
        if self.waves:
            shape["waves"] = [
                _plain(
                    {
                        "groups": list(wave.groups),
                        "starts_at": wave.starts_at,
                        "ends_at": wave.ends_at,
                    }
                )
                for wave in self.waves
            ]
        return shape


def bodies_of(repair: Repair, versions: Mapping[int, int]) -> tuple[ChangeBody, ...]:
    """What has to be sent for a repair."""
    option = repair.option
    split = repair.kind == RepairKind.WAVES
    changes = tuple(
        ChangeBody(row.id, versions[row.id], fields)
        for row in (option.others if split else option.after)
        if (fields := _differing(repair.before[row.id], row))
    )
    if not split:
        return changes
    waves = tuple(_wave(row) for row in option.parts)
    return (*changes, ChangeBody(option.about, versions[option.about], waves=waves))


def instant_of(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds - SHANGHAI_OFFSET, SHANGHAI)


def times_of(row: SessionFacts) -> dict[str, dt.datetime | None]:
    return {
        "starts_at": None if row.starts is None else instant_of(row.starts),
        "ends_at": None if row.ends is None else instant_of(row.ends),
    }


def place_shape(row: SessionFacts) -> dict[str, Any]:
    """When, where, by whom and for whom, as JSON."""
    return {
        **_plain(times_of(row)),
        "venue": row.venue,
        "speakers": list(row.speakers),
        "groups": list(row.groups),
    }


def _wave(row: SessionFacts) -> WaveBody:
    return WaveBody(row.groups, instant_of(row.starts or 0), instant_of(row.ends or 0))


def _differing(then: SessionFacts, now: SessionFacts) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if (then.starts, then.ends) != (now.starts, now.ends):
        fields |= times_of(now)
    if then.venue != now.venue:
        fields["venue"] = now.venue
    if then.speakers != now.speakers:
        fields["speakers"] = now.speakers
    return fields


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in fields.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
