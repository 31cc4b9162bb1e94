"""The cheapest repairs of a clash in a cohort of 60 sessions, queries and words included.

The limit is finding all clashes of the same cohort once, which no search can do without.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.line import Line
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.rows import cohort_of, timetable_for
from cohorts.models import Cohort
from g60portal.common import clock
from sessions.actions.releases import publish_release
from sessions.models import TrainingSession, Venue, VenueTravel
from sessions.queries.clashes import clashes_of
from sessions.queries.repairs import repairs_of

PEOPLE, SESSIONS = 45, 60
N = 10


def lines() -> Iterator[Line]:
    cohort = _cohort()
    clashes = [clash for clash in clashes_of(cohort) if clash.code == "travel"][:N]
    keys = [clash.key for clash in clashes]

    def search() -> None:
        for key in keys:
            found = repairs_of(cohort, key)
            if found is None or not found.repairs:
                raise RuntimeError("No repair of a clash that has some.")

    def judge() -> None:
        for _key in keys:
            clashes_of(cohort)

    with CaptureQueriesContext(connection) as queries:
        repairs_of(cohort, keys[0])
    figures = in_turns({"repairs": lambda: _cpu_ms(search), "clashes": lambda: _cpu_ms(judge)})
    yield Line(
        name="repairs",
        value=figures["repairs"] / len(keys),
        unit="CPU ms",
        limit=figures["clashes"] / len(keys),
        limit_name="all clashes of the cohort once",
        cpu_ms=figures["repairs"] / len(keys),
        sql=len(queries),
        n=len(keys),
        runs=ROUNDS,
    )


def _cohort() -> Cohort:
    """Twelve days of lectures in one hall; each afternoon begins far away from it."""
    cohort = cohort_of(PEOPLE, "BENCH-REPAIRS", clock.today() + dt.timedelta(days=30))
    timetable_for(cohort, SESSIONS)
    hall = Venue.objects.get(name__endswith=cohort.code)
    plants = Venue.objects.bulk_create(
        Venue(city=hall.city, name=f"示例工厂{number}", kind="company", capacity=60)
        for number in range(10)
    )
    VenueTravel.objects.bulk_create(
        VenueTravel(origin=hall, destination=plant, minutes=40) for plant in plants
    )
    rows = TrainingSession.objects.filter(cohort=cohort).order_by("starts_at")
    for number, row in enumerate(rows):
        if number % 5 == 2:
            row.kind, row.venue = "site_visit", plants[number % len(plants)]
            row.save(update_fields=["kind", "venue"])
    publish_release(cohort=cohort, name="", comment="", by=None)
    return cohort


def _cpu_ms(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000
