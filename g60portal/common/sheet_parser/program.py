"""From the file on standard input to JSON on standard output.

A crafted file can make any parser claim memory for billions of cells: here only this process dies
of it. Values come from calamine; what is hidden, merged or broken from our own reading of the file.
"""

import datetime as dt
import io
import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from g60portal.common.sheet_parser.layout import Layout
from g60portal.common.sheet_parser.ods import ods_layouts
from g60portal.common.sheet_parser.xls import xls_layouts
from g60portal.common.sheet_parser.xlsx import xlsx_layouts

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
# Beyond these a sheet is not even unfolded; the limits for people are in `tables.limits`.
MOST_ROWS = 50_000
MOST_COLUMNS = 1_000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(parsed(sys.stdin.buffer.read()), sys.stdout, ensure_ascii=True)


def parsed(data: bytes) -> dict[str, Any]:
    """`{"sheets": […]}` or `{"error": code}`."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        layouts = layouts_of(data)
        sheets = []
        for metadata in workbook.sheets_metadata:
            sheet = workbook.get_sheet_by_name(metadata.name)
            if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
                return {"error": "large", "sheet": metadata.name}
            rows = [
                [cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)
            ]
            layout = layouts.get(metadata.name) if layouts is not None else None
            sheets.append(
                {
                    "name": metadata.name,
                    "hidden": metadata.visible != SheetVisibleEnum.Visible,
                    "rows": rows,
                    "layout": asdict(layout) if layout else None,
                }
            )
    except PasswordError:
        return {"error": "password"}
    except (CalamineError, ValueError, OSError, KeyError):
        return {"error": "unreadable"}
    return {"sheets": sheets}


def layouts_of(data: bytes) -> dict[str, Layout] | None:
    """By sheet; None for kinds of files whose layout we cannot read."""
    if not data.startswith(b"PK"):
        return xls_layouts(data)
    found = xlsx_layouts(data)
    return found if found is not None else ods_layouts(data)


def cell(value: Any) -> Any:
    """A bare text, `[kind, value]`, or None; numbers as they are, dates in ISO form."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return ["boolean", value]
    if isinstance(value, (int, float)):
        return ["number", value]
    if isinstance(value, dt.datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, dt.date):
        return ["date", value.isoformat()]
    if isinstance(value, dt.time):
        return ["time", value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["number", value.total_seconds() / 86400]
    return str(value) or None
