"""Very many sessions of other cohorts, by a few statements: what a move has to find its way among.

Each of them takes a venue, a speaker and everyone of its cohort. The exclusion constraints and the
triggers of the three tables are away while the rows come in; building the constraints again checks
every row.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, models

from cohorts.models import City, Cohort, Leg, Organization
from sessions.models import SessionAudience, SessionSpeaker, Speaker, TrainingSession, Venue

# Ten sessions on each of six days.
SESSIONS_EACH = 60
_TABLES: tuple[type[models.Model], ...] = (TrainingSession, SessionSpeaker, SessionAudience)
# Each of them belongs to one cohort a week at most, so that nothing overlaps.
_VENUES, _SPEAKERS = 2_000, 5_000
_FIRST_DAY = dt.date(2030, 1, 7)

_PLACES = """
    CREATE TEMPORARY TABLE many AS
    SELECT %(first)s + i * %(each)s + n AS id, n,
           (%(cohorts)s::bigint[])[1 + i] AS cohort, (%(legs)s::bigint[])[1 + i] AS leg,
           (%(venues)s::bigint[])[1 + i %% %(venue_count)s] AS venue,
           (%(speakers)s::bigint[])[1 + i %% %(speaker_count)s] AS speaker,
           (%(day)s::date + i / %(venue_count)s * 7 + n / 10) AT TIME ZONE 'Asia/Shanghai'
               + make_interval(hours => 8 + n %% 10) AS starts_at
      FROM generate_series(0, %(count)s - 1) i, generate_series(0, %(each)s - 1) n
"""
_ROWS = (
    """
    INSERT INTO training_sessions_trainingsession (id, uid, cohort_id, leg_id, kind, title,
           title_en, description, venue_id, starts_at, ends_at, hours, compulsory, state,
           cancel_reason, version, created_at, changed_at)
    SELECT id, gen_random_uuid(), cohort, leg, 'lecture', '讲座' || n, '', '', venue, starts_at,
           starts_at + interval '50 minutes', 1, true, 'planned', '', 1, now(), now()
      FROM many
    """,
    """
    INSERT INTO training_sessions_sessionspeaker (training_session_id, speaker_id, position,
           starts_at, ends_at, counts)
    SELECT id, speaker, 0, starts_at, starts_at + interval '50 minutes', true FROM many
    """,
    """
    INSERT INTO training_sessions_sessionaudience (training_session_id, cohort_id, starts_at,
           ends_at, counts)
    SELECT id, cohort, starts_at, starts_at + interval '50 minutes', true FROM many
    """,
    """
    SELECT setval(pg_get_serial_sequence('training_sessions_trainingsession', 'id'),
                  (SELECT max(id) FROM training_sessions_trainingsession))
    """,
    "DROP TABLE many",
)


def book(sessions: int) -> None:
    """That many more sessions, in cohorts of their own, each with its speaker and its audience."""
    cohorts = _cohorts(-(-sessions // SESSIONS_EACH))
    with connection.cursor() as cursor, _unguarded():
        cursor.execute(_PLACES, cohorts)
        for statement in _ROWS:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _cohorts(count: int) -> dict[str, object]:
    city = City.objects.get(code="songjiang")
    host, _made = Organization.objects.get_or_create(name="许多", city=city, kind="host")
    cohorts = Cohort.objects.bulk_create(
        Cohort(
            code=f"MANY-{number}", edition=1, title="班次", seats=45, state="running",
            starts_on=_first_day(number), ends_on=_first_day(number) + dt.timedelta(days=6),
        )
        for number in range(count)
    )  # fmt: skip
    legs = Leg.objects.bulk_create(
        Leg(
            cohort=cohort, city=city, host=host, position=1,
            starts_on=cohort.starts_on, ends_on=cohort.ends_on,
        )
        for cohort in cohorts
    )  # fmt: skip
    venues = Venue.objects.bulk_create(
        Venue(city=city, name=f"MANY-{number}", capacity=60) for number in range(_VENUES)
    )
    speakers = Speaker.objects.bulk_create(
        Speaker(name=f"MANY-{number}") for number in range(_SPEAKERS)
    )
    return {
        "first": _next_id(),
        "each": SESSIONS_EACH,
        "count": count,
        "day": _FIRST_DAY,
        "cohorts": _keys(cohorts),
        "legs": _keys(legs),
        "venues": _keys(venues),
        "venue_count": len(venues),
        "speakers": _keys(speakers),
        "speaker_count": len(speakers),
    }


def _first_day(number: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(weeks=number // _VENUES)


def _keys(rows: Sequence[models.Model]) -> list[int]:
    return [row.pk for row in rows]


def _next_id() -> int:
    newest = TrainingSession.objects.order_by("-pk").values_list("pk", flat=True).first()
    return 1 + (newest or 0)


@contextmanager
def _unguarded() -> Iterator[None]:
    """Without exclusion constraints and triggers, which are built again afterwards."""
    rules = [
        (table, rule)
        for table in _TABLES
        for rule in table._meta.constraints  # noqa: SLF001 - Django documents it
        if isinstance(rule, ExclusionConstraint)
    ]
    with connection.schema_editor() as editor:
        for table, rule in rules:
            editor.remove_constraint(table, rule)
            editor.execute(f"ALTER TABLE {_name(table)} DISABLE TRIGGER USER")
    yield
    with connection.schema_editor() as editor:
        for table, rule in rules:
            editor.execute(f"ALTER TABLE {_name(table)} ENABLE TRIGGER USER")
            editor.add_constraint(table, rule)


def _name(table: type[models.Model]) -> str:
    return table._meta.db_table  # noqa: SLF001 - Django documents it
