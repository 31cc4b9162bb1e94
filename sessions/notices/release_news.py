"""Writing the notices of a release: one row for each person it concerns, in one statement.

Newcomers get the whole itinerary, the others only what changed for them, the unaffected nothing.
Rows carry ids; texts are made when they are sent, from the frozen rows.
"""

import datetime as dt
import json
from collections.abc import Mapping

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from cohorts.models import Cohort
from g60portal.common.arrays import array_text
from g60portal.notices.outbox import MORE_COLUMNS, one_line, write_selected_notices
from sessions.models import Release
from sessions.queries.audience import (
    CHANGE_DIGEST,
    ITINERARY_RELEASED,
    UNSENT,
    UNSENT_COLUMNS,
    Base,
    unsent_facts,
    untold_by,
)
from sessions.queries.release_preview import Preview

# The people come as arrays of a known length, so that the planner joins all of them at once.
_NEWS = """
    SELECT news.kind, 'release:' || %(release)s || ':' || enrollment.id AS dedupe_key,
           %(scope)s::text AS scope, person.user_id, person.name AS recipient,
           person.email AS address, 'email'::text AS channel, news.language,
           %(subjects)s::jsonb -> news.kind ->> news.language AS subject,
           jsonb_build_object(
               'release', %(release)s::bigint, 'previous', told.base,
               'enrollment', enrollment.id,
               'group', told.group_now, 'group_then', told.group_then) AS context,
           told.after_id, %(urgent)s::boolean AS urgent,
           told.base IS NOT NULL AS needs_acknowledgement,
           CASE WHEN told.base IS NOT NULL THEN %(escalate_after)s::smallint END AS escalate_after
      FROM unnest(%(people)s::bigint[], %(bases)s::bigint[], %(groups_then)s::bigint[],
                  %(groups_now)s::bigint[], %(on_way)s::bigint[])
           AS told (enrollment_id, base, group_then, group_now, after_id)
      JOIN participants_enrollment AS enrollment ON enrollment.id = told.enrollment_id
      JOIN participants_person AS person ON person.id = enrollment.person_id
     CROSS JOIN LATERAL (
           SELECT CASE WHEN told.base IS NULL THEN %(itinerary)s ELSE %(digest)s END AS kind,
                  CASE WHEN person.language = ANY(%(spoken)s) THEN person.language
                       ELSE %(default_language)s END AS language) AS news
     ORDER BY enrollment.seat
"""
# One statement: a row that a worker claims at this moment is either superseded or on its way.
_SUPERSEDE = """
    UPDATE notices_notice
       SET state = 'cancelled', lease_until = NULL, last_error = %(reason)s,
           context = context || jsonb_build_object('superseded_by', %(number)s::int)
     WHERE {unsent}
 RETURNING {columns}
"""
# What is left: on its way, or given back by a worker since.
_ON_WAY = """
    SELECT (context ->> 'enrollment')::bigint, max(id) FROM notices_notice
     WHERE scope = %(scope)s AND kind = ANY(%(kinds)s) AND state <> 'sent'
       AND NOT context ? 'superseded_by' AND copy_of_id IS NULL
     GROUP BY 1
"""


def supersede_untold(*, cohort: Cohort, number: int) -> dict[int, Base]:
    """Cancel what has told nobody anything yet, because release `number` will tell it all; answers
    what these people know. The caller holds the lock of the cohort.

    Rows that a worker has claimed are left: they count as told. A claim and this statement never
    get the same row: whichever is later finds it changed.
    """
    facts = {**unsent_facts(cohort), "number": number, "reason": f"superseded by release {number}"}
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE.format(unsent=UNSENT, columns=UNSENT_COLUMNS), facts)
        return untold_by(cursor.fetchall())


def write_release_notices(*, release: Release, preview: Preview) -> int:
    """Tell everybody whom the release concerns, when the cohort's waiting time is over; answers how
    many rows were written. `preview` is what the release was decided by. Changes are to be
    confirmed; those of an urgent release leave at once."""
    wait = 0 if release.urgent else release.cohort.wait_seconds
    return write_selected_notices(
        _NEWS,
        {
            "release": release.pk,
            "scope": release.cohort.code,
            "itinerary": ITINERARY_RELEASED,
            "digest": CHANGE_DIGEST,
            "spoken": [code for code, _name in settings.LANGUAGES],
            "default_language": settings.LANGUAGE_CODE,
            "subjects": _subjects(release),
            "urgent": release.urgent,
            "escalate_after": release.cohort.escalate_minutes if release.urgent else None,
            **_people(preview, _on_way(release.cohort)),
        },
        wait=dt.timedelta(seconds=wait),
        more=MORE_COLUMNS,
    )


def _people(preview: Preview, on_way: Mapping[int, int]) -> dict[str, str]:
    """Those who are told, with what they know, as arrays."""
    told = list(preview.told_people())
    moves = [move for _pk, move in told]
    return {
        "people": array_text(pk for pk, _move in told),
        "bases": array_text(move.base for move in moves),
        "groups_then": array_text(move.group_then for move in moves),
        "groups_now": array_text(move.group_now for move in moves),
        "on_way": array_text(on_way.get(pk) for pk, _move in told),
    }


def _on_way(cohort: Cohort) -> dict[int, int]:
    """The messages that a worker may be sending at this moment, by enrollment. Asked for after
    `supersede_untold`: what a worker gave back in between is among them too."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_WAY, unsent_facts(cohort))
        return dict(cursor.fetchall())


def _subjects(release: Release) -> str:
    """By kind and language, as JSON."""
    subjects = {
        kind: {code: subject_of(kind, release, code) for code, _name in settings.LANGUAGES}
        for kind in (ITINERARY_RELEASED, CHANGE_DIGEST)
    }
    return json.dumps(subjects)


def subject_of(kind: str, release: Release, language: str) -> str:
    with override(language):
        facts = {"cohort": release.cohort.local_title, "number": release.number}
        if kind == ITINERARY_RELEASED:
            return one_line(_("Your itinerary: %(cohort)s") % facts)
        if release.urgent:
            return one_line(
                _("Urgent change to your itinerary, please confirm: %(cohort)s") % facts
            )
        return one_line(_("Changes to your itinerary (release %(number)s): %(cohort)s") % facts)
