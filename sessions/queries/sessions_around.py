"""The sessions around a change, in one statement: those of some days, those that were changed, and
whatever has its place by them: ceremonies, and the lectures and visits that belong together.

Plain SQL, because every move of a card asks for it: making the statement anew cost more than
running it. The rows come with all that clash rules and the API's shape want of them.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import get_language

from cohorts.models import Cohort
from g60portal.common.clock import SHANGHAI
from sessions.choices import SessionState
from sessions.models import TrainingSession
from sessions.rules.clashes import SessionFacts
from sessions.rules.clashes.facts import day_number, seconds_of
from sessions.rules.clashes.order import ceremony_role

# With speakers and groups in their order (no groups = everyone) and the days of the leg.
_ROWS = """
    SELECT t.*, l.starts_on AS leg_starts_on, l.ends_on AS leg_ends_on,
           ARRAY(SELECT b.speaker_id FROM training_sessions_sessionspeaker b
                  WHERE b.training_session_id = t.id ORDER BY b.position, b.id) AS speaker_ids,
           ARRAY(SELECT a.group_id FROM training_sessions_sessionaudience a
                   JOIN participants_group g ON g.id = a.group_id
                  WHERE a.training_session_id = t.id ORDER BY g.position, g.id) AS group_ids
      FROM training_sessions_trainingsession t JOIN cohorts_leg l ON l.id = t.leg_id
     WHERE t.cohort_id = %(cohort)s
       AND (t.state <> 'cancelled' OR t.id = ANY(%(keys)s::bigint[]))
"""
_AROUND = f"""
      WITH there AS (
           SELECT t.id, t.prepared_by_id
             FROM unnest(%(midnights)s::timestamptz[]) midnight
             JOIN training_sessions_trainingsession t
               ON t.cohort_id = %(cohort)s AND t.starts_at >= midnight
              AND t.starts_at < midnight + interval '1 day'
            UNION
           SELECT t.id, t.prepared_by_id FROM training_sessions_trainingsession t
            WHERE t.cohort_id = %(cohort)s AND t.id = ANY(%(keys)s::bigint[])
      )
    {_ROWS}
       AND (t.id IN (SELECT id FROM there)
            OR t.kind = 'ceremony'
            OR t.prepared_by_id IN (SELECT id FROM there)
            OR t.id IN (SELECT prepared_by_id FROM there)
            OR t.id = ANY(%(lectures)s::bigint[]))
     ORDER BY t.id
"""  # noqa: S608 - made of our own texts
_ALL = f"{_ROWS} ORDER BY t.id"


def sessions_around(
    cohort: Cohort,
    days: Collection[dt.date] | None,
    keys: Iterable[int] = (),
    lectures: Iterable[int] = (),
) -> list[TrainingSession]:
    """In the order of their keys, with `speaker_ids` and `group_ids`; without days all of the
    cohort. Cancelled ones are left out unless they stand in `keys`. A session lies within a day."""
    given = {"cohort": cohort.pk, "keys": list(keys), "lectures": list(lectures)}
    if days is None:
        return list(TrainingSession.objects.raw(_ALL, given))
    midnights = [dt.datetime.combine(day, dt.time(), SHANGHAI) for day in days]
    return list(TrainingSession.objects.raw(_AROUND, given | {"midnights": midnights}))


def facts_of(rows: Iterable[TrainingSession]) -> list[SessionFacts]:
    """The rows as clash rules see them: cancelled ones never count."""
    english = (get_language() or "").startswith("en")
    return [_facts(row, english=english) for row in rows if row.state != SessionState.CANCELLED]


def _facts(row: Any, *, english: bool) -> SessionFacts:
    return SessionFacts(
        row.pk,
        (row.title_en if english else "") or row.title,
        row.kind,
        None if row.starts_at is None else seconds_of(row.starts_at),
        None if row.ends_at is None else seconds_of(row.ends_at),
        row.venue_id,
        tuple(row.speaker_ids),
        tuple(row.group_ids),
        (day_number(row.leg_starts_on), day_number(row.leg_ends_on)),
        row.prepared_by_id,
        ceremony_role(row.kind, row.title, row.title_en),
    )
