"""Importing a roster of 5,000 new people: checked row by row, and checked again and applied.

Rows a second by the clock, against the rates that are promised. The first round, not counted, also
fills the caches of a fresh process.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from statistics import median

from django.db import transaction

from benchmarks.line import Line
from benchmarks.processes import peak_mib
from benchmarks.roster_files import roster_xlsx
from benchmarks.rounds import ROUNDS
from cohorts.models import Cohort
from participants.actions.imports import apply_import, preview_import
from participants.queries.roster_plan import plan_roster

N = 5_000
CHECKED_GOAL, APPLIED_GOAL = 1_000, 500
_CODE = "G60-2031-01"


def lines() -> Iterator[Line]:
    data = roster_xlsx(N)
    cohort = Cohort.objects.create(
        code=_CODE,
        edition=1,
        title="研修班",
        title_en="Training",
        seats=N,
        starts_on=dt.date(2031, 6, 1),
        ends_on=dt.date(2031, 6, 12),
        state="nominating",
    )
    checked, applied = [], []
    for number in range(ROUNDS + 1):
        rates = _rates(cohort, data)
        if number:
            checked.append(rates[0])
            applied.append(rates[1])
    cohort.delete()
    peak = peak_mib(os.getpid())
    yield Line(
        name="import_roster",
        value=median(checked),
        unit="rows/s checked",
        limit=CHECKED_GOAL,
        limit_name="rows/s promised",
        peak_mib=peak,
        n=N,
        runs=ROUNDS,
    )
    yield Line(
        name="import_roster_applied",
        value=median(applied),
        unit="rows/s applied",
        limit=APPLIED_GOAL,
        limit_name="rows/s promised",
        peak_mib=peak,
        n=N,
        runs=ROUNDS,
    )


def _rates(cohort: Cohort, data: bytes) -> tuple[float, float]:
    """Rows a second of the plan alone, and of the application with its own plan; taken back."""
    begun = time.perf_counter()
    plan = plan_roster(cohort, data, "roster.xlsx")
    checked = time.perf_counter() - begun
    assert plan.counts["new"] == N
    with transaction.atomic():
        row = preview_import(cohort=cohort, filename="roster.xlsx", data=data, by=None)
        begun = time.perf_counter()
        apply_import(roster_import=row, by=None)
        applied = time.perf_counter() - begun
        transaction.set_rollback(True)
    return N / checked, N / applied
