"""The roster as JSON lines over HTTP, against COPY of the same columns as CSV into nothing.

Every line is checked once to be an object with the columns of the API.
"""

import json
from collections.abc import Iterator
from statistics import median

from benchmarks.line import Line
from benchmarks.rosters import PEOPLE, Roster, copy_rate, demand_rows, roster_portal
from benchmarks.rounds import ROUNDS, in_turns
from cohorts.queries.standing import Standing
from participants.forms.roster import column_names, roster_columns


def lines() -> Iterator[Line]:
    with roster_portal() as roster:
        yield _line(roster)


def _line(roster: Roster) -> Line:
    first_bytes: list[float] = []
    before = roster.warmed_up("jsonl")
    _check(roster.download("jsonl").body)

    def ours() -> float:
        found = roster.download("jsonl")
        demand_rows(found.body.count(b"\n"))
        first_bytes.append(found.first_byte_s)
        return PEOPLE / found.seconds

    figures = in_turns({"jsonl": ours, "copy": lambda: copy_rate(roster.cohort)})
    return Line(
        name="roster_jsonl",
        value=figures["jsonl"],
        unit="rows/s",
        limit=figures["copy"],
        limit_name="COPY of the same columns as CSV to null",
        peak_mib=roster.worker_peak_mib() - before,
        first_byte_s=median(first_bytes),
        n=PEOPLE,
        runs=ROUNDS,
    )


def _check(body: bytes) -> None:
    expected = column_names(roster_columns(Standing(administrator=True), {}))
    for line in body.splitlines():
        if list(json.loads(line)) != expected:
            raise RuntimeError(line[:300])
