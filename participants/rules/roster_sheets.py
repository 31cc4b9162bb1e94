"""Which sheets and which rows of a file are the roster, and what was left out and why."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from g60portal.common.tables import Cell, Merge, Sheet
from participants.rules.roster_header import (
    SEARCHED_ROWS,
    Header,
    begins_another_table,
    find_header,
    likely_header,
    mapped_header,
    repeats_header,
)
from participants.rules.roster_mapping import RosterMapping

Reason = Literal["note", "caption", "repeated", "elsewhere", "hidden"]
Row = Sequence[Cell]

# Notes below a table, or sums.
_FOOTER = re.compile(
    r"(注|备注|说明|合计|总计|小计|共计|填表人?|制表人?|填报人?|审核人?|经办人?|负责人?|报送|"
    r"联系人|联系电话|日期|单位盖章|盖章|total|notes?)\s*([(（:：\d].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SUM = re.compile(r"(合计|总计|小计|共计|total)\s*([:：].*)?|共\s*\d+\s*(人|名)", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(\.\d+)?\s*(人|名)?")
_CAPTION = re.compile(r"(第?[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]).*")
# What stands around the words of a caption: （二）… and …（5人）.
_NUMBERED = re.compile(
    r"^[(（]?第?[一二三四五六七八九十\d]+[)）、.．]+\s*|\s*[(（:：]?\s*(共\s*)?\d*\s*[人名]?[)）:：]?\s*$"
)
# A merged range over so many columns is a line of text, not the cell of a person.
_WIDE = 3


@dataclass(frozen=True)
class SkippedRow:
    """`row` counts as the spreadsheet does, from 1."""

    row: int
    reason: Reason


@dataclass(frozen=True)
class RosterRow:
    """`foreign`: column names of another table stand here, so nothing can be read. `caption` is the
    last one above the row, without its number: often the city of the rows below."""

    row: int
    cells: Row = field(repr=False)
    hidden: bool = False
    foreign: bool = False
    caption: str = ""


@dataclass(frozen=True)
class RosterSheet:
    """A sheet with the best guess at its columns, and whether it is to be read."""

    sheet: Sheet
    header: Header | None
    read: bool = False

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def hidden_labels(self) -> tuple[str, ...]:
        """Columns that are read although the spreadsheet hides them."""
        columns = self.header.columns if self.header else ()
        return tuple(
            column.label for column in columns if column.index in self.sheet.hidden_columns
        )


def roster_sheets(sheets: Sequence[Sheet], mapping: RosterMapping) -> list[RosterSheet]:
    """All sheets with content. Without a choice those are read that look most like a roster:
    the best one, and those with the very same columns."""
    found = [_with_header(sheet, mapping) for sheet in sheets if sheet.rows]
    if mapping.sheets:
        return [
            replace(one, read=one.header is not None and one.name in mapping.sheets)
            for one in found
        ]
    fitting = [one for one in found if one.header and not one.sheet.hidden and _is_roster(one)]
    if not fitting:
        return found
    best = max(fitting, key=_likeness)
    chosen = {one.name for one in fitting if _columns(one) == _columns(best)}
    return [replace(one, read=one.name in chosen) for one in found]


def likeliest(sheets: Sequence[RosterSheet]) -> RosterSheet | None:
    """The sheet to be asked about when none could be read."""
    return max((one for one in sheets if one.header), key=_likeness, default=None)


def usable(header: Header, mapping: RosterMapping, *, tells_city: bool = False) -> bool:
    """Name and city are known; the city may have been said for all rows, or be told by the name of
    the sheet or by captions."""
    said = "city" in header.names or bool(mapping.city) or tells_city
    return "name" in header.names and said


def holds_nobody(sheets: Sequence[RosterSheet]) -> bool:
    """Column names are there, and nothing below them on any sheet."""
    headed = [one for one in sheets if one.header and one.header.complete]
    return bool(headed) and not any(
        one.header and len(one.sheet.rows) > one.header.first_data_row for one in sheets
    )


def rows_of(one: RosterSheet, *, hidden_too: bool) -> tuple[list[RosterRow], list[SkippedRow]]:
    """The rows about people, and those left out that are not simply empty."""
    header, sheet = one.header, one.sheet
    if header is None:
        return [], []
    filled = _unmerged(sheet.rows, sheet.merges, header.first_data_row)
    wide = _wide_rows(sheet.merges)
    rows: list[RosterRow] = []
    skipped: list[SkippedRow] = []
    caption = ""
    for index in range(header.first_data_row, len(filled)):
        cells, hidden = filled[index], index in sheet.hidden_rows
        texts = [cell.text for cell in cells]
        # What reaches down from a merged cell makes nobody of an empty row.
        if not any(cell.text for cell in sheet.rows[index]):
            continue
        reason = _reason(header, texts, wide.get(index))
        if reason is None and hidden and not hidden_too:
            reason = "hidden"
        if reason is not None:
            skipped.append(SkippedRow(index + 1, reason))
            if reason == "caption":
                caption = _NUMBERED.sub("", next(text for text in texts if text))
            continue
        foreign = begins_another_table(header, texts)
        rows.append(RosterRow(index + 1, cells, hidden, foreign, caption))
    return rows, skipped


def captions_of(one: RosterSheet) -> set[str]:
    """Those above rows about people."""
    rows, _skipped = rows_of(one, hidden_too=False)
    return {row.caption for row in rows if row.caption}


def row_spans(numbers: Sequence[int]) -> str:
    """Neighbors joined: 3–5, 8."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in spans)


def texts_of(sheet: Sheet, rows: int = SEARCHED_ROWS + 1) -> list[list[str]]:
    """The first rows as texts, a merged text in each of its cells."""
    return [[cell.text for cell in row] for row in _unmerged(sheet.rows[:rows], sheet.merges, 0)]


def _with_header(sheet: Sheet, mapping: RosterMapping) -> RosterSheet:
    texts = texts_of(sheet)
    guess = find_header(texts, sheet.hidden_columns) or likely_header(texts, sheet.hidden_columns)
    return RosterSheet(sheet, mapped_header(guess, mapping.columns) if guess else None)


def _is_roster(one: RosterSheet) -> bool:
    """Something below the line of column names, and more than one of them known."""
    header = one.header
    return bool(header and len(header.columns) > 1 and len(one.sheet.rows) > header.first_data_row)


def _likeness(one: RosterSheet) -> tuple[int, int]:
    """Many known columns, name and city among them, and many rows."""
    header = one.header
    if header is None:
        return 0, 0
    return len(header.columns) + 2 * header.complete, len(one.sheet.rows)


def _columns(one: RosterSheet) -> frozenset[str]:
    return one.header.names if one.header else frozenset()


def _reason(header: Header, texts: Sequence[str], wide: Merge | None) -> Reason | None:
    """Why a row is not about a person."""
    known = {
        column.name: texts[column.index]
        for column in header.columns
        if column.index < len(texts) and texts[column.index]
    }
    if not known:
        return "elsewhere"
    if repeats_header(header, texts):
        return "repeated"
    values = set(known.values())
    only = next(iter(values)) if len(values) == 1 else ""
    if only and _FOOTER.fullmatch(only):
        return "note"
    if only and (wide is not None or (len(known) == 1 and _CAPTION.fullmatch(only))):
        return "caption"
    first = next(text for text in texts if text)
    if _SUM.fullmatch(first) and all(
        _FIGURE.fullmatch(text) or _SUM.fullmatch(text) for text in values
    ):
        return "note"
    return None


def _wide_rows(merges: Sequence[Merge]) -> dict[int, Merge]:
    return {
        merge.top: merge
        for merge in merges
        if merge.top == merge.bottom and merge.right - merge.left + 1 >= _WIDE
    }


def _unmerged(rows: Sequence[Row], merges: Sequence[Merge], first: int) -> list[Row]:
    """Rows in which every cell of a merged range has its value, from row `first` on."""
    filled: list[Row] = list(rows)
    for merge in merges:
        if merge.top < first or merge.top >= len(rows) or merge.left >= len(rows[merge.top]):
            continue
        value = rows[merge.top][merge.left]
        for index in range(merge.top, min(merge.bottom, len(rows) - 1) + 1):
            row = list(filled[index])
            for column in range(merge.left, min(merge.right, len(row) - 1) + 1):
                row[column] = value
            filled[index] = row
    return filled


def notes_by_reason(skipped: Sequence[SkippedRow]) -> Iterator[tuple[Reason, list[int]]]:
    """The numbers of the rows left out, by why."""
    grouped: dict[Reason, list[int]] = {}
    for one in skipped:
        grouped.setdefault(one.reason, []).append(one.row)
    yield from grouped.items()
