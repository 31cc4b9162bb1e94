"""A query's rows as one stream: `COPY … TO STDOUT` in a thread, a bounded queue, the response.

Each stream has a connection of its own. Leaving the stream early cancels the query; a query that
fails breaks the stream, so that no half file looks whole.
"""

import contextlib
import csv
import io
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import psycopg2
from psycopg2 import extensions, sql

from g60portal.common.clock import SHANGHAI
from g60portal.common.row_walls import scope, telling

CHUNK_BYTES = 128 * 1024
QUEUE_CHUNKS = 8
# How long a chunk may wait for a reader that does not read.
READER_SECONDS = 120

_BOM = b"\xef\xbb\xbf"
_CANCEL_SECONDS = 0.05
_LOOK_SECONDS = 0.5
# First characters that make a spreadsheet take a cell for a formula: = + - @ TAB LF CR ＋ － ＝ ＠
_FORMULA_SIGNS = (61, 43, 45, 64, 9, 10, 13, 65291, 65293, 65309, 65312)

# What "text" looks like: `copied_text`.
Format = Literal["csv", "text"]
_OPTIONS = {"csv": sql.SQL("WITH (FORMAT csv)"), "text": sql.SQL("WITH (FORMAT text)")}


def guarded(expression: sql.Composable) -> sql.Composed:
    """A text column for CSV that no spreadsheet runs: an apostrophe before formula signs.

    For free text. Columns whose values are checked to be harmless (phones, codes, dates) stay bare.
    """
    signs = sql.SQL(", ").join(map(sql.Literal, _FORMULA_SIGNS))
    return sql.SQL("CASE WHEN ascii({0}) IN ({1}) THEN '''' || {0} ELSE {0} END").format(
        expression, signs
    )


def copy_stream(
    connection_params: Mapping[str, Any],
    query: sql.Composable,
    *,
    format: Format = "csv",  # noqa: A002 - the word of COPY
    header: Sequence[str] | None = None,
    reader_seconds: float = READER_SECONDS,
) -> Iterator[bytes]:
    """The rows of a SELECT as bytes in chunks, beginning with BOM and header line when given (CSV).
    A chunk ends with a row.

    `connection_params` are Django's (`connection.get_connection_params()`). Nothing is opened
    before the first chunk is asked for; ask for it early to learn of a wrong query in time. A
    reader that takes nothing for `reader_seconds` finds its stream broken (ReaderGone). The query
    runs in the scope (`row_walls`) of whoever calls this.
    """
    stream = _CopyStream(connection_params, _copy_statement(query, format), reader_seconds)
    if header is not None:
        stream.take(_header_line(header))
    return stream.chunks()


def _copy_statement(query: sql.Composable, format: Format) -> sql.Composed:  # noqa: A002
    return sql.SQL("COPY ({}) TO STDOUT {}").format(query, _OPTIONS[format])


def _header_line(header: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(header)
    return _BOM + text.getvalue().encode()


class ReaderGone(RuntimeError):
    """Nobody took the next chunk in time; the query was ended."""


class _CopyStream:
    """One thread copies into the queue, the caller reads from it."""

    def __init__(
        self,
        connection_params: Mapping[str, Any],
        statement: sql.Composable,
        reader_seconds: float,
    ) -> None:
        self._params = dict(connection_params)
        self._statement = statement
        self._reader_seconds = reader_seconds
        self._scope = scope()
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUE_CHUNKS)
        self._left = threading.Event()
        self._error: Exception | None = None
        self._buffer: list[bytes] = []
        self._size = 0

    def take(self, data: bytes) -> None:
        """Collect bytes until a chunk is full. COPY calls it once a row."""
        self._buffer.append(data)
        self._size += len(data)
        if self._size >= CHUNK_BYTES:
            self._hand_over()

    write = take

    def read(self, size: int = -1) -> bytes:
        """The driver wants a whole file object; this one is never read."""
        raise io.UnsupportedOperation

    def chunks(self) -> Iterator[bytes]:
        connection = psycopg2.connect(**self._params)
        copier = threading.Thread(
            target=self._copy, args=[connection], name="copy-stream", daemon=True
        )
        copier.start()
        try:
            while (chunk := self._next(copier)) is not None:
                yield chunk
            if self._error:
                raise self._error
        finally:
            self._leave(copier, connection)

    def _next(self, copier: threading.Thread) -> bytes | None:
        """The next chunk; None at the end, also when the thread could not say so any more."""
        while True:
            try:
                return self._queue.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if not copier.is_alive() and self._queue.empty():
                    return None

    def _copy(self, connection: extensions.connection) -> None:
        try:
            connection.set_session(readonly=True, autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute(f"SET TIME ZONE %s; {telling(self._scope)}", [str(SHANGHAI)])
                cursor.copy_expert(self._statement, self)
            self._hand_over()
        except Exception as error:  # noqa: BLE001 - raised again in the reader's thread
            self._error = error
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def _hand_over(self) -> None:
        if not self._buffer:
            return
        chunk = b"".join(self._buffer)
        self._buffer.clear()
        self._size = 0
        if self._left.is_set():
            raise ReaderGone
        try:
            self._queue.put(chunk, timeout=self._reader_seconds)
        except queue.Full:
            raise ReaderGone from None

    def _leave(self, copier: threading.Thread, connection: extensions.connection) -> None:
        """End the query if it still runs, wait for the thread, free the connection."""
        self._left.set()
        while copier.is_alive():
            with contextlib.suppress(psycopg2.Error):
                connection.cancel()
            while not self._queue.empty():
                self._queue.get_nowait()
            copier.join(_CANCEL_SECONDS)
        connection.close()
