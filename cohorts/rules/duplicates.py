"""Whether two organizations may be one: the signs that speak for it and against it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cohorts.rules.organization_names import (
    AlikeNames,
    NamedOrganization,
    bare_organization_name,
    plain_organization_name,
)

# Of a credit code (GB 32100) these places are the code of the body itself (GB 11714); the ones
# before say who registers it and where, and change when it moves.
_BODY = slice(8, 17)


class Sign(StrEnum):
    CODE = "code"
    NAME = "name"
    SHORT_NAME = "short_name"
    BARE_NAME = "bare_name"
    ALIKE = "alike"


class Strength(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"


WEIGHTS = {
    Sign.CODE: 100,
    Sign.NAME: 60,
    Sign.BARE_NAME: 50,
    Sign.SHORT_NAME: 40,
    Sign.ALIKE: 30,
}


@dataclass(frozen=True)
class Suspicion:
    """Two organizations, the smaller id first, and every sign that speaks for it."""

    one: int
    other: int
    signs: tuple[Sign, ...]

    @property
    def pair(self) -> tuple[int, int]:
        return self.one, self.other

    @property
    def strength(self) -> Strength:
        return Strength.CERTAIN if Sign.CODE in self.signs else Strength.LIKELY

    @property
    def score(self) -> int:
        return sum(WEIGHTS[sign] for sign in self.signs)


def suspicions(rows: Sequence[NamedOrganization]) -> list[Suspicion]:
    """Every pair of which something speaks, the strongest first. Grouped by what they share, so
    that no two are compared that share nothing; what only looks alike counts within a city."""
    signs: dict[tuple[int, int], set[Sign]] = defaultdict(set)
    by_id = {row.id: row for row in rows}
    for sign, groups in _groups(rows):
        for group in groups:
            for place, one in enumerate(group):
                for other in group[place + 1 :]:
                    if one != other:
                        signs[min(one, other), max(one, other)].add(sign)
    found = [
        Suspicion(*pair, tuple(sign for sign in Sign if sign in of_pair))
        for pair, of_pair in signs.items()
        if Sign.CODE in of_pair or not _two_bodies(by_id[pair[0]], by_id[pair[1]])
    ]
    return sorted(found, key=lambda one: (-one.score, one.pair))


def _groups(rows: Sequence[NamedOrganization]) -> Iterable[tuple[Sign, Iterable[list[int]]]]:
    codes: dict[str, list[int]] = defaultdict(list)
    names: dict[str, list[int]] = defaultdict(list)
    bare: dict[tuple[int, str], list[int]] = defaultdict(list)
    called: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        if body := row.credit_code[_BODY]:
            codes[body].append(row.id)
        names[plain_organization_name(row.name)].append(row.id)
        bare[row.city_id, bare_organization_name(row.name)].append(row.id)
        own = {bare_organization_name(name) for name in (row.name, row.short_name) if name}
        for name in own if row.short_name else ():
            called[row.city_id, name].append(row.id)
    for row in rows:
        if not row.short_name and (row.city_id, bare_organization_name(row.name)) in called:
            called[row.city_id, bare_organization_name(row.name)].append(row.id)
    yield Sign.CODE, codes.values()
    yield Sign.NAME, names.values()
    yield Sign.BARE_NAME, bare.values()
    yield Sign.SHORT_NAME, called.values()
    yield Sign.ALIKE, _alike(rows)


def _alike(rows: Sequence[NamedOrganization]) -> Iterable[list[int]]:
    by_city: dict[int, list[NamedOrganization]] = defaultdict(list)
    for row in rows:
        by_city[row.city_id].append(row)
    for of_city in by_city.values():
        names = AlikeNames(of_city)
        for row in of_city:
            for other in names.like(row.name):
                if other.id != row.id:
                    yield [row.id, other.id]


def _two_bodies(one: NamedOrganization, other: NamedOrganization) -> bool:
    """Two codes are two houses, however alike their names."""
    mine, theirs = one.credit_code[_BODY], other.credit_code[_BODY]
    return bool(mine and theirs and mine != theirs)
