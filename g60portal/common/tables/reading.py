"""Uploaded tables: XLSX, XLS, ODS and CSV into rows of typed cells, or a refusal that says why.

Guards against crafted files come before parsing (`packages`); parsing happens in a process with
hard limits (`g60portal.common.sheet_parser`). What the columns mean is decided elsewhere.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from g60portal.common.tables.cells import EMPTY, Cell, Merge, Sheet
from g60portal.common.tables.delimited import read_delimited
from g60portal.common.tables.limits import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_SHEET_ROWS,
    TableRefused,
    large,
    macros,
    password,
    unreadable,
)
from g60portal.common.tables.packages import ZIP, check_package

PARSER_SECONDS = 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
# How Office wraps a workbook that opens with a password only.
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROOT = str(Path(__file__).resolve().parents[3])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from g60portal.common.sheet_parser.program import main; main()"
)
_MAKERS: dict[str, Any] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
}


def read_table(data: bytes, filename: str) -> list[Sheet]:
    """Every sheet of an uploaded table; a CSV is one sheet named like its file."""
    if len(data) > MAX_FILE_BYTES:
        raise TableRefused("file_large", _("The file is larger than 5 MB."))
    if not data:
        raise TableRefused("file_empty", _("The file is empty."))
    if data.startswith(ZIP):
        check_package(data)
        sheets = _parsed_sheets(data)
    elif data.startswith(_OLE):
        if _OLE_MACROS in data:
            raise macros()
        if _OLE_ENCRYPTED in data:
            raise password()
        sheets = _parsed_sheets(data)
    else:
        sheets = [read_delimited(data, Path(filename).stem or "CSV")]
    trimmed = [replace(sheet, rows=_without_blank_end(sheet.rows)) for sheet in sheets]
    for sheet in trimmed:
        _check_size(sheet)
    return trimmed


def _check_size(sheet: Sheet) -> None:
    if len(sheet.rows) > MAX_SHEET_ROWS:
        raise large(sheet.name)
    for number, row in enumerate(sheet.rows, start=1):
        if len(row) > MAX_COLUMNS:
            raise large(sheet.name)
        for cell in row:
            if isinstance(cell.value, str) and len(cell.value) > MAX_CELL_CHARACTERS:
                message = _(
                    "Sheet %(sheet)s, row %(row)s: a cell holds more than %(limit)s characters."
                )
                facts = {"sheet": sheet.name, "row": number, "limit": MAX_CELL_CHARACTERS}
                raise TableRefused("cell_long", message % facts, **facts)


def _parsed_sheets(data: bytes) -> list[Sheet]:
    answer = _parser_answer(data)
    error = answer.get("error")
    if error == "password":
        raise password()
    if error == "large":
        raise large(answer["sheet"])
    if error:
        raise unreadable()
    return [_sheet(**facts) for facts in answer["sheets"]]


def _parser_answer(data: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the user in its arguments
            [sys.executable, "-I", "-c", _PROGRAM, _ROOT],
            input=data,
            capture_output=True,
            timeout=PARSER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise unreadable() from error
    if done.returncode != 0:
        raise unreadable()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _sheet(  # the words of the program's answer
    *,
    name: str,
    hidden: bool,
    rows: list[list[Any]],
    layout: dict[str, Any] | None,
) -> Sheet:
    sheet = Sheet(name, [[_cell(raw) for raw in row] for row in rows], hidden=hidden)
    if layout is None:
        return replace(sheet, layout_known=False)
    for row, column, text in layout["errors"]:
        _put(sheet.rows, row, column, Cell(text, "error"))
    return replace(
        sheet,
        hidden_rows=_numbers(layout["hidden_rows"]),
        hidden_columns=_numbers(layout["hidden_columns"]),
        merges=[Merge(*corners) for corners in layout["merges"]],
        filtered=layout["filtered"],
    )


def _put(rows: list[list[Cell]], row: int, column: int, cell: Cell) -> None:
    """The parser leaves out formulas that have no result, even where the sheet would end."""
    if row >= MAX_SHEET_ROWS or column >= MAX_COLUMNS:
        return
    rows += [[] for _missing in range(row + 1 - len(rows))]
    rows[row] += [EMPTY] * (column + 1 - len(rows[row]))
    rows[row][column] = cell


def _cell(raw: Any) -> Cell:
    """Texts come bare, everything else as a pair of kind and value, nothing as null."""
    if raw is None:
        return EMPTY
    if isinstance(raw, str):
        return Cell(raw, "text")
    kind, value = raw
    maker = _MAKERS.get(kind)
    return Cell(maker(value) if maker else value, kind)


def _numbers(ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(number for first, last in ranges for number in range(first, last + 1))


def _without_blank_end(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Formatted but empty cells to the right and below are no content."""
    width = max(
        (index + 1 for row in rows for index, cell in enumerate(row) if cell.filled), default=0
    )
    height = max(
        (index + 1 for index, row in enumerate(rows) if any(cell.filled for cell in row)), default=0
    )
    return [row[:width] for row in rows[:height]]
