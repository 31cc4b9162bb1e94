"""What a sheet looks like beside its values: hidden, merged, filtered, formulas without a result.

Everything counts from 0; ranges hold their first and last number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

Range = tuple[int, int]
Attributes = dict[str, str]

# No sheet we read is longer or wider; a file may claim anything.
MOST_ROWS = 60_000
MOST_COLUMNS = 2_000
MOST_ENTRIES = 20_000

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


@dataclass
class Layout:
    """`merges` are (top, left, bottom, right), `errors` (row, column, text shown)."""

    hidden_rows: list[Range] = field(default_factory=list)
    hidden_columns: list[Range] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    filtered: bool = False

    def hide_rows(self, first: int, last: int) -> None:
        _add_range(self.hidden_rows, first, min(last, MOST_ROWS))

    def hide_columns(self, first: int, last: int) -> None:
        _add_range(self.hidden_columns, first, min(last, MOST_COLUMNS))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (bottom, right) != (top, left) and len(self.merges) < MOST_ENTRIES:
            self.merges.append((top, left, min(bottom, MOST_ROWS), min(right, MOST_COLUMNS)))

    def fail(self, row: int, column: int, text: str) -> None:
        if len(self.errors) < MOST_ENTRIES:
            self.errors.append((row, column, text[:40]))


def walk(
    source: IO[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Elements by their local names as a stream. ValueError when the XML is broken.

    Entities cannot be declared: packages with a document type never come here.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, found: start(_local(name), found)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda name: finish(_local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.ParseFile(source)
    except expat.ExpatError as error:
        raise ValueError("broken XML") from error


def attribute(found: Attributes, name: str) -> str:
    """By its local name, whatever prefix the file chose."""
    if name in found:
        return found[name]
    return next((value for key, value in found.items() if _local(key) == name), "")


def is_on(value: str) -> bool:
    return value in {"1", "true", "on"}


def number(value: str, default: int = 1) -> int:
    return int(value) if value.isdigit() and len(value) < 8 else default  # noqa: PLR2004


def cell_place(reference: str) -> tuple[int, int] | None:
    """B7 is (6, 1)."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _add_range(ranges: list[Range], first: int, last: int) -> None:
    if ranges and ranges[-1][1] >= first - 1 >= ranges[-1][0]:
        ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
    elif first <= last and len(ranges) < MOST_ENTRIES:
        ranges.append((first, last))
