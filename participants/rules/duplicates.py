"""Whether two persons may be one: the signs that speak for it and against it. Pure.

The same paper is certain. A phone or an address may be shared, and a name alone is never a sign:
it takes two signs that do not follow from each other. What contradicts ends the suspicion.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cohorts.rules.organization_names import bare_organization_name

_LETTERS = re.compile(r"[^a-z ]")
# Of two genders these alone contradict each other.
_KNOWN_GENDERS = frozenset({"1", "2"})


class Sign(StrEnum):
    PAPER = "paper"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    ALIKE = "alike"
    BIRTH = "birth"
    EMPLOYER = "employer"


class Strength(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"


WEIGHTS = {
    Sign.PAPER: 100,
    Sign.PHONE: 40,
    Sign.EMAIL: 40,
    Sign.NAME: 30,
    Sign.BIRTH: 30,
    Sign.ALIKE: 20,
    Sign.EMPLOYER: 20,
}
# Any of these together make a suspicion. Colleagues share a switchboard and an employer, so those
# two say nothing; neither do a birthday and an employer.
TOGETHER = (
    frozenset({Sign.NAME, Sign.PHONE}),
    frozenset({Sign.NAME, Sign.EMAIL}),
    frozenset({Sign.NAME, Sign.BIRTH}),
    frozenset({Sign.NAME, Sign.EMPLOYER}),
    frozenset({Sign.ALIKE, Sign.PHONE}),
    frozenset({Sign.ALIKE, Sign.EMAIL}),
    frozenset({Sign.ALIKE, Sign.BIRTH}),
    frozenset({Sign.PHONE, Sign.BIRTH}),
    frozenset({Sign.EMAIL, Sign.BIRTH}),
    frozenset({Sign.PHONE, Sign.EMAIL}),
)


@dataclass(frozen=True)
class KnownFacts:
    """What two persons are compared by. `papers` are (kind, blind index) of the own paper and of
    those the nominations named; `own_paper` is the former. `employers` are names as written."""

    id: int
    name: str
    latin_name: str = ""
    gender: str = ""
    birth_on: dt.date | None = field(default=None, repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    emails: frozenset[str] = field(default=frozenset(), repr=False)
    papers: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    own_paper: tuple[str, str] | None = field(default=None, repr=False)
    organization_id: int | None = None
    employers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Suspicion:
    """Two persons, the smaller id first, and every sign that speaks for it."""

    one: int
    other: int
    signs: tuple[Sign, ...]

    @property
    def pair(self) -> tuple[int, int]:
        return self.one, self.other

    @property
    def strength(self) -> Strength:
        return Strength.CERTAIN if Sign.PAPER in self.signs else Strength.LIKELY

    @property
    def score(self) -> int:
        return sum(WEIGHTS[sign] for sign in self.signs)


def suspicion(one: KnownFacts, other: KnownFacts) -> Suspicion | None:
    """None when nothing, or not enough, speaks for it."""
    signs = frozenset(_signs(one, other))
    if Sign.PAPER not in signs and (
        _contradicts(one, other) or not any(pair <= signs for pair in TOGETHER)
    ):
        return None
    first, second = sorted((one.id, other.id))
    return Suspicion(first, second, tuple(sign for sign in Sign if sign in signs))


def _signs(one: KnownFacts, other: KnownFacts) -> Iterable[Sign]:
    if one.papers & other.papers:
        yield Sign.PAPER
    if one.phones & other.phones:
        yield Sign.PHONE
    if one.emails & other.emails:
        yield Sign.EMAIL
    if one.name == other.name:
        yield Sign.NAME
    elif latin_key(one.latin_name) and latin_key(one.latin_name) == latin_key(other.latin_name):
        yield Sign.ALIKE
    if one.birth_on and one.birth_on == other.birth_on:
        yield Sign.BIRTH
    if _same_employer(one, other):
        yield Sign.EMPLOYER


def _contradicts(one: KnownFacts, other: KnownFacts) -> bool:
    """Two papers of one kind, two birthdays or two genders are two people."""
    mine, theirs = one.own_paper, other.own_paper
    if mine and theirs and mine[0] == theirs[0]:
        return True
    if one.birth_on and other.birth_on and one.birth_on != other.birth_on:
        return True
    return one.gender != other.gender and {one.gender, other.gender} <= _KNOWN_GENDERS


def _same_employer(one: KnownFacts, other: KnownFacts) -> bool:
    """The same organization, or names that differ in region, brackets and legal form alone."""
    if one.organization_id and one.organization_id == other.organization_id:
        return True
    mine = {bare_organization_name(name) for name in one.employers}
    return any(bare_organization_name(name) in mine for name in other.employers)


def latin_key(latin_name: str) -> str:
    """Equal for spellings that differ in case, marks and the order of surname and given name."""
    plain = _LETTERS.sub("", latin_name.casefold().replace("-", "").replace("'", ""))
    return "".join(sorted(plain.split()))


def clusters(suspicions: Iterable[Suspicion]) -> list[list[Suspicion]]:
    """Suspicions that hang together through persons they share; the strongest first, in a fixed
    order."""
    groups: dict[int, list[Suspicion]] = {}
    for one in suspicions:
        mine, theirs = groups.get(one.one, []), groups.get(one.other, [])
        merged = mine if mine is theirs else [*mine, *theirs]
        merged.append(one)
        for each in merged:
            groups[each.one] = groups[each.other] = merged
    unique = {id(group): group for group in groups.values()}.values()
    ordered = [sorted(group, key=lambda each: (-each.score, each.pair)) for group in unique]
    return sorted(ordered, key=lambda group: (-group[0].score, group[0].pair))
