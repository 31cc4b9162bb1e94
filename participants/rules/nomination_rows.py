"""Several people at once, pasted as a small table: one line each, cells in a fixed order.

A spreadsheet pastes with tabs; typed lists use commas, also Chinese ones. What the cells mean is
judged later by the rules of one nomination.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from participants.choices import Gender

COLUMNS = ("name", "organization", "title", "gender", "phone", "email", "identity", "reason")
MOST_LINES = 100
_HEADS = frozenset({"姓名", "name"})
_GENDERS = {"男": Gender.MALE, "女": Gender.FEMALE, "m": Gender.MALE, "f": Gender.FEMALE,
            "male": Gender.MALE, "female": Gender.FEMALE}  # fmt: skip
_SEPARATORS = re.compile(r"[，、;；]")


@dataclass(frozen=True)
class Line:
    """A line with its number as the reader counts, and the facts that its cells say."""

    number: int
    facts: dict[str, str]


def read_lines(text: str) -> list[Line]:
    """The lines that say something, without a head; at most one more than `MOST_LINES`."""
    found = []
    for number, cells in enumerate(_cells(text), start=1):
        if not any(cells) or cells[0].strip().lower() in _HEADS:
            continue
        found.append(Line(number, _facts(cells)))
        if len(found) > MOST_LINES:
            break
    return found


def _cells(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if "\t" in line:
            yield [cell.strip() for cell in line.split("\t")]
        else:
            plain = _SEPARATORS.sub(",", line)
            yield [cell.strip() for cell in next(csv.reader([plain]), [])]


def _facts(cells: list[str]) -> dict[str, str]:
    facts = {name: cell for name, cell in zip(COLUMNS, cells, strict=False) if cell}
    if "gender" in facts:
        facts["gender"] = _GENDERS.get(facts["gender"].lower(), facts["gender"])
    return facts
