"""Text tables: which encoding, which delimiter, and whether the file is whole."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from g60portal.common.tables.cells import EMPTY, Cell, Sheet
from g60portal.common.tables.limits import MAX_SHEET_ROWS, TableRefused, large

_DELIMITERS = ",\t;|"
_TRIED_ROWS = 40
_HINT = re.compile(r"sep=(.)\r?(\n|$)", re.IGNORECASE)
_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# In a file in GB 18030 nearly every character breaks the rules of UTF-8; in a UTF-8 file that lost
# a byte or two nearly none does.
_DAMAGED_SHARE = 0.25
# More characters for private use than this no text in GB 18030 has.
_FOREIGN_SHARE = 0.15
_BEGINNING = 200
_ODD_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


def read_delimited(data: bytes, name: str) -> Sheet:
    """The one sheet of a text table."""
    text = _decoded(data)
    _check_kind(text)
    hint = _HINT.match(text)
    if hint:
        text = "\n" + text[hint.end() :]
    delimiter = hint[1] if hint else _delimiter(text)
    try:
        rows = list(_rows(text, delimiter, name))
    except csv.Error as error:
        raise _broken_quotes() from error
    _check_quotes(rows, delimiter)
    return Sheet(name, rows, typed=False)


def _check_kind(text: str) -> None:
    """Texts that are no tables, whatever their name says."""
    beginning = text[:_BEGINNING].lstrip()
    if beginning.startswith("<"):
        raise TableRefused(
            "web_page",
            _(
                "This is a web page under the name of a table. Open it in a spreadsheet program "
                "and save it as XLSX."
            ),
        )
    if beginning.startswith(("%PDF", "{\\rtf")):
        raise TableRefused(
            "document", _("This is a document, not a table. Send the table as XLSX or CSV.")
        )


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[Cell]]:
    for number, row in enumerate(_records(text, delimiter), start=1):
        if number > 2 * MAX_SHEET_ROWS:
            raise large(name)
        yield [Cell(value, "text") if value else EMPTY for value in row]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """`strict` tells of a quotation mark that is still open at the end of the file."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _decoded(data: bytes) -> str:
    """UTF-8 and UTF-16 by their marks, UTF-8 without one, UTF-16 by its zero bytes, else the
    Chinese national encoding. A file that begins as one and breaks off is refused, not guessed."""
    if data.startswith(_UTF_16_MARKS):
        return _whole(data, "utf-16")
    if data.startswith(_UTF_8_MARK):
        return _whole(data, "utf-8-sig")
    if b"\0" in data:
        return _whole(data, "utf-16-le" if _zeros_at_odd_places(data) else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if _damaged_utf_8(data):
            raise _damaged() from None
    text = _whole(data, "gb18030")
    if _is_foreign(text):
        raise _unknown_encoding()
    return text


def _whole(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if _ODD_CONTROLS.search(text):
        raise _unknown_encoding()
    return text


def _unknown_encoding() -> TableRefused:
    return TableRefused(
        "encoding",
        _("This is neither a spreadsheet nor a whole text file in UTF-8 or GB 18030."),
    )


def _is_foreign(text: str) -> bool:
    """Big5 read as GB 18030 is full of characters that mean nothing."""
    beyond = sum(1 for character in text if character > "\x7f")
    private = sum(1 for character in text if "\ue000" <= character <= "\uf8ff")
    return private > _FOREIGN_SHARE * beyond


def _zeros_at_odd_places(data: bytes) -> bool:
    return data[1::2].count(0) >= data[::2].count(0)


def _damaged_utf_8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    beyond = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") < _DAMAGED_SHARE * beyond


def _delimiter(text: str) -> str:
    """The one that cuts most of the first rows into the same number of columns."""
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> int:
    try:
        widths = Counter(len(row) for row in islice(_records(text, delimiter), _TRIED_ROWS))
    except csv.Error:
        return 0
    return max(((width - 1) * count for width, count in widths.items()), default=0)


def _check_quotes(rows: list[list[Cell]], delimiter: str) -> None:
    """A quotation mark left open swallows whole rows into one cell."""
    cuts = Counter(len(row) - 1 for row in rows).most_common(1)[0][0] if rows else 0
    if not cuts:
        return
    for number, row in enumerate(rows, start=1):
        for cell in row:
            lines = str(cell.value).splitlines()
            if len(lines) > 1 and any(line.count(delimiter) >= cuts for line in lines):
                raise _broken_quotes(row=number)


def _broken_quotes(**facts: int) -> TableRefused:
    return TableRefused(
        "quotes",
        _("A quotation mark in the text file is not closed. Save the table again as XLSX or CSV."),
        **facts,
    )


def _damaged() -> TableRefused:
    return TableRefused(
        "damaged", _("The text file is damaged: some characters cannot be read. Save it again.")
    )
