"""The roster as a worksheet over HTTP, against `csv.writer` writing the same rows to null.

The rows for `csv.writer` come as texts out of the same COPY, as fast as Python can have them. The
file is opened once by calamine, and its rows counted.
"""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

from django.db import connection
from python_calamine import CalamineWorkbook

from benchmarks.line import Line
from benchmarks.rosters import PEOPLE, Roster, demand_rows, export_select, roster_portal
from benchmarks.rounds import ROUNDS, in_turns
from cohorts.models import Cohort
from g60portal.common.tables import copy_stream


def lines() -> Iterator[Line]:
    with roster_portal() as roster:
        yield _line(roster)


def _line(roster: Roster) -> Line:
    first_bytes: list[float] = []
    before = roster.warmed_up("xlsx")
    demand_rows(_row_count(roster.download("xlsx").body))

    def ours() -> float:
        found = roster.download("xlsx")
        first_bytes.append(found.first_byte_s)
        return PEOPLE / found.seconds

    figures = in_turns({"xlsx": ours, "csv.writer": lambda: _writer_rate(roster.cohort)})
    return Line(
        name="roster_xlsx",
        value=figures["xlsx"],
        unit="rows/s",
        limit=figures["csv.writer"],
        limit_name="csv.writer with the rows of the same SELECT to null",
        peak_mib=roster.worker_peak_mib() - before,
        first_byte_s=median(first_bytes),
        n=PEOPLE,
        runs=ROUNDS,
    )


def _row_count(body: bytes) -> int:
    """Without the header of each sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return sum(len(book.get_sheet_by_name(name).to_python()) - 1 for name in book.sheet_names)


def _writer_rate(cohort: Cohort) -> float:
    begun = perf_counter()
    copied = copy_stream(connection.get_connection_params(), export_select(cohort, guard=False))
    with closing(copied), Path(os.devnull).open("w") as nothing:  # type: ignore[type-var]
        texts = (io.StringIO(chunk.decode(), newline="") for chunk in copied)
        csv.writer(nothing).writerows(csv.reader(line for text in texts for line in text))
    return PEOPLE / (perf_counter() - begun)
