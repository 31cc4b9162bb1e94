"""Cells and sheets as they come out of a file, before anybody knows what the columns mean."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

# Below this a number has kept all the digits that were typed.
EXACT_BELOW = 1e15

CellKind = Literal["text", "number", "boolean", "date", "datetime", "time", "error", "empty"]
CellValue = str | int | float | bool | dt.date | dt.datetime | dt.time


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. A number keeps the value of the file, so that damage by the spreadsheet shows; an
    "error" is a formula without a result and holds what the spreadsheet shows instead."""

    value: CellValue
    kind: CellKind

    @property
    def text(self) -> str:
        """The value as a person would type it: 13800000000, not 13800000000.0."""
        value = self.value
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_BELOW:
            return str(int(value))
        return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)

    @property
    def filled(self) -> bool:
        return self.kind != "empty" and self.value != ""


EMPTY = Cell("", "empty")


@dataclass(frozen=True)
class Merge:
    """A merged range, first and last row and column counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """Rows from the first row of the sheet on, so that row 7 of the file is `rows[6]`.

    `typed` says whether cells have kinds of their own (in a CSV all are text). What is hidden is
    known only when `layout_known`.
    """

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    typed: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: Sequence[Merge] = field(default=())
    filtered: bool = False
    layout_known: bool = True
