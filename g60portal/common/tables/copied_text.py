"""What `COPY … TO STDOUT` writes in its text format: a line a row, tabs between cells.

Tabs and line ends inside a cell are escaped with a backslash, so the bare ones always separate.
Chunks without backslashes and control characters are plain: they can be taken as they are.
"""

import re

CELL_END, ROW_END = b"\t", b"\n"

_NULL = b"\\N"
_ODD = bytes([*range(9), *range(11, 32), ord("\\")])
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def is_plain(data: bytes) -> bool:
    """Whether cells stand there as they are."""
    return len(data.translate(None, _ODD)) == len(data)


def lines_of(chunk: bytes) -> list[bytes]:
    """The rows of a chunk that ends with a row, without their ends."""
    return chunk[: -len(ROW_END)].split(ROW_END)


def cells_of(line: bytes) -> list[str | None]:
    """The cells of a row, None for NULL."""
    return [_cell(raw) for raw in line.split(CELL_END)]


def _cell(raw: bytes) -> str | None:
    return None if raw == _NULL else _ESCAPED.sub(_unescaped, raw).decode()


def _unescaped(found: re.Match[bytes]) -> bytes:
    return _LETTERS.get(found[1], found[1])
