"""A query as one stream from COPY: content, guards, failures, and leaving early."""

import csv
import io
import json
import threading
import time

import psycopg2
import pytest
from django.db import connection
from psycopg2 import sql

from g60portal.common.tables import (
    copied_xlsx,
    copy_stream,
    guarded,
    json_lines,
    stream_xlsx,
)
from g60portal.common.tables.copying import CHUNK_BYTES, QUEUE_CHUNKS, ReaderGone

pytestmark = pytest.mark.django_db

APPLICATION = "test-copy-stream"
# Rows made one by one: a set in FROM would first be written to disk as a whole.
ENDLESS = "SELECT generate_series(1, 100000000), repeat('x', 100)"


def params():
    return connection.get_connection_params() | {"application_name": APPLICATION}


def stream(query, **options):
    return copy_stream(params(), sql.SQL(query), **options)


def cells(chunks):
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig"), newline="")))


def backends():
    """Other sessions of ours. A transaction keeps its first picture unless told otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [APPLICATION]
        )
        return cursor.fetchone()[0]


def wait_for_backends(count):
    until = time.monotonic() + 5
    while backends() != count and time.monotonic() < until:
        time.sleep(0.02)
    assert backends() == count


def test_csv_then_bom_header_and_rows_as_written():
    data = b"".join(
        stream(
            """SELECT 1, 'a "b", c', E'x\\ny', NULL, '王䶮'""", header=["n", "名,称", "t", "e", "z"]
        )
    )

    assert data.startswith(b"\xef\xbb\xbf")
    assert cells([data]) == [["n", "名,称", "t", "e", "z"], ["1", 'a "b", c', "x\ny", "", "王䶮"]]


ODD_TEXTS = [
    'q"\\b\\\\ \x01\x02\x0b\x1f\t\r\n, é 王',
    "ends with \\",
    "\\N",
    "",
    'only "quotes"',
    "<b>&amp;",
    "x\ufffey",
]


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_json_lines_then_each_line_is_the_row_with_backslashes_and_control_characters(odd):
    query = sql.SQL("SELECT {} AS odd, NULL AS nothing, 7 AS n FROM generate_series(1, 2)").format(
        sql.Literal(odd)
    )
    chunks = json_lines(copy_stream(params(), query, format="text"), ["odd", "nothing", "n"], ["n"])
    lines = b"".join(chunks).decode().split("\n")

    assert [json.loads(line) for line in lines[:-1]] == [{"odd": odd, "nothing": None, "n": 7}] * 2
    assert lines[-1] == ""


def test_json_lines_when_most_rows_are_plain_then_odd_ones_among_them_keep_their_place():
    query = sql.SQL(
        "SELECT n, CASE WHEN n % 7 = 0 THEN E'a\\\\b\\n\"' || n ELSE 'x\"' || n END"
        " FROM generate_series(1, 9000) AS n"
    )
    chunks = json_lines(copy_stream(params(), query, format="text"), ["n", 'k"'], ["n"])

    assert [json.loads(line) for line in b"".join(chunks).decode().split("\n")[:-1]] == [
        {"n": n, 'k"': f'a\\b\n"{n}' if n % 7 == 0 else f'x"{n}'} for n in range(1, 9001)
    ]


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_worksheet_when_copied_then_the_same_bytes_as_from_rows(odd):
    query = sql.SQL("SELECT {}, NULL, n FROM generate_series(1, 3) AS n").format(sql.Literal(odd))
    header = ["odd", "nothing", "n"]

    copied = copied_xlsx(header, copy_stream(params(), query, format="text"))

    assert b"".join(copied) == b"".join(
        stream_xlsx(header, [[odd, "", str(number)] for number in (1, 2, 3)])
    )


def test_times_then_in_the_zone_of_the_portal():
    assert (
        b"".join(stream("SELECT timestamptz '2026-06-08 00:30:00Z'")) == b"2026-06-08 08:30:00+08\n"
    )


def test_many_rows_then_chunks_of_about_one_size_and_nothing_lost():
    chunks = list(stream("SELECT n, repeat('x', 100) FROM generate_series(1, 20000) AS n"))

    assert all(CHUNK_BYTES <= len(chunk) < 2 * CHUNK_BYTES for chunk in chunks[:-1])
    assert b"".join(chunks).count(b"\n") == 20000
    wait_for_backends(0)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\n", "\r", "＝", "＋", "－", "＠"])
def test_formula_when_guarded_then_begins_with_an_apostrophe(sign):
    text = f"{sign}1+1"
    query = sql.SQL("SELECT {}").format(guarded(sql.Literal(text)))

    assert cells(copy_stream(params(), query)) == [[f"'{text}"]]


@pytest.mark.parametrize("text", ["王明", "a=1", "1-2", ""])
def test_harmless_text_when_guarded_then_unchanged(text):
    query = sql.SQL("SELECT {}, 'x'").format(guarded(sql.Literal(text)))

    assert cells(copy_stream(params(), query)) == [[text, "x"]]


def test_null_when_guarded_then_empty():
    query = sql.SQL("SELECT {}, 'x'").format(guarded(sql.SQL("NULL::text")))

    assert cells(copy_stream(params(), query)) == [["", "x"]]


def test_query_when_wrong_then_the_first_chunk_raises():
    with pytest.raises(psycopg2.ProgrammingError):
        next(stream("SELECT nothing FROM nowhere"))
    wait_for_backends(0)


def test_query_when_it_fails_midway_then_the_stream_breaks():
    chunks = stream("SELECT 1 / (50000 - n), repeat('x', 100) FROM generate_series(1, 60000) AS n")

    assert next(chunks)
    with pytest.raises(psycopg2.errors.DivisionByZero):
        list(chunks)
    wait_for_backends(0)


def test_query_then_cannot_write():
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        list(stream("SELECT lo_create(0)"))


def test_reader_when_leaving_early_twenty_times_then_no_backend_is_left():
    for _ in range(20):
        chunks = stream(ENDLESS)
        assert next(chunks)
        chunks.close()
    wait_for_backends(0)


def test_reader_when_too_slow_then_the_query_ends_and_the_stream_breaks():
    chunks = stream(ENDLESS, reader_seconds=0.1)
    assert next(chunks)
    time.sleep(0.6)
    taken = []
    with pytest.raises(ReaderGone):
        taken.extend(chunks)
    assert len(taken) <= QUEUE_CHUNKS + 1
    wait_for_backends(0)


def test_backend_when_killed_then_the_stream_breaks():
    chunks = stream(ENDLESS)
    assert next(chunks)
    wait_for_backends(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            [APPLICATION],
        )
    with pytest.raises(psycopg2.Error):
        list(chunks)
    wait_for_backends(0)


def test_query_when_cancelled_by_the_database_while_the_reader_waits_then_the_stream_breaks():
    seen = []

    def read():
        try:
            list(stream("SELECT pg_sleep(60)"))
        except psycopg2.Error as error:
            seen.append(type(error))

    reader = threading.Thread(target=read)
    reader.start()
    wait_for_backends(1)
    for _again in range(50):  # a backend that has not begun its statement yet ignores it
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
                [APPLICATION],
            )
        reader.join(0.1)
        if not reader.is_alive():
            break

    assert len(seen) == 1
    wait_for_backends(0)


def test_stream_when_never_read_then_nothing_is_opened():
    stream("SELECT 1")

    assert backends() == 0
