"""All clashes of one cohort: `clash_query` among a million bookings, `clashes_60`, `clashes_2000`.

`clash_query` stands against one bare statement that looks for five of the thirteen kinds: venue,
speaker and people taken, travel time by `lag()` over each person's sessions, capacity. Ours finds
all of them, with messages and acceptances. The others stand against their goals: milliseconds of
processor time, of ours and of Postgres together. Everything is rolled back.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.line import Line
from benchmarks.processes import cpu_seconds
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.rows import cohort_of
from cohorts.models import Cohort
from g60portal.common import clock
from sessions.models import (
    ClashAcceptance,
    SessionAudience,
    SessionSpeaker,
    Speaker,
    TrainingSession,
    Venue,
    VenueTravel,
)
from sessions.queries.clashes import clashes_of

PEOPLE = 45
# Every session books a venue, a speaker and an audience: a million bookings and some.
OTHER_COHORTS, OTHER_SESSIONS = 1_000, 340
# (sessions, goal in milliseconds of processor time).
GOALS = ((60, 20), (2_000, 150))
VENUES, DAY_HOURS = 10, 10
BARE_KINDS = frozenset({"venue", "speaker", "group", "travel", "capacity"})

_OTHERS = """
    INSERT INTO cohorts_cohort (code, edition, title, title_en, seats, starts_on, ends_on, state,
           plan_number, certificate_prefix, required_hours, attendance_percent, rules,
           release_needs_consent, wait_seconds, created_at)
    SELECT 'OTHER-' || i, 1, title, '', seats, starts_on, ends_on, state, '', '', 0, 85, '{}',
           FALSE, 60, now()
      FROM cohorts_cohort, generate_series(1, %(cohorts)s) i WHERE id = %(like)s
"""
_SESSIONS = """
    INSERT INTO training_sessions_trainingsession (uid, cohort_id, leg_id, kind, title, title_en,
           description, venue_id, starts_at, ends_at, hours, compulsory, state, cancel_reason,
           version, created_at, changed_at)
    SELECT gen_random_uuid(), c.id, %(leg)s, 'lecture', '讲座', '', '', %(venue)s,
           '2030-01-01 09:00+08'::timestamptz + make_interval(hours => i),
           '2030-01-01 09:50+08'::timestamptz + make_interval(hours => i),
           2, TRUE, 'planned', '', 1, now(), now()
      FROM cohorts_cohort c, generate_series(1, %(sessions)s) i WHERE c.code LIKE 'OTHER-%%'
"""
_BOOKINGS = (
    """
    INSERT INTO training_sessions_sessionspeaker
           (training_session_id, speaker_id, position, starts_at, ends_at, counts)
    SELECT id, %(speaker)s, 0, starts_at, ends_at, TRUE
      FROM training_sessions_trainingsession WHERE cohort_id <> %(like)s
    """,
    """
    INSERT INTO training_sessions_sessionaudience
           (training_session_id, cohort_id, group_id, starts_at, ends_at, counts)
    SELECT id, cohort_id, NULL, starts_at, ends_at, TRUE
      FROM training_sessions_trainingsession WHERE cohort_id <> %(like)s
    """,
)
_BARE = """
    WITH s AS MATERIALIZED (
        SELECT id, venue_id, starts_at, ends_at FROM training_sessions_trainingsession
         WHERE cohort_id = %(cohort)s AND state <> 'cancelled' AND starts_at IS NOT NULL),
    attended AS MATERIALIZED (
        SELECT s.*, e.id AS person FROM s
          JOIN training_sessions_sessionaudience a ON a.training_session_id = s.id
          JOIN participants_enrollment e ON e.cohort_id = %(cohort)s AND e.state = 'confirmed'
           AND (a.group_id IS NULL OR a.group_id = e.group_id)),
    taught AS MATERIALIZED (
        SELECT s.*, b.speaker_id FROM s
          JOIN training_sessions_sessionspeaker b ON b.training_session_id = s.id),
    journeys AS (
        SELECT id, venue_id, starts_at, lag(id) OVER w AS origin_id, lag(venue_id) OVER w AS origin,
               lag(ends_at) OVER w AS left_at
          FROM (SELECT * FROM attended WHERE venue_id IS NOT NULL) placed
        WINDOW w AS (PARTITION BY person, (starts_at AT TIME ZONE 'Asia/Shanghai')::date
                         ORDER BY starts_at))
    SELECT 'venue', x.id, y.id FROM s x JOIN s y ON x.venue_id = y.venue_id AND x.id < y.id
       AND x.starts_at < y.ends_at AND y.starts_at < x.ends_at
    UNION SELECT 'speaker', x.id, y.id FROM taught x
      JOIN taught y ON x.speaker_id = y.speaker_id AND x.id < y.id
       AND x.starts_at < y.ends_at AND y.starts_at < x.ends_at
    UNION SELECT 'group', x.id, y.id FROM attended x
      JOIN attended y ON x.person = y.person AND x.id < y.id
       AND x.starts_at < y.ends_at AND y.starts_at < x.ends_at
    UNION SELECT 'travel', j.origin_id, j.id FROM journeys j
      JOIN training_sessions_venue here ON here.id = j.origin
      JOIN training_sessions_venue there ON there.id = j.venue_id
      JOIN training_sessions_venuetravel t
        ON (t.origin_id, t.destination_id) IN ((here.id, there.id), (there.id, here.id))
     WHERE j.starts_at >= j.left_at AND j.starts_at - j.left_at < make_interval(
               mins => t.minutes + here.margin_minutes + there.margin_minutes)
    UNION SELECT 'capacity', a.id, NULL FROM attended a
      JOIN training_sessions_venue v ON v.id = a.venue_id
     GROUP BY a.id, v.capacity HAVING count(*) > v.capacity
"""
_EXCLUSIONS = (
    (TrainingSession, "session_venue_no_overlap"),
    (SessionSpeaker, "session_speaker_no_overlap"),
    (SessionAudience, "session_group_no_overlap"),
)


def lines() -> Iterator[Line]:
    for count, goal in GOALS:
        with _undone():
            yield _whole(count, goal)
    with _undone():
        yield _among_many()


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that leaves nothing behind, neither rows nor constraints taken away."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _whole(count: int, goal: int) -> Line:
    """A cohort by itself; half of its soft clashes are accepted."""
    cohort = _cohort(f"BENCH-CLASHES-{count}", count)
    rate = in_turns({"ours": lambda: _rate(lambda: clashes_of(cohort), 5)})["ours"]
    return Line(
        name=f"clashes_{count}",
        value=1000 / rate,
        unit="CPU ms",
        limit=goal,
        limit_name="goal",
        cpu_ms=1000 / rate,
        sql=_sql_count(cohort),
        n=count,
        runs=ROUNDS,
    )


def _among_many() -> Line:
    cohort = _cohort("BENCH-CLASH-QUERY", 60)
    _book_others(cohort)
    _demand_agreement(cohort)
    figures = in_turns(
        {
            "ours": lambda: _rate(lambda: clashes_of(cohort), 20),
            "bare": lambda: _rate(lambda: _bare(cohort), 20),
        }
    )
    return Line(
        name="clash_query",
        value=figures["ours"],
        unit="cohorts/CPU s",
        limit=figures["bare"],
        limit_name="bare query of five kinds",
        cpu_ms=1000 / figures["ours"],
        sql=_sql_count(cohort),
        n=OTHER_COHORTS * OTHER_SESSIONS * 3,
        runs=ROUNDS,
    )


def _rate(work: Callable[[], object], times: int) -> float:
    """How often a second of processor time would do it, ours and that of our backend together."""
    before = _cpu()
    for _time in range(times):
        work()
    return times / (_cpu() - before)


def _cpu() -> float:
    return time.process_time() + cpu_seconds([connection.connection.info.backend_pid])


def _cohort(code: str, count: int) -> Cohort:
    """Every hour of the day each group is elsewhere, with a speaker of its own and ten minutes to
    get there. Half of the soft clashes are accepted."""
    cohort = cohort_of(PEOPLE, code, clock.today())
    groups, leg = list(cohort.groups.order_by("position")), cohort.legs.get()
    days = -(-count // (len(groups) * DAY_HOURS))
    leg.ends_on = cohort.ends_on = leg.starts_on + dt.timedelta(days=days)
    cohort.save(update_fields=["ends_on"])
    leg.save(update_fields=["ends_on"])
    venues = Venue.objects.bulk_create(
        Venue(city=leg.city, name=f"{code}{number}", capacity=8, margin_minutes=5)
        for number in range(VENUES)
    )
    speakers = Speaker.objects.bulk_create(Speaker(name=f"教授{n}") for n in range(len(groups)))
    VenueTravel.objects.bulk_create(
        VenueTravel(origin=origin, destination=end, minutes=15)
        for origin, end in combinations(venues, 2)
    )
    slots = [divmod(number, len(groups)) for number in range(count)]
    rows = TrainingSession.objects.bulk_create(
        TrainingSession(
            cohort=cohort, leg=leg, kind="lecture", title=f"第{slot}讲", title_en=f"Part {slot}",
            venue=venues[(slot + place) % VENUES], hours=1, starts_at=_begin(cohort, slot),
            ends_at=_begin(cohort, slot) + dt.timedelta(minutes=50),
        )
        for slot, place in slots
    )  # fmt: skip
    SessionSpeaker.objects.bulk_create(
        SessionSpeaker(training_session=row, speaker=speakers[place])
        for row, (_slot, place) in zip(rows, slots, strict=True)
    )
    SessionAudience.objects.bulk_create(
        SessionAudience(training_session=row, cohort=cohort, group=groups[place])
        for row, (_slot, place) in zip(rows, slots, strict=True)
    )
    ClashAcceptance.objects.bulk_create(
        ClashAcceptance(
            cohort=cohort, code=clash.code, key=clash.key, fingerprint=clash.fingerprint, reason="r"
        )
        for clash in clashes_of(cohort)[::2]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cohort


def _begin(cohort: Cohort, slot: int) -> dt.datetime:
    days, hour = divmod(slot, DAY_HOURS)
    day = cohort.starts_on + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(8 + hour), tzinfo=clock.SHANGHAI)


def _book_others(cohort: Cohort) -> None:
    """Without the rules against double booking and the triggers: rows to search among, not to
    keep."""
    own = TrainingSession.objects.filter(cohort=cohort).first()
    facts = {
        "like": cohort.pk, "cohorts": OTHER_COHORTS, "sessions": OTHER_SESSIONS,
        "leg": own.leg_id, "venue": own.venue_id, "speaker": own.speakers.get().pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model, name in _EXCLUSIONS:
            table = model._meta.db_table  # noqa: SLF001 - Django documents it
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, DISABLE TRIGGER USER")
        for statement in (_OTHERS, _SESSIONS, *_BOOKINGS, "ANALYZE"):
            cursor.execute(statement, facts)


def _bare(cohort: Cohort) -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_BARE, {"cohort": cohort.pk})
        return cursor.fetchall()


def _demand_agreement(cohort: Cohort) -> None:
    """The bare statement finds exactly what the rules find, of its kinds."""
    bare = {(code, frozenset({one, other} - {None})) for code, one, other in _bare(cohort)}
    ours = {
        (clash.code, frozenset(clash.sessions))
        for clash in clashes_of(cohort)
        if clash.code in BARE_KINDS
    }
    if not bare or bare != ours:
        raise RuntimeError("The bare query and the rules do not find the same clashes.")


def _sql_count(cohort: Cohort) -> int:
    with CaptureQueriesContext(connection) as queries:
        clashes_of(cohort)
    return len(queries)
