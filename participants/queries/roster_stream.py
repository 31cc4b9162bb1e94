"""The whole roster as a file, streamed: memory stays flat, leaving early ends the query.

Every format comes in whole chunks out of COPY; with identity numbers opened, row by row.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Literal, Self

from django.db import connection
from psycopg2 import sql

from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.common.tables import copied_xlsx, copy_stream, json_lines, stream_xlsx
from participants.queries.identities import opened_cell
from participants.queries.roster import RosterWish, roster_select
from participants.queries.roster_columns import Column, Spelling

Format = Literal["csv", "xlsx", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "jsonl")
CONTENT_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}

_BOM = "\ufeff"
_FORMULA_SIGNS = frozenset("=+-@\t\n\r＋－＝＠")
_CHUNK_CHARACTERS = 64 * 1024


class ByteStream:
    """Chunks of which the first is ready: what is wrong shows before the answer has begun.

    Closing it ends the query even when nobody ever read.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._source = chunks
        self._chunks = chain([next(chunks, b"")], chunks)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close:
            close()


def roster_stream(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    wish: RosterWish,
    *,
    format: Format,  # noqa: A002 - the word of the API
    spelling: Spelling,
    reveal: bool = False,
) -> ByteStream:
    """The file. `reveal` opens identity numbers: the caller may, and has written it down."""
    header = [str(column.header) if spelling == "words" else column.name for column in columns]
    guard = format == "csv" and not reveal
    select = roster_select(
        cohort, standing, columns, wish, spelling=spelling, guard=guard, sealed=reveal
    )
    if reveal:
        return ByteStream(_opened_file(select, format, header, columns))
    return ByteStream(_copied_file(select, format, header, columns))


def _copied_file(
    select: sql.Composable,
    format: Format,  # noqa: A002 - the word of the API
    header: Sequence[str],
    columns: Sequence[Column],
) -> Iterator[bytes]:
    """Whole chunks of COPY turned into the format; its query ends when this stream is closed."""
    params = connection.get_connection_params()
    if format == "csv":
        return copy_stream(params, select, header=header)
    chunks = copy_stream(params, select, format="text")
    if format == "xlsx":
        return _closing(copied_xlsx(header, chunks), chunks)
    names = [column.name for column in columns]
    numbers = [column.name for column in columns if column.number]
    return _closing(json_lines(chunks, names, numbers), chunks)


def _closing(made: Iterator[bytes], source: Iterator[bytes]) -> Iterator[bytes]:
    with closing(source):  # type: ignore[type-var]
        yield from made


def _opened_file(
    select: sql.Composable,
    format: Format,  # noqa: A002 - the word of the API
    header: Sequence[str],
    columns: Sequence[Column],
) -> Iterator[bytes]:
    """Rows through Python, where identity numbers are opened; closed as the other."""
    copied = copy_stream(connection.get_connection_params(), select)
    with closing(copied):  # type: ignore[type-var]
        rows = _opened(_rows(copied), [column.name for column in columns].index("identity"))
        if format == "xlsx":
            yield from stream_xlsx(header, rows)
        elif format == "csv":
            yield from _csv(header, rows, columns)
        else:
            yield from _json_lines(rows, columns)


def _rows(chunks: Iterator[bytes]) -> Iterator[list[str]]:
    """Rows of a COPY in CSV; its chunks end with rows."""
    return csv.reader(line for chunk in chunks for line in io.StringIO(chunk.decode(), newline=""))


def _opened(rows: Iterator[list[str]], index: int) -> Iterator[list[str]]:
    for row in rows:
        row[index] = opened_cell(row[index])
        yield row


def _csv(
    header: Sequence[str], rows: Iterator[list[str]], columns: Sequence[Column]
) -> Iterator[bytes]:
    text = io.StringIO(_BOM)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    free = [index for index, column in enumerate(columns) if column.free]
    for row in rows:
        for index in free:
            if row[index][:1] in _FORMULA_SIGNS and row[index]:
                row[index] = f"'{row[index]}"
        writer.writerow(row)
        if text.tell() > _CHUNK_CHARACTERS:
            yield text.getvalue().encode()
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
    yield text.getvalue().encode()


def _json_lines(rows: Iterator[list[str]], columns: Sequence[Column]) -> Iterator[bytes]:
    for row in rows:
        facts = {
            column.name: int(value) if column.number else value
            for column, value in zip(columns, row, strict=True)
        }
        yield json.dumps(facts, ensure_ascii=False).encode() + b"\n"
