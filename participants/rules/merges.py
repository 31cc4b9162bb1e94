"""Merging two persons: which fields differ, which value is the safest, whose word on a consent
counts, and what stands in the way. Pure; a value is taken as a whole or not at all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# The fields that one chooses between, and the columns that go along with each.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "latin_name", "pinyin_key", "stroke_key", "initials"),
    "gender": ("gender",),
    "birth_on": ("birth_on",),
    "nationality": ("nationality",),
    "phone": ("phone",),
    "email": ("email",),
    "language": ("language",),
    "organization": ("organization_id",),
    "title": ("title",),
}
IDENTITY = "identity"
CHOOSABLE = (*FIELDS, IDENTITY)
# What remains of somebody merged: the name and where to find the survivor.
EMPTIED: dict[str, Any] = {
    "latin_name": "",
    "gender": "0",
    "birth_on": None,
    "phone": "",
    "email": "",
    "organization_id": None,
    "title": "",
    "user_id": None,
}
_NOTHING = frozenset({"", None, "0"})


class Conflict(StrEnum):
    """What stands in the way of a merge."""

    ACCOUNTS = "accounts"
    REQUESTS = "requests"
    HOLDS = "holds"
    SEATS = "seats"
    OTHER_WAY = "other_way"
    ROWS = "rows"


@dataclass(frozen=True)
class Account:
    """The account of a person. `used` = somebody has signed in; `trusted` = it has a role."""

    id: int
    used: bool
    trusted: bool


@dataclass(frozen=True)
class SharedCohort:
    """Both were enrolled in it. A closed cohort stays as it is."""

    code: str
    kept: int
    gone: int
    kept_active: bool
    gone_active: bool
    closed: bool = False

    @property
    def needs_choice(self) -> bool:
        return self.kept_active and self.gone_active and not self.closed


def differing(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of `CHOOSABLE` whose values differ, each an own text, number or nothing."""
    return tuple(name for name in CHOOSABLE if kept.get(name) != gone.get(name))


def safest(name: str, kept: Mapping[str, Any], gone: Mapping[str, Any]) -> str:
    """`kept` or `gone`: what is known goes before what is not, else nothing changes."""
    return "gone" if kept.get(name) in _NOTHING and gone.get(name) not in _NOTHING else "kept"


def account_kept(kept: Account | None, gone: Account | None) -> Account | Conflict | None:
    """The account that stays. Of two, one that nobody has used and that may do nothing is left
    behind; two in use are for people to sort out."""
    if kept is None or gone is None:
        return kept or gone
    if not gone.used and not gone.trusted:
        return kept
    if not kept.used and not kept.trusted:
        return gone
    return Conflict.ACCOUNTS


def seat_conflict(shared: SharedCohort, chosen: int | None) -> Conflict | None:
    """Of two seats in a cohort the survivor keeps the own one. `chosen` is the enrollment that was
    said to stay."""
    if shared.closed:
        return None
    if shared.gone_active and not shared.kept_active:
        return Conflict.OTHER_WAY
    if not shared.needs_choice or chosen == shared.kept:
        return None
    return Conflict.OTHER_WAY if chosen == shared.gone else Conflict.SEATS


@dataclass(frozen=True)
class Word:
    """One consent of either person, given and perhaps withdrawn."""

    id: int
    purpose: str
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None
    of_kept: bool


@dataclass
class ConsentPlan:
    """`stay` remain with the merged person; `withdraw` are in force and were taken back by the
    other one later, at that time."""

    stay: list[int] = field(default_factory=list)
    withdraw: dict[int, dt.datetime] = field(default_factory=dict)


def consent_plan(words: Iterable[Word]) -> ConsentPlan:
    """For each purpose the last word of the two counts, and one consent at most is in force."""
    plan = ConsentPlan()
    by_purpose: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        by_purpose[word.purpose].append(word)
    for said in by_purpose.values():
        _decide(said, plan)
    return plan


def _decide(said: Sequence[Word], plan: ConsentPlan) -> None:
    in_force = [word for word in said if word.withdrawn_at is None]
    if len(in_force) > 1:
        plan.stay += [word.id for word in in_force if not word.of_kept]
        in_force = [word for word in in_force if word.of_kept]
    taken_back = max((word.withdrawn_at for word in said if word.withdrawn_at), default=None)
    for word in in_force:
        if taken_back and taken_back > word.given_at:
            plan.withdraw[word.id] = taken_back


@dataclass(frozen=True)
class Standing:
    """How much hangs on a person: who has more is proposed as the survivor."""

    id: int
    seats: int
    used_account: bool
    has_paper: bool
    enrollments: int


def survivor(one: Standing, other: Standing) -> int:
    def weight(standing: Standing) -> tuple[int, bool, bool, int, int]:
        return (
            standing.seats,
            standing.used_account,
            standing.has_paper,
            standing.enrollments,
            -standing.id,
        )

    return max((one, other), key=weight).id
