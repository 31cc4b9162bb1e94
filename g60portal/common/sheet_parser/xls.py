"""The layout of XLS sheets: records of the BIFF stream inside its OLE container.

Only what is needed: files of a few megabytes, whose allocation table fits into the header. For
anything else the answer is "unknown", never a guess.
"""

import struct
from collections.abc import Iterator

from g60portal.common.sheet_parser.layout import Layout

_FREE = 0xFFFFFFFA
_ENTRY_BYTES = 128
_HEADER_BYTES = 512
_MINI_CUTOFF = 4096
_STREAMS = ("Workbook", "Book")

_EOF, _BOUND_SHEET, _BOF = 0x0A, 0x85, 0x809
_ROW, _COLUMN_INFO, _MERGED = 0x208, 0x7D, 0xE5
_FORMULA, _BOOL_OR_ERROR, _FILTER_MODE = 0x06, 0x205, 0x9B
_BIFF_8 = 0x600
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
Record = tuple[int, bytes]


def xls_layouts(data: bytes) -> dict[str, Layout] | None:
    """By the name of the sheet; None when the container is built in another way."""
    try:
        stream = _workbook_stream(data)
        if stream is None:
            return None
        return {name: _layout(stream, start) for name, start in _sheets(stream)}
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        return None


# The container


def _workbook_stream(data: bytes) -> bytes | None:
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    table_count, directory = struct.unpack_from("<I", data, 44)[0], _word(data, 48)
    places = struct.unpack_from("<109I", data, 76)
    if size not in {512, 4096} or table_count > len(places):
        return None
    table: list[int] = []
    for place in places[:table_count]:
        table += struct.unpack_from(f"<{size // 4}I", data, _HEADER_BYTES + place * size)
    for entry in _entries(_chain(data, table, directory, size)):
        name, start, length = entry
        if name in _STREAMS:
            if length < _MINI_CUTOFF:
                return None
            return _chain(data, table, start, size)[:length]
    return None


def _chain(data: bytes, table: list[int], sector: int, size: int) -> bytes:
    pieces: list[bytes] = []
    while sector < _FREE:
        if len(pieces) > len(table):
            raise ValueError("the chain runs in a circle")
        begin = size + sector * size if size > _HEADER_BYTES else _HEADER_BYTES + sector * size
        pieces.append(data[begin : begin + size])
        sector = table[sector]
    return b"".join(pieces)


def _entries(directory: bytes) -> Iterator[tuple[str, int, int]]:
    for begin in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length = struct.unpack_from("<H", directory, begin + 64)[0]
        name = directory[begin : begin + max(length - 2, 0)].decode("utf-16-le")
        yield name, _word(directory, begin + 116), _word(directory, begin + 120)


def _word(data: bytes, place: int) -> int:
    return int(struct.unpack_from("<I", data, place)[0])


# The records


def _records(stream: bytes, place: int = 0) -> Iterator[Record]:
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    """Name and place of each sheet, from the globals at the head of the stream."""
    version = _BIFF_8
    for kind, body in _records(stream):
        if kind == _BOF:
            version = struct.unpack_from("<H", body)[0]
        elif kind == _BOUND_SHEET:
            yield _sheet_name(body[6:], version), _word(body, 0)
        elif kind == _EOF:
            return


def _sheet_name(body: bytes, version: int) -> str:
    length = body[0]
    if version < _BIFF_8:
        return body[1 : 1 + length].decode("gb18030", errors="replace")
    if body[1] & 1:
        return body[2 : 2 + 2 * length].decode("utf-16-le")
    return body[2 : 2 + length].decode("latin-1")


def _layout(stream: bytes, start: int) -> Layout:
    layout = Layout()
    depth = 0
    for kind, body in _records(stream, start):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            break
        if depth == 1:
            _note(layout, kind, body)
    layout.hidden_rows.sort()
    return layout


def _note(layout: Layout, kind: int, body: bytes) -> None:
    """Charts inside a sheet have records of their own and are passed over by the caller."""
    if kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
        row = struct.unpack_from("<H", body)[0]
        layout.hide_rows(row, row)
    elif kind == _COLUMN_INFO and struct.unpack_from("<H", body, 8)[0] & 1:
        layout.hide_columns(*_place(body))
    elif kind == _MERGED:
        for number in range(struct.unpack_from("<H", body)[0]):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
            layout.merge(top, left, bottom, right)
    elif kind == _FILTER_MODE:
        layout.filtered = True
    elif kind == _BOOL_OR_ERROR and body[7]:
        layout.fail(*_place(body), _ERRORS.get(body[6], "#?"))
    elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:  # noqa: PLR2004
        layout.fail(*_place(body), _ERRORS.get(body[8], "#?"))


def _place(body: bytes) -> tuple[int, int]:
    first, second = struct.unpack_from("<HH", body)
    return first, second
