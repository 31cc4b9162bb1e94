"""Who somebody is among the people already known. Never by the name alone.

The paper decides. Without it, the same name and phone within the cohort mean the same person;
elsewhere, or with weaker signs, a person has to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["new", "known", "possible", "other_name"]


@dataclass(frozen=True)
class KnownPerson:
    """Somebody already in the portal; `enrolled` in the very cohort or elsewhere."""

    person_id: int
    name: str
    phone: str
    organization_name: str
    paper_index: str
    enrolled: bool


@dataclass(frozen=True)
class Recognition:
    """`possible` names the candidates; `other_name` is a paper that belongs to another name."""

    verdict: Verdict
    person_id: int | None = None
    candidates: tuple[int, ...] = ()


NEW = Recognition("new")


def recognize(
    name: str, phone: str, organization_name: str, paper_index: str, known: Sequence[KnownPerson]
) -> Recognition:
    """The verdict over those known who share the paper or the name."""
    by_paper = [one for one in known if paper_index and one.paper_index == paper_index]
    if by_paper:
        return _by_paper(name, by_paper[0])
    namesakes = [one for one in known if one.name == name and not _contradicts(one, paper_index)]
    same_phone = [one for one in namesakes if phone and one.phone == phone]
    within = [one for one in same_phone if one.enrolled]
    if len(within) == 1:
        return Recognition("known", within[0].person_id)
    same_employer = [
        one
        for one in namesakes
        if one.enrolled and one.organization_name == organization_name and not (phone and one.phone)
    ]
    candidates = {one.person_id: None for one in [*same_phone, *same_employer]}
    return Recognition("possible", candidates=tuple(candidates)) if candidates else NEW


def _by_paper(name: str, one: KnownPerson) -> Recognition:
    """The name of somebody outside of the cohort is not told to whoever guesses a number."""
    if one.name != name and not one.enrolled:
        return Recognition("other_name", one.person_id)
    return Recognition("known", one.person_id)


def _contradicts(one: KnownPerson, paper_index: str) -> bool:
    """Two papers that differ are two people, whatever else they share."""
    return bool(paper_index and one.paper_index)
