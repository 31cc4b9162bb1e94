"""Worksheets written as a stream: every cell a text, memory flat, the first bytes at once.

Texts stay texts: a leading "=" is never a formula, a long number never loses digits.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from g60portal.common.tables.copied_text import (
    CELL_END,
    ROW_END,
    cells_of,
    is_plain,
    lines_of,
)

MAX_SHEET_ROWS = 1_048_576
_BLOCK_ROWS = 256
_CHUNK_BYTES = 64 * 1024

# Two characters that XML forbids anyway stand between cells and rows until these are escaped.
_CELL, _ROW = "\ufffe", "\uffff"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_OPEN = '<c t="inlineStr"><is><t xml:space="preserve">'
_CLOSE = "</t></is></c>"
_BETWEEN_CELLS = _CLOSE + _OPEN
_BETWEEN_ROWS = f"{_CLOSE}</row><row>{_OPEN}"
_FIRST, _LAST = f"<row>{_OPEN}".encode(), f"{_CLOSE}</row>".encode()
_SHEET_END = b"</sheetData></worksheet>"
# What `_FORBIDDEN` names beyond control characters and Postgres can store, in UTF-8.
_FORBIDDEN_BYTES = ("\ufffe".encode(), "\uffff".encode())
_ENTITIES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"))

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class _Block:
    """Some rows of a sheet, ready to be written."""

    row_count: int
    xml: bytes


def stream_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "Sheet1",
    sheet_rows: int = MAX_SHEET_ROWS,
) -> Iterator[bytes]:
    """A workbook in chunks. Rows beyond a sheet's limit go on to the next."""
    yield from _workbook(header, _blocks(iter(rows), sheet_rows - 1), title, sheet_rows)


def copied_xlsx(
    header: Sequence[str],
    chunks: Iterable[bytes],
    *,
    title: str = "Sheet1",
    sheet_rows: int = MAX_SHEET_ROWS,
) -> Iterator[bytes]:
    """The same out of `copy_stream(…, format="text")`: no work a row, only whole chunks."""
    yield from _workbook(header, map(_copied_block, chunks), title, sheet_rows)


def _workbook(
    header: Sequence[str], blocks: Iterator[_Block], title: str, sheet_rows: int
) -> Iterator[bytes]:
    """A block is never divided: a sheet ends before the first that it has no room for."""
    sink = _Sink()
    sheet_count = 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        block = next(blocks, None)
        while block is not None or not sheet_count:
            sheet_count += 1
            room = sheet_rows - 1
            with package.open(f"xl/worksheets/sheet{sheet_count}.xml", "w") as sheet:
                sheet.write(_sheet_head(header))
                while block is not None and block.row_count <= room:
                    sheet.write(block.xml)
                    yield from sink.full_chunks()
                    room -= block.row_count
                    block = next(blocks, None)
                sheet.write(_SHEET_END)
        for name, text in _frame(title, sheet_count):
            with package.open(name, "w") as part:
                part.write(text.encode())
    yield sink.rest()


def _sheet_head(header: Sequence[str]) -> bytes:
    head = "".join(
        f'<c t="inlineStr" s="1"><is><t xml:space="preserve">{escape(_clean(name))}</t></is></c>'
        for name in header
    )
    width = max(len(header), 1)
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews>"
        f'<cols><col min="1" max="{width}" width="16" customWidth="1"/></cols>'
        f"<sheetData><row>{head}</row>"
    ).encode()


def _blocks(rows: Iterator[Sequence[str]], room: int) -> Iterator[_Block]:
    while block := list(islice(rows, min(_BLOCK_ROWS, room))):
        yield _Block(len(block), _rows_xml(block))


def _copied_block(chunk: bytes) -> _Block:
    """Plain chunks are turned into XML as a whole, others cell by cell."""
    if not is_plain(chunk) or any(sign in chunk for sign in _FORBIDDEN_BYTES):
        rows: list[Sequence[str]] = [
            [cell or "" for cell in cells_of(line)] for line in lines_of(chunk)
        ]
        return _Block(len(rows), _rows_xml(rows))
    text = chunk[: -len(ROW_END)]
    for sign, entity in _ENTITIES:
        if sign in text:
            text = text.replace(sign, entity)
    row_count = text.count(ROW_END) + 1
    cells = text.replace(CELL_END, _BETWEEN_CELLS.encode())
    return _Block(row_count, _FIRST + cells.replace(ROW_END, _BETWEEN_ROWS.encode()) + _LAST)


def _rows_xml(block: list[Sequence[str]]) -> bytes:
    """Join first, escape once: a few passes over a block instead of many over each cell."""
    joined = _ROW.join([_CELL.join(row) for row in block])
    cells = sum(map(len, block)) - len(block)
    if (
        joined.count(_CELL) != cells
        or joined.count(_ROW) != len(block) - 1
        or _CONTROL.search(joined)
    ):
        joined = _ROW.join([_CELL.join(map(_clean, row)) for row in block])
    if "&" in joined:
        joined = joined.replace("&", "&amp;")
    if "<" in joined:
        joined = joined.replace("<", "&lt;")
    if ">" in joined:
        joined = joined.replace(">", "&gt;")
    text = joined.replace(_CELL, _BETWEEN_CELLS).replace(_ROW, _BETWEEN_ROWS)
    return _FIRST + text.encode() + _LAST


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _frame(title: str, sheet_count: int) -> Iterator[tuple[str, str]]:
    """Everything around the sheets. Written last, when their number is known."""
    numbers = range(1, sheet_count + 1)
    name = re.sub(r"[\[\]:*?/\\]", " ", _clean(title))[:28].strip("' ") or "Sheet"
    names = [name if number == 1 else f"{name} {number}" for number in numbers]
    sheets = "".join(
        f'<sheet name={quoteattr(sheet)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, names, strict=True)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{sheets}</sheets></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{targets}'
        f'<Relationship Id="rIdStyles" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>",
    )
    yield "xl/styles.xml", _STYLES
    yield (
        "_rels/.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>',
    )


class _Sink(io.RawIOBase):
    """A file that can only grow; what was written is taken out in chunks."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def full_chunks(self) -> Iterator[bytes]:
        if self._size >= _CHUNK_BYTES:
            yield self.rest()

    def rest(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return data
