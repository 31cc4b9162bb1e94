"""Publishing a release to 10,000 people, against one bare INSERT … SELECT of as many notices.

Both are rolled back, so that every round begins with the same tables.
"""

import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from benchmarks.line import Line
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.rows import cohort_of, timetable_for
from cohorts.models import Cohort
from g60portal.common import clock
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release

PEOPLE, SESSIONS = 10_000, 40

_BARE = """
    INSERT INTO notices_notice (uid, kind, dedupe_key, scope, user_id, recipient, address, channel,
           language, subject, context, state, attempts, due_at, created_at, last_error)
    SELECT gen_random_uuid(), 'bench', 'bench:' || e.id, 'BENCH', NULL, p.name, p.email, 'email',
           p.language, 'Your itinerary', jsonb_build_object('release', 1, 'enrollment', e.id),
           'queued', 0, now(), now(), ''
      FROM participants_enrollment e JOIN participants_person p ON p.id = e.person_id
     WHERE e.cohort_id = %s
"""


def lines() -> Iterator[Line]:
    cohort = cohort_of(PEOPLE, "BENCH-RELEASE", clock.today())
    timetable_for(cohort, SESSIONS)
    figures = in_turns(
        {
            "publish": lambda: _rate(lambda: _publish(cohort)),
            "bare": lambda: _rate(lambda: _insert(cohort)),
        }
    )
    yield Line(
        name="release_notices",
        value=figures["publish"],
        unit="notices/s",
        limit=figures["bare"],
        limit_name="one bare INSERT … SELECT",
        n=PEOPLE,
        runs=ROUNDS,
    )


def _rate(write: Callable[[], object]) -> float:
    with transaction.atomic():
        there = Notice.objects.count()
        begun = time.perf_counter()
        write()
        seconds = time.perf_counter() - begun
        if Notice.objects.count() - there != PEOPLE:
            raise RuntimeError("Not everybody is told.")
        transaction.set_rollback(True)
    return PEOPLE / seconds


def _publish(cohort: Cohort) -> None:
    publish_release(cohort=cohort, name="", comment="", by=None)


def _insert(cohort: Cohort) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [cohort.pk])
