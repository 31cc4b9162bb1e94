"""Documents that run over pages: titles, tables, lists, as plain values for `sheets.typ`.

What each document says is decided where its facts are; here is only of what a page is built.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from participants.documents.printing import print_document

Paper = Literal["a4", "a4-landscape", "a5"]


@dataclass(frozen=True)
class Column:
    """`width` in millimetres, or `share` of what is left. A `strong` column carries the eye, a
    `quiet` one stands back; `box` leaves room to write."""

    header: str
    width: float = 0
    share: float = 0
    align: Literal["left", "center", "right"] = "left"
    strong: bool = False
    quiet: bool = False


# A cell is a text, or a text with a smaller one below it.
Cell = str | tuple[str, str]


@dataclass(frozen=True)
class Table:
    """Its head repeats on every page. `boxed` with `row_height` is a form to be written on; the
    last row of a `total` table is its sum."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    boxed: bool = False
    row_height: float = 0
    total: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Title:
    """The head of a document, or of each of its parts: what, of which cohort, and facts below."""

    text: str
    over: str = ""
    lines: Sequence[str] = ()
    kind: str = "title"


@dataclass(frozen=True)
class Heading:
    text: str
    note: str = ""
    kind: str = "heading"


@dataclass(frozen=True)
class Text:
    """A paragraph; `small` for footnotes."""

    text: str
    small: bool = False
    kind: str = "text"


@dataclass(frozen=True)
class Points:
    """Numbered sentences."""

    items: Sequence[str]
    kind: str = "points"


@dataclass(frozen=True)
class Signatures:
    """Words with room to write after each, on one line."""

    words: Sequence[str]
    kind: str = "signatures"


@dataclass(frozen=True)
class Group:
    """People in a named list that stays together on a page."""

    name: str
    note: str
    people: Sequence[Sequence[str]]
    kind: str = "group"


@dataclass(frozen=True)
class Slot:
    """An entry of a timetable: when, what, who, where, for whom."""

    time: str
    title: str
    kind_word: str = ""
    kind_key: str = ""
    speakers: Sequence[str] = ()
    place: str = ""
    audience: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the timetable in its half-days: [(word, slots)]."""

    date: str
    weekday: str
    parts: Sequence[tuple[str, Sequence[Slot]]]


@dataclass(frozen=True)
class Timetable:
    """`wide` is one row a day with its half-days side by side, else a running list."""

    parts: Sequence[str]
    days: Sequence[Day]
    date_word: str = ""
    wide: bool = False
    kind: str = "timetable"


@dataclass(frozen=True)
class Cover:
    """The first page of a booklet. `cities` are (name, lit) in their official order."""

    title: str
    over: str
    name: str
    dates: str
    hosts: Sequence[str]
    cities: Sequence[tuple[str, bool]]
    kind: str = "cover"


@dataclass(frozen=True)
class Break:
    kind: str = "break"


@dataclass(frozen=True)
class Lines:
    """A page to write on."""

    kind: str = "lines"


Block = (
    Table | Title | Heading | Text | Points | Signatures | Group | Timetable | Cover | Break | Lines
)


@dataclass(frozen=True)
class Sheet:
    """`foot` stands at the bottom of every page beside the page number, whose words are `page`
    (with `{page}` and `{pages}`); `restart` counts the pages of each part on their own."""

    title: str
    language: str
    foot: str
    page: str
    blocks: Sequence[Block] = field(default_factory=list)
    paper: Paper = "a4"
    watermark: str = ""
    author: str = ""

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def print_sheet(sheet: Sheet) -> bytes:
    """Raises GlyphsMissing and FontsMissing."""
    return print_document("sheets", sheet.facts())
