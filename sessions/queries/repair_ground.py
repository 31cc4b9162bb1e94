"""What the search for repairs stands on, read from the database in a constant number of queries.

Besides the plan of the cohort: venues and speakers that could take part, what other cohorts have
booked of them, the versions that a repair is made for, and what people have been told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, Q

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import SessionState
from sessions.models import ReleasedSession, SessionSpeaker, Speaker, TrainingSession, Venue
from sessions.queries.clash_acceptances import accepted_in, judged
from sessions.queries.clashes import cohort_sessions, plan_of, session_facts
from sessions.queries.releases import latest_release
from sessions.rules.clashes import Clash, Plan, SessionFacts, clashes_between
from sessions.rules.clashes.facts import seconds_of
from sessions.rules.placing import usual_minutes
from sessions.rules.repairs import Ground, Told


@dataclass(frozen=True)
class Basis:
    """The ground with the clashes as they stand on it, and the version of each session."""

    ground: Ground
    clashes: Sequence[Clash]
    versions: Mapping[int, int]

    @property
    def open_clashes(self) -> list[Clash]:
        return [clash for clash in self.clashes if not clash.accepted]


@dataclass(frozen=True)
class _Row:
    """What the rules of clashes do not ask of a session, and repairs do."""

    version: int
    leg: int
    city: int
    theme: int | None
    state: str
    minutes: int


def basis_of(cohort: Cohort, *, legs: Collection[int] | None = None, begun: bool = False) -> Basis:
    """`legs`: those whose sessions may be changed (None = all). `begun`: also sessions that have
    begun may be, for what happens on the day."""
    facts = session_facts(cohort_sessions(cohort))
    rows = _rows(cohort)
    kinds = _venue_kinds(facts, {row.city for row in rows.values()})
    themes = {row.theme for row in rows.values() if row.theme is not None}
    homes = _speaker_cities({row.city for row in rows.values()}, themes)
    plan = plan_of(cohort, facts, *_candidates(kinds, homes))
    found = judged(clashes_between(plan), accepted_in(cohort))
    now = 0 if begun else _now_within(cohort)
    ground = Ground(
        plan=plan,
        movable=frozenset(_movable(facts, rows, legs, now)),
        legs={key: row.leg for key, row in rows.items()},
        cities={row.leg: row.city for row in rows.values()},
        venue_kinds=kinds,
        themes={key: row.theme for key, row in rows.items()},
        taught_themes=_taught_themes(themes),
        venue_themes=_venue_themes(themes),
        speaker_cities=homes,
        usual_minutes={key: row.minutes for key, row in rows.items()},
        released=_released(cohort),
        foreign=_foreign(cohort, plan),
        accepted=frozenset(clash.key for clash in found if clash.accepted),
        not_before=now,
    )
    return Basis(ground, found, {key: row.version for key, row in rows.items()})


def _now_within(cohort: Cohort) -> int:
    """The present while a cohort is ahead or under way. Of one that is over, nothing is too late
    any more: its plan is looked at as a plan."""
    return seconds_of(clock.now()) if clock.today() <= cohort.ends_on else 0


def _rows(cohort: Cohort) -> dict[int, _Row]:
    columns = ("pk", "version", "leg_id", "leg__city_id", "theme_id", "state", "kind", "hours")
    return {
        pk: _Row(version, leg, city, theme, state, usual_minutes(kind, hours))
        for pk, version, leg, city, theme, state, kind, hours in cohort_sessions(
            cohort
        ).values_list(*columns)
    }


def _movable(
    facts: Iterable[SessionFacts],
    rows: Mapping[int, _Row],
    legs: Collection[int] | None,
    now: int,
) -> Iterable[int]:
    """Sessions that are neither done nor begun, of legs that may be edited."""
    for fact in facts:
        row = rows[fact.id]
        begun = fact.starts is not None and fact.starts < now
        if row.state != SessionState.DONE and not begun and (legs is None or row.leg in legs):
            yield fact.id


def _venue_kinds(facts: Iterable[SessionFacts], cities: Collection[int]) -> dict[int, str]:
    """The kind of each venue in use, and of every venue of the cities."""
    used = {fact.venue for fact in facts if fact.venue is not None}
    rows = Venue.objects.filter(Q(pk__in=used) | Q(city__in=cities)).order_by("pk")
    return dict(rows.values_list("pk", "kind"))


def _speaker_cities(cities: Collection[int], themes: Collection[int]) -> dict[int, int | None]:
    """The home of each speaker of the cities, and of those who have taught one of the themes."""
    taught = SessionSpeaker.objects.filter(training_session__theme__in=themes, counts=True)
    rows = Speaker.objects.filter(Q(city__in=cities) | Q(pk__in=taught.values("speaker")))
    return dict(rows.order_by("pk").values_list("pk", "city_id"))


def _candidates(venues: Iterable[int], speakers: Iterable[int]) -> list[SessionFacts]:
    """Sessions that are not part of the plan, so that it knows their venues and speakers."""
    return [
        *(SessionFacts(0, "", "", venue=venue) for venue in venues),
        SessionFacts(0, "", "", speakers=tuple(speakers)),
    ]


def _taught_themes(themes: Collection[int]) -> dict[int, frozenset[int]]:
    rows = SessionSpeaker.objects.filter(training_session__theme__in=themes, counts=True)
    return _by_first(rows.order_by().values_list("speaker_id", "training_session__theme_id"))


def _venue_themes(themes: Collection[int]) -> dict[int, frozenset[int]]:
    rows = TrainingSession.objects.filter(theme__in=themes, venue__isnull=False)
    held = rows.exclude(state=SessionState.CANCELLED).order_by()
    return _by_first(held.values_list("venue_id", "theme_id").distinct())


def _by_first(pairs: Iterable[Any]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
    return {first: frozenset(seconds) for first, seconds in found.items()}


def _released(cohort: Cohort) -> dict[int, Told]:
    release = latest_release(cohort)
    if release is None:
        return {}
    rows = ReleasedSession.objects.filter(release=release).exclude(state=SessionState.CANCELLED)
    columns = (
        "training_session_id", "starts_at", "ends_at", "venue_id_then", "speakers", "group_ids",
    )  # fmt: skip
    return {
        pk: Told(
            seconds_of(starts),
            seconds_of(ends),
            venue,
            tuple(speaker["id"] for speaker in speakers),
            tuple(groups),
        )
        for pk, starts, ends, venue, speakers, groups in rows.order_by().values_list(*columns)
    }


def _foreign(cohort: Cohort, plan: Plan) -> list[SessionFacts]:
    """What other cohorts have booked of the venues and speakers on the days of this one."""
    days = cohort.legs.aggregate(first=Min("starts_on"), last=Max("ends_on"))
    if days["first"] is None:
        return []
    booked = SessionSpeaker.objects.filter(speaker__in=list(plan.speakers))
    return session_facts(
        TrainingSession.objects.filter(
            Q(venue__in=list(plan.venues)) | Q(pk__in=booked.values("training_session")),
            starts_at__date__gte=days["first"],
            starts_at__date__lte=days["last"],
        )
        .exclude(cohort=cohort)
        .exclude(state=SessionState.CANCELLED)
    )
