"""Nominations: which step may follow, what is missing before one is handed in, who moves up."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.choices import NOMINATION_MOVES, NominationLevel

# The priority of somebody whom the city has not ranked: after all who are.
UNRANKED = 9999
# A reminder goes out when the deadline is no farther than this.
REMIND_BEFORE = dt.timedelta(days=3)

NAME_MISSING = _("The name is missing.")
ORGANIZATION_MISSING = _("The organization is missing.")
CONTACT_MISSING = _("A phone number or an e-mail address is missing.")
IDENTITY_MISSING = _("The number of the identity paper is missing.")

L = NominationLevel
# Words of a post, the telling ones first: "副总经理" is no general manager.
_LEVELS: tuple[tuple[NominationLevel, tuple[str, ...]], ...] = (
    (L.INVESTOR, ("投资", "基金", "合伙人", "invest", "partner", "fund")),
    (
        L.EXPERT,
        ("技术", "研发", "科学家", "工程师", "研究", "专家", "scientist", "engineer", "research",
         "technology", "technical", "cto"),
    ),
    (L.EXECUTIVE, ("副总", "副董事长", "高级", "总监", "vice", "director", "senior", "chief o",
                   "chief f", "coo", "cfo")),
    (L.HEAD, ("董事长", "创始人", "主席", "chair", "founder", "owner")),
    (L.MANAGER, ("总经理", "总裁", "首席执行", "厂长", "general manager", "president", "ceo",
                 "chief e", "managing")),
    (L.EXECUTIVE, ("经理", "首席", "主任", "部长", "总管", "董事", "manager", "head", "chief")),
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """Somebody on the waiting list; `number` counts the commits that put people there."""

    key: int
    city_id: int
    priority: int
    number: int


@dataclass(frozen=True)
class Said:
    """What a nomination says, as far as handing it in asks for it."""

    name: str
    organization: str
    phone: str
    email: str
    has_identity: bool


_DEMANDS: tuple[tuple[str, str | Promise, Callable[[Said], bool]], ...] = (
    ("name", NAME_MISSING, lambda said: bool(said.name)),
    ("organization", ORGANIZATION_MISSING, lambda said: bool(said.organization)),
    ("phone", CONTACT_MISSING, lambda said: bool(said.phone or said.email)),
    ("identity", IDENTITY_MISSING, lambda said: said.has_identity),
)


def may_move(source: str, target: str) -> bool:
    return target in NOMINATION_MOVES[source]


def missing_in(said: Said) -> dict[str, str | Promise]:
    """Everything that is still to be said, each text at its field."""
    return {name: text for name, text, holds in _DEMANDS if not holds(said)}


def priority_of(rank: int | None) -> int:
    """Where somebody begins on the waiting list: the rank that the city gave."""
    return UNRANKED if rank is None else rank


def in_waiting_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Priority, then the order of the commits."""
    return sorted(waiting, key=lambda one: (one.priority, one.number))


def next_up(waiting: Iterable[Waiting], city_id: int, *, passes_on: bool) -> Waiting | None:
    """Who takes a seat that this city has free: its own first, then, if the city cannot fill it any
    more, the first of all cities."""
    order = in_waiting_order(waiting)
    own = [one for one in order if one.city_id == city_id]
    if own:
        return own[0]
    return order[0] if order and passes_on else None


def is_over(deadline: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a deadline, if there is one, lies behind."""
    return deadline is not None and deadline < now


def seat_passes_on(deadline: dt.datetime | None, now: dt.datetime, undecided: int) -> bool:
    """A free seat leaves its city when nobody of the city is on the way and none can come."""
    return undecided == 0 and (deadline is None or deadline < now)


def needs_reminder(deadline: dt.datetime | None, now: dt.datetime, open_seats: int) -> bool:
    return deadline is not None and open_seats > 0 and now <= deadline <= now + REMIND_BEFORE


def level_of(title: str) -> NominationLevel:
    """How high a post stands, by its words; chairs who invest count as investors."""
    text = title.lower()
    for level, words in _LEVELS:
        if any(word in text for word in words):
            return level
    return NominationLevel.OTHER


def shares(counts: Mapping[str, int], order: Sequence[str]) -> list[tuple[str, int, int]]:
    """(key, count, percent of all) in the order given, keys that are not in it at the end."""
    total = sum(counts.values())
    keys = [*order, *sorted(set(counts) - set(order))]
    return [(key, counts[key], round(100 * counts[key] / total)) for key in keys if counts.get(key)]
