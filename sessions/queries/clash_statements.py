"""What the clash rules must know of a cohort, by two statements that are written once.

The clashes of a cohort are asked for on nearly every page of the timetable and after every move.
Making and compiling six queries each time cost several times what running them does.
"""

import json
from collections.abc import Collection
from typing import Any

from django.db import connection

from cohorts.models import Cohort
from participants.choices import ACTIVE_STATES

# In the order of `sessions.queries.clashes.session_of`; instants as seconds since 1970.
_SESSIONS = """
    SELECT s.id, s.title, s.title_en, s.kind,
           extract(epoch FROM s.starts_at)::bigint, extract(epoch FROM s.ends_at)::bigint,
           s.venue_id,
           ARRAY(SELECT b.speaker_id FROM training_sessions_sessionspeaker b
                  WHERE b.training_session_id = s.id ORDER BY b.position, b.id),
           ARRAY(SELECT a.group_id FROM training_sessions_sessionaudience a
                   JOIN participants_group g ON g.id = a.group_id
                  WHERE a.training_session_id = s.id ORDER BY g.position, a.group_id),
           l.starts_on, l.ends_on, s.prepared_by_id
      FROM training_sessions_trainingsession s JOIN cohorts_leg l ON l.id = s.leg_id
     WHERE s.cohort_id = %s AND s.state <> 'cancelled'
     ORDER BY s.id
"""
_GROUND = """
    SELECT jsonb_build_object(
        'venues', ARRAY(
            SELECT jsonb_build_array(id, name, name_en, city_id, capacity, largest_party,
                                     margin_minutes, opening_hours)
              FROM training_sessions_venue WHERE id = ANY(%(venues)s)),
        'speakers', ARRAY(
            SELECT jsonb_build_array(s.id, s.name, s.name_en, ARRAY(
                       SELECT jsonb_build_array(extract(epoch FROM w.starts_at)::bigint,
                                                extract(epoch FROM w.ends_at)::bigint)
                         FROM training_sessions_speakerwindow w
                        WHERE w.speaker_id = s.id ORDER BY w.starts_at, w.id))
              FROM training_sessions_speaker s WHERE s.id = ANY(%(speakers)s) ORDER BY s.id),
        'groups', ARRAY(
            SELECT jsonb_build_array(g.id, g.name, (
                       SELECT count(*) FROM participants_enrollment e
                        WHERE e.group_id = g.id AND e.state = ANY(%(active)s)))
              FROM participants_group g WHERE g.cohort_id = %(cohort)s ORDER BY g.id),
        'ungrouped', (
            SELECT count(*) FROM participants_enrollment e
             WHERE e.cohort_id = %(cohort)s AND e.group_id IS NULL AND e.state = ANY(%(active)s)),
        'venue_minutes', ARRAY(
            SELECT jsonb_build_array(origin_id, destination_id, minutes)
              FROM training_sessions_venuetravel
             WHERE origin_id = ANY(%(venues)s) AND destination_id = ANY(%(venues)s)),
        'city_minutes', ARRAY(
            SELECT jsonb_build_array(t.origin_id, t.destination_id, t.minutes)
              FROM training_sessions_citytravel t
             WHERE t.origin_id IN (SELECT city_id FROM training_sessions_venue
                                    WHERE id = ANY(%(venues)s))
               AND t.destination_id IN (SELECT city_id FROM training_sessions_venue
                                         WHERE id = ANY(%(venues)s))))
"""


def session_rows(cohort: Cohort) -> list[tuple[Any, ...]]:
    """The sessions of the cohort that are not cancelled."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [cohort.pk])
        return list(cursor.fetchall())


def ground_of(cohort: Cohort, venues: Collection[int], speakers: Collection[int]) -> dict[str, Any]:
    """What stands around the sessions, as plain values: see the statement."""
    facts: Any = {
        "cohort": cohort.pk,
        "venues": sorted(venues),
        "speakers": sorted(speakers),
        "active": [state.value for state in ACTIVE_STATES],
    }
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, facts)
        (found,) = cursor.fetchone()
    return dict(json.loads(found) if isinstance(found, str) else found)
