"""The roster as CSV over HTTP, against COPY of the same SELECT into nothing.

Also: how long until the first byte, and by how much the web process grew.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.line import Line
from benchmarks.rosters import PEOPLE, Roster, copy_rate, demand_rows, roster_portal
from benchmarks.rounds import ROUNDS, in_turns


def lines() -> Iterator[Line]:
    with roster_portal() as roster:
        yield _line(roster)


def _line(roster: Roster) -> Line:
    first_bytes: list[float] = []
    before = roster.warmed_up("csv")

    def ours() -> float:
        found = roster.download("csv")
        demand_rows(found.body.count(b"\n") - 1)
        first_bytes.append(found.first_byte_s)
        return PEOPLE / found.seconds

    figures = in_turns({"csv": ours, "copy": lambda: copy_rate(roster.cohort)})
    return Line(
        name="roster_csv",
        value=figures["csv"],
        unit="rows/s",
        limit=figures["copy"],
        limit_name="COPY of the same SELECT to null",
        peak_mib=roster.worker_peak_mib() - before,
        first_byte_s=median(first_bytes),
        n=PEOPLE,
        runs=ROUNDS,
    )
