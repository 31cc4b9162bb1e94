"""Names of organizations: when two spellings are the same name, when they only look alike, and
what kind of house a name speaks of."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cohorts.choices import OrganizationKind

# From this likeness on a person is asked.
ALIKE = 0.72
# A name inside of another counts only from this length on: 一 stands in many names.
_SHORTEST_PART = 3
# What stands in more names than this tells nothing.
_COMMON = 400

_MARKS = re.compile(r"[^\w]|_")
_LEGAL_FORM = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|控股有限公司|有限公司|股份公司|集团公司|公司|"
    r"\(?集团\)?|corporation|company|coltd|limited|ltd|inc|corp|gmbh)+$"
)
_REGION = re.compile(
    r"^(中国|上海市?|浙江省?|江苏省?|安徽省?|松江区?|嘉兴市?|杭州市?|金华市?|苏州市?|湖州市?|宣城市?|"
    r"芜湖市?|合肥市?)+(?=..)"
)
# The first that fits counts: a company in College Road is no college.
_KINDS = (
    (
        re.compile(r"(公司|集团|企业|厂|银行|事务所|合作社|ltd\.?|inc\.?|company)$", re.IGNORECASE),
        OrganizationKind.ENTERPRISE,
    ),
    (re.compile(r"(大学|学院|university|college)", re.IGNORECASE), OrganizationKind.UNIVERSITY),
    (
        re.compile(r"(研究院|研究所|研究中心|实验室|科学院|institute|laboratory)", re.IGNORECASE),
        OrganizationKind.INSTITUTE,
    ),
    (
        re.compile(r"(政府|局|委员会|管委会|厅|委|办公室|街道办事处|bureau)$", re.IGNORECASE),
        OrganizationKind.AGENCY,
    ),
)


@dataclass(frozen=True)
class NamedOrganization:
    """What is needed of an organization to recognize it."""

    id: int
    city_id: int
    name: str
    short_name: str = ""
    name_en: str = ""
    credit_code: str = ""


def plain_organization_name(name: str) -> str:
    """Equal for spellings of one name: full-width letters, brackets, spaces and dots aside."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name).casefold())


def bare_organization_name(name: str) -> str:
    """The part by which people call it: without region and legal form."""
    plain = plain_organization_name(name)
    bare = _LEGAL_FORM.sub("", _REGION.sub("", plain))
    return bare or plain


def likely_kind(name: str) -> OrganizationKind:
    """From the words of its name; an enterprise when they do not tell."""
    found = (kind for pattern, kind in _KINDS if pattern.search(name))
    return next(found, OrganizationKind.ENTERPRISE)


def likeness(one: str, other: str) -> float:
    """0 to 1: pairs of neighboring characters that two bare names share (Dice)."""
    return _likeness(one, Counter(_pairs(one)), other, Counter(_pairs(other)))


def _likeness(one: str, mine: Counter[str], other: str, theirs: Counter[str]) -> float:
    """With the pairs of both names counted before."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _SHORTEST_PART and shorter in longer:
        return max(ALIKE, 2 * len(shorter) / (len(shorter) + len(longer)))
    total = max(len(one) - 1, 0) + max(len(other) - 1, 0)
    shared = sum(min(count, theirs[pair]) for pair, count in mine.items() if pair in theirs)
    return 2 * shared / total if total else 0.0


class AlikeNames:
    """Finds organizations whose names, short names or English names look like a given one."""

    def __init__(self, organizations: Iterable[NamedOrganization]) -> None:
        self._names: list[tuple[str, Counter[str], NamedOrganization]] = []
        self._by_pair: dict[str, list[int]] = {}
        for organization in organizations:
            words = {organization.name, organization.short_name, organization.name_en}
            for bare in {bare_organization_name(word) for word in words if word}:
                self._add(bare, organization)

    def like(self, name: str, most: int = 3) -> list[NamedOrganization]:
        """The most alike first; only those that are alike enough to ask."""
        bare = bare_organization_name(name)
        best: dict[int, tuple[float, NamedOrganization]] = {}
        mine = Counter(_pairs(bare))
        for index in self._near(bare):
            other, theirs, organization = self._names[index]
            score = _likeness(bare, mine, other, theirs)
            if score >= ALIKE and score > best.get(organization.id, (0.0, organization))[0]:
                best[organization.id] = score, organization
        ranked = sorted(best.values(), key=lambda found: (-found[0], found[1].id))
        return [organization for _score, organization in ranked[:most]]

    def _add(self, bare: str, organization: NamedOrganization) -> None:
        index = len(self._names)
        self._names.append((bare, Counter(_pairs(bare)), organization))
        for pair in set(_pairs(bare)) or {bare}:
            self._by_pair.setdefault(pair, []).append(index)

    def _near(self, bare: str) -> list[int]:
        """Names that share at least a third of the telling pairs."""
        pairs = set(_pairs(bare)) or {bare}
        postings: Sequence[list[int]] = [self._by_pair.get(pair, []) for pair in pairs]
        telling = [found for found in postings if 0 < len(found) <= _COMMON]
        counts: Mapping[int, int] = Counter(index for found in telling for index in found)
        return [index for index, count in counts.items() if 3 * count >= len(telling)]


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]
