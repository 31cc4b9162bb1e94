"""What would change when new facts are said about somebody already enrolled, field by field."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from participants.choices import Gender
from participants.rules.papers import mask_paper
from participants.rules.person_facts import CheckedFacts

# Fields of the person, and of its enrollment in one cohort.
PERSON_FIELDS = ("name", "latin_name", "gender", "birth_on", "phone", "email", "language")
# Columns that are put back together or not at all, under the name by which people know them.
UNDO_UNITS = {
    "latin_name": "name",
    "pinyin_key": "name",
    "stroke_key": "name",
    "initials": "name",
    "organization_id": "organization_name",
    "group_id": "group_name",
}
ENROLLMENT_FIELDS = ("city_id", "organization_name", "title", "group_name")


@dataclass(frozen=True)
class PresentFacts:
    """What is stored about a person; of an enrollment only when there is one."""

    name: str
    latin_name: str
    gender: str
    language: str
    phone: str = field(repr=False)
    email: str = field(repr=False)
    paper_index: str = ""
    masked_identity: str = ""
    directory_consent: bool = False
    city_id: int = 0
    organization_name: str = ""
    title: str = ""
    group_name: str = ""
    birth_on: dt.date | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Change:
    """Identity numbers stand here masked only."""

    name: str
    before: Any = field(repr=False)
    after: Any = field(repr=False)


def changes_between(
    present: PresentFacts, facts: CheckedFacts, paper_index: str, *, blank_clears: bool
) -> tuple[Change, ...]:
    """A form shows every field, so an empty one clears; a file that is silent changes nothing.

    Never cleared: name, city, organization, language, and the identity paper.
    """
    wanted = dict(_wanted(present, facts))
    clearing = {"phone", "email", "title", "group_name"} if blank_clears else set()
    # In a form "unknown" was chosen; in a file it is not more than silence.
    if blank_clears or facts.gender != Gender.UNKNOWN:
        wanted["gender"] = facts.gender or (Gender.UNKNOWN if blank_clears else "")
    found = [
        Change(name, getattr(present, name), after)
        for name, after in wanted.items()
        if after != getattr(present, name) and (after != "" or name in clearing)
    ]
    if facts.paper and paper_index != present.paper_index:
        found.append(Change("identity", present.masked_identity, mask_paper(facts.paper.number)))
    if facts.birth_on and facts.birth_on != present.birth_on:
        found.append(Change("birth_on", present.birth_on, facts.birth_on))
    consent = facts.directory_consent
    if consent is not None and consent != present.directory_consent:
        found.append(Change("directory_consent", present.directory_consent, consent))
    return tuple(found)


def _wanted(present: PresentFacts, facts: CheckedFacts) -> Iterator[tuple[str, Any]]:
    yield "name", facts.name
    # A spelling made by hand stays until the name itself changes.
    if facts.has_own_spelling or facts.name != present.name:
        yield "latin_name", facts.names.latin_name
    for name in (
        "phone",
        "email",
        "language",
        "organization_name",
        "title",
        "group_name",
        "city_id",
    ):
        yield name, getattr(facts, name)
