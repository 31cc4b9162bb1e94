"""Spreadsheets as people's programs write them, made by hand: XLSX, ODS and XLS with hidden and
merged parts, numbers, dates and failed formulas.

A cell is a text, a number, a `dt.date`, a `Failed` formula, or None.
"""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from participants.rules.roster_header import column_letter

DAY_ZERO = dt.date(1899, 12, 30)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HIDDEN = ' hidden="1"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True)
class Failed:
    """A formula whose result is an error, or that was never calculated (no text)."""

    text: str = "#N/A"


@dataclass(frozen=True)
class Page:
    """A sheet to be written. Everything counts from 0; merges are (top, left, bottom, right)."""

    rows: Sequence[Sequence[Any]]
    name: str = "名单"
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    merges: Sequence[tuple[int, int, int, int]] = field(default=())
    filtered: bool = False


def packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return out.getvalue()


# XLSX


def xlsx(*pages: Page) -> bytes:
    numbers = range(1, len(pages) + 1)
    sheets = "".join(
        f'<sheet name="{escape(page.name)}" sheetId="{number}" r:id="r{number}"'
        + (' state="hidden"' if page.hidden else "")
        + "/>"
        for number, page in zip(numbers, pages, strict=True)
    )
    targets = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{targets}'
        f'<Relationship Id="rs" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for number, page in zip(numbers, pages, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = _worksheet(page)
    return packed(parts)


def _worksheet(page: Page) -> str:
    columns = "".join(
        f'<col min="{index + 1}" max="{index + 1}" hidden="1"/>' for index in page.hidden_columns
    )
    rows = "".join(
        f'<row r="{number + 1}"{_HIDDEN if number in page.hidden_rows else ""}>'
        + "".join(_xlsx_cell(number, index, value) for index, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(page.rows)
    )
    merges = "".join(
        f'<mergeCell ref="{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"/>'
        for top, left, bottom, right in page.merges
    )
    return (
        f'<worksheet xmlns="{MAIN}">'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData>{rows}</sheetData>"
        + ('<autoFilter ref="A1:C9"/>' if page.filtered else "")
        + (f"<mergeCells>{merges}</mergeCells>" if merges else "")
        + "</worksheet>"
    )


def _xlsx_cell(row: int, column: int, value: Any) -> str:
    place = f'<c r="{column_letter(column)}{row + 1}"'
    if value is None or value == "":
        return ""
    if isinstance(value, Failed):
        if not value.text:
            return f"{place}><f>A1+B1</f></c>"
        return f'{place} t="e"><f>A1+B1</f><v>{value.text}</v></c>'
    if isinstance(value, dt.date):
        return f'{place} s="1"><v>{(value - DAY_ZERO).days}</v></c>'
    if isinstance(value, (int, float)):
        return f"{place}><v>{value!r}</v></c>"
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


# ODS


def ods(*pages: Page) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    tables = "".join(map(_ods_table, pages))
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>',
        }
    )


def _ods_table(page: Page) -> str:
    width = max((len(row) for row in page.rows), default=0)
    columns = "".join(
        "<table:table-column"
        + (' table:visibility="collapse"' if index in page.hidden_columns else "")
        + "/>"
        for index in range(width)
    )
    spans = {
        (top, left): (bottom - top + 1, right - left + 1)
        for top, left, bottom, right in page.merges
    }
    how = "filter" if page.filtered else "collapse"
    rows = "".join(
        "<table:table-row"
        + (f' table:visibility="{how}"' if number in page.hidden_rows else "")
        + ">"
        + "".join(
            _ods_cell(value, spans.get((number, index), (1, 1))) for index, value in enumerate(row)
        )
        + "</table:table-row>"
        for number, row in enumerate(page.rows)
    )
    return f'<table:table table:name="{escape(page.name)}">{columns}{rows}</table:table>'


def _ods_cell(value: Any, span: tuple[int, int]) -> str:
    down, across = span
    extra = ""
    if span != (1, 1):
        extra = f' table:number-columns-spanned="{across}" table:number-rows-spanned="{down}"'
    if value is None or value == "":
        return f"<table:table-cell{extra}/>"
    if isinstance(value, Failed):
        return (
            '<table:table-cell office:value-type="string" office:string-value="" '
            f'calcext:value-type="error"><text:p>{value.text}</text:p></table:table-cell>'
        )
    if isinstance(value, dt.date):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    if isinstance(value, (int, float)):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="string"{extra}><text:p>{escape(value)}</text:p>'
        "</table:table-cell>"
    )


# XLS: BIFF 8 inside an OLE container

_SECTOR = 512
_END, _TABLE, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_ERRORS = {"#N/A": 0x2A, "#REF!": 0x17, "#VALUE!": 0x0F, "#DIV/0!": 0x07}


def xls(*pages: Page) -> bytes:
    return _container(_workbook(pages))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _text(value: str, count: str) -> bytes:
    return struct.pack(f"<{count}B", len(value), 1) + value.encode("utf-16-le")


def _workbook(pages: Sequence[Page]) -> bytes:
    formats = _record(0xE0, b"\0" * 20) + _record(
        0xE0, struct.pack("<HHHHHHIII", 0, 14, 0, 0, 0, 0, 0, 0, 0)[:20]
    )
    bodies = [_worksheet_records(page) for page in pages]

    def globals_at(places: Sequence[int]) -> bytes:
        sheets = b"".join(
            _record(0x85, struct.pack("<IBB", place, int(page.hidden), 0) + _text(page.name, "B"))
            for page, place in zip(pages, places, strict=True)
        )
        return _bof(5) + _record(0x42, struct.pack("<H", 1200)) + formats + sheets + _record(0x0A)

    place = len(globals_at([0] * len(pages)))
    places = []
    for body in bodies:
        places.append(place)
        place += len(body)
    return globals_at(places) + b"".join(bodies)


def _worksheet_records(page: Page) -> bytes:
    height, width = len(page.rows), max((len(row) for row in page.rows), default=0)
    out = [_bof(0x10), _record(0x200, struct.pack("<IIHHH", 0, height, 0, width, 0))]
    if page.filtered:
        out.append(_record(0x9B))
    out += [
        _record(0x7D, struct.pack("<HHHHHH", index, index, 2048, 0, 1, 0))
        for index in page.hidden_columns
    ]
    out += [
        _record(
            0x208,
            struct.pack("<HHHHHHHH", number, 0, width, 255, 0, 0,
                        0x20 if number in page.hidden_rows else 0, 0),
        )
        for number in range(height)
    ]  # fmt: skip
    for number, row in enumerate(page.rows):
        for index, value in enumerate(row):
            if value is not None and value != "":
                out.append(_xls_cell(number, index, value))
    if page.merges:
        ranges = b"".join(
            struct.pack("<4H", top, bottom, left, right) for top, left, bottom, right in page.merges
        )
        out.append(_record(0xE5, struct.pack("<H", len(page.merges)) + ranges))
    return b"".join([*out, _record(0x0A)])


def _xls_cell(row: int, column: int, value: Any) -> bytes:
    if isinstance(value, Failed):
        return _record(0x205, struct.pack("<HHHBB", row, column, 0, _ERRORS[value.text], 1))
    if isinstance(value, dt.date):
        return _record(0x203, struct.pack("<HHHd", row, column, 1, (value - DAY_ZERO).days))
    if isinstance(value, (int, float)):
        return _record(0x203, struct.pack("<HHHd", row, column, 0, value))
    return _record(0x204, struct.pack("<HHH", row, column, 0) + _text(value, "H"))


def _container(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    tables = 1
    while tables * 128 < count + 1 + tables:
        tables += 1
    chain = [*range(1, count), _END, _END, *[_TABLE] * tables]
    chain += [_FREE] * (tables * 128 - len(chain))
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    directory += _entry("", 0, 0, 0) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, tables, count, 0, 4096, _END, 0, _END, 0)
    places = [count + 1 + number for number in range(tables)]
    head += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    return head + stream + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0" if name else b""
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + b"\0" * 36
        + struct.pack("<III", start, size, 0)
    )
