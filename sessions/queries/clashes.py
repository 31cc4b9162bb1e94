"""A cohort's timetable read as the plan that the clash rules judge, in a constant number of
queries.

`clashes_of` is the whole cohort; what a change does to the marks of sessions stands in
`clash_marks`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import get_language

from cohorts.models import Cohort
from cohorts.rules.thresholds import Thresholds
from sessions.choices import SessionKind, SessionState
from sessions.models import SessionAudience, SessionSpeaker, TrainingSession
from sessions.queries.clash_acceptances import accepted_in, judged
from sessions.queries.clash_statements import ground_of, session_rows
from sessions.rules.clashes import (
    Clash,
    GroupFacts,
    Plan,
    SessionFacts,
    SpeakerFacts,
    VenueFacts,
    clashes_between,
    hard_clashes_between,
)
from sessions.rules.clashes.facts import SHANGHAI_OFFSET, day_number, seconds_of
from sessions.rules.clashes.order import ceremony_role
from sessions.rules.places import minutes_of_day

_SESSION_COLUMNS = (
    "id", "title", "title_en", "kind", "starts_at", "ends_at", "venue_id", "speaker_ids",
    "group_ids", "leg__starts_on", "leg__ends_on", "prepared_by_id",
)  # fmt: skip


def clashes_of(cohort: Cohort) -> list[Clash]:
    """Every clash of the cohort, hard ones first, the accepted ones marked, in three queries."""
    english = (get_language() or "").startswith("en")
    facts = [_session(row, english=english) for row in session_rows(cohort)]
    return judged(clashes_between(plan_of(cohort, facts)), accepted_in(cohort))


def by_session(clashes: Iterable[Clash]) -> dict[int, list[Clash]]:
    """The clashes of each session that has any."""
    found: dict[int, list[Clash]] = defaultdict(list)
    for clash in clashes:
        for session_id in clash.sessions:
            found[session_id].append(clash)
    return found


def with_arrays(rows: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Sessions with `speaker_ids` and `group_ids` (empty = everyone), in the same query."""
    speakers = SessionSpeaker.objects.filter(training_session=OuterRef("pk"))
    groups = SessionAudience.objects.filter(training_session=OuterRef("pk"), group__isnull=False)
    return rows.annotate(
        speaker_ids=ArraySubquery(speakers.order_by("position", "pk").values("speaker_id")),
        group_ids=ArraySubquery(groups.order_by("group__position", "group_id").values("group_id")),
    )


def cohort_sessions(cohort: Cohort) -> QuerySet[TrainingSession]:
    return TrainingSession.objects.filter(cohort=cohort).exclude(state=SessionState.CANCELLED)


def session_facts(rows: QuerySet[TrainingSession]) -> list[SessionFacts]:
    english = (get_language() or "").startswith("en")
    found = with_arrays(rows).order_by("pk").values_list(*_SESSION_COLUMNS)
    return [
        _session((*row[:4], *map(_since_1970, row[4:6]), *row[6:]), english=english)
        for row in found
    ]


def plan_of(cohort: Cohort, sessions: Sequence[SessionFacts], *more: SessionFacts) -> Plan:
    """The sessions with what the rules must know around them. `more` sessions are not part of the
    plan, yet their venues and speakers are read too."""
    everything = (*sessions, *more)
    ground = ground_of(
        cohort,
        {row.venue for row in everything if row.venue is not None},
        {key for row in everything for key in row.speakers},
    )
    english = (get_language() or "").startswith("en")
    return Plan(
        sessions=sessions,
        venues={row[0]: _venue(row, english=english) for row in ground["venues"]},
        speakers={row[0]: _speaker(row, english=english) for row in ground["speakers"]},
        groups={row[0]: GroupFacts(*row) for row in ground["groups"]},
        ungrouped_people=ground["ungrouped"],
        venue_minutes=_minutes(ground["venue_minutes"]),
        city_minutes=_minutes(ground["city_minutes"]),
        thresholds=Thresholds.of(cohort.rules),
    )


def hard_clashes_of(
    row: TrainingSession, speakers: Collection[int], groups: Collection[int]
) -> list[Clash]:
    """What a session as it would be saved runs into: other sessions of its venue and speakers in
    any cohort, and of its people in its own. Call it after the database has refused."""
    if row.starts_at is None or row.ends_at is None:
        return []
    own = Q(cohort_id=row.cohort_id)
    touching = Q(speaker_rows__speaker__in=speakers) | own
    if row.venue_id is not None:
        touching |= Q(venue_id=row.venue_id)
    others = TrainingSession.objects.filter(
        touching, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
    ).exclude(state=SessionState.CANCELLED)
    facts = session_facts(
        TrainingSession.objects.filter(pk__in=others.exclude(pk=row.pk).values("pk"))
    )
    drafted = SessionFacts(
        row.pk or 0,
        row.local_title,
        row.kind,
        seconds_of(row.starts_at),
        seconds_of(row.ends_at),
        row.venue_id,
        tuple(speakers),
        tuple(groups),
    )
    return _hard_with(row.cohort, drafted, facts)


def _hard_with(
    cohort: Cohort, drafted: SessionFacts, others: Sequence[SessionFacts]
) -> list[Clash]:
    own = set(
        TrainingSession.objects.filter(
            pk__in=[row.id for row in others], cohort=cohort
        ).values_list("pk", flat=True)
    )
    plan = plan_of(cohort, [drafted, *others])
    return [
        clash
        for clash in hard_clashes_between(plan)
        if drafted.id in clash.sessions
        and (clash.code != "group" or own.issuperset(set(clash.sessions) - {drafted.id}))
    ]


def _session(row: tuple[Any, ...], *, english: bool) -> SessionFacts:
    pk, title, title_en, kind, starts, ends, venue, speakers, groups, first, last, lecture = row
    return SessionFacts(
        pk,
        (title_en if english else "") or title,
        kind,
        None if starts is None else starts + SHANGHAI_OFFSET,
        None if ends is None else ends + SHANGHAI_OFFSET,
        venue,
        tuple(speakers),
        tuple(groups),
        (day_number(first), day_number(last)),
        lecture,
        ceremony_role(kind, title, title_en) if kind == SessionKind.CEREMONY else "",
    )


def _since_1970(instant: dt.datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())


def _venue(row: Sequence[Any], *, english: bool) -> VenueFacts:
    pk, name, name_en, city, capacity, largest_party, margin, hours = row
    return VenueFacts(
        pk,
        (name_en if english else "") or name,
        city,
        capacity,
        largest_party,
        margin,
        tuple(
            (entry["weekday"], minutes_of_day(entry["opens"]), minutes_of_day(entry["closes"]))
            for entry in hours
        ),
    )


def _speaker(row: Sequence[Any], *, english: bool) -> SpeakerFacts:
    pk, name, name_en, windows = row
    return SpeakerFacts(
        pk,
        (name_en if english else "") or name,
        tuple((starts + SHANGHAI_OFFSET, ends + SHANGHAI_OFFSET) for starts, ends in windows),
    )


def _minutes(rows: Iterable[tuple[int, int, int]]) -> Mapping[tuple[int, int], int]:
    return {(origin, destination): minutes for origin, destination, minutes in rows}
