"""What differs between two releases: as a whole, and for one person. Pure functions on values.

`diff_of` carries every field, so that applying it to the old release gives the new one.
`changes_for` is what a person is told: sessions of the own group, fields that people see.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

CANCELLED = "cancelled"
# What people are told when it changes. The rest (coordinates, hours, wording in the other language)
# follows silently on the page and in the feed.
TOLD_FIELDS = (
    "starts_at",
    "ends_at",
    "venue_id",
    "venue_name",
    "venue_address",
    "title",
    "kind",
    "speakers",
    "compulsory",
)


@dataclass(frozen=True)
class ReleasedSpeaker:
    id: int
    name: str
    name_en: str = ""
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class Slot:
    """One session of a release. `group_ids` empty = everyone."""

    session_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    kind: str = "lecture"
    state: str = "planned"
    cancel_reason: str = ""
    title: str = ""
    title_en: str = ""
    description: str = ""
    leg_id: int = 0
    city_code: str = ""
    venue_id: int | None = None
    venue_name: str = ""
    venue_name_en: str = ""
    venue_address: str = ""
    venue_address_en: str = ""
    latitude: float | None = None
    longitude: float | None = None
    speakers: tuple[ReleasedSpeaker, ...] = ()
    group_ids: frozenset[int] = frozenset()
    hours: Decimal = Decimal(0)
    compulsory: bool = True

    @property
    def takes_place(self) -> bool:
        return self.state != CANCELLED

    def is_for(self, group_id: int | None) -> bool:
        """Whether a person of that group (None: of no group) attends."""
        return not self.group_ids or group_id in self.group_ids


SLOT_FIELDS = tuple(field.name for field in fields(Slot) if field.name != "session_id")
Timetable = Mapping[int, Slot]


class ChangeKind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """One session that is new, different or gone. `fields` names what differs."""

    kind: ChangeKind
    old: Slot | None
    new: Slot | None
    fields: tuple[str, ...] = ()

    @property
    def slot(self) -> Slot:
        """The session as it stands now, else as it stood."""
        slot = self.new or self.old
        if slot is None:
            raise ValueError("A change has at least one side.")
        return slot

    @property
    def sort_key(self) -> tuple[dt.datetime, int]:
        return self.slot.starts_at, self.slot.session_id


@dataclass(frozen=True)
class SlotChange:
    """The fields of one session that differ, as `(name, old, new)`."""

    session_id: int
    values: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class ReleaseDiff:
    """Everything by which the new release differs from the old one."""

    added: tuple[Slot, ...] = ()
    removed: tuple[Slot, ...] = ()
    changed: tuple[SlotChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def session_ids(self) -> frozenset[int]:
        """Sessions whose calendar entry must be taken anew."""
        return frozenset(
            [slot.session_id for slot in (*self.added, *self.removed)]
            + [change.session_id for change in self.changed]
        )


def timetable(slots: Iterable[Slot]) -> dict[int, Slot]:
    return {slot.session_id: slot for slot in slots}


def diff_of(old: Timetable, new: Timetable) -> ReleaseDiff:
    """The whole difference, every field of every session."""
    common = sorted(old.keys() & new.keys())
    changed = [SlotChange(key, _differing(old[key], new[key], SLOT_FIELDS)) for key in common]
    return ReleaseDiff(
        added=tuple(new[key] for key in sorted(new.keys() - old.keys())),
        removed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
        changed=tuple(change for change in changed if change.values),
    )


def applied(diff: ReleaseDiff, old: Timetable) -> dict[int, Slot]:
    """The new release from the old one: `applied(diff_of(a, b), a) == b`."""
    gone = {slot.session_id for slot in diff.removed}
    result = {key: slot for key, slot in old.items() if key not in gone}
    for change in diff.changed:
        facts = {name: getattr(result[change.session_id], name) for name in SLOT_FIELDS}
        facts.update({name: new for name, _old, new in change.values})
        result[change.session_id] = Slot(session_id=change.session_id, **facts)
    return result | timetable(diff.added)


def changes_between(old: Timetable, new: Timetable) -> list[Change]:
    """The changes as organizers read them, whoever they concern, in the order of time."""
    keys = old.keys() | new.keys()
    return _sorted(_change(old.get(key), new.get(key), SLOT_FIELDS) for key in keys)


def changes_for(
    old: Timetable, new: Timetable, group_then: int | None, group_now: int | None
) -> list[Change]:
    """What a person must be told who was in one group then and is in another (or the same) now."""
    before = {key: slot for key, slot in old.items() if slot.is_for(group_then)}
    after = {key: slot for key, slot in new.items() if slot.is_for(group_now)}
    keys = before.keys() | after.keys()
    return _sorted(_change(before.get(key), after.get(key), TOLD_FIELDS) for key in keys)


def _sorted(changes: Iterable[Change | None]) -> list[Change]:
    return sorted((change for change in changes if change), key=lambda change: change.sort_key)


def _change(old: Slot | None, new: Slot | None, told: tuple[str, ...]) -> Change | None:
    """A session that was not on before and is not on now is nobody's news."""
    was_on = old is not None and old.takes_place
    is_on = new is not None and new.takes_place
    if is_on and not was_on:
        return Change(ChangeKind.ADDED, old, new)
    if was_on and not is_on:
        return Change(ChangeKind.CANCELLED if new else ChangeKind.REMOVED, old, new)
    if old is None or new is None or not is_on:
        return None
    names = tuple(name for name, _old, _new in _differing(old, new, told))
    return Change(ChangeKind.MOVED, old, new, names) if names else None


def _differing(old: Slot, new: Slot, names: tuple[str, ...]) -> tuple[tuple[str, Any, Any], ...]:
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return tuple((name, before, after) for name, before, after in pairs if before != after)
