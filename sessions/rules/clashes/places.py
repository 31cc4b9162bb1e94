"""What a single session asks of its venue, its speakers and its hour."""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil

import chinese_calendar
from chinese_calendar.constants import holidays

from cohorts.rules.thresholds import clock_time
from sessions.choices import ClashCode, SessionKind
from sessions.rules.clashes import texts
from sessions.rules.clashes.facts import (
    DAY,
    HOUR,
    MINUTE,
    Clash,
    Placed,
    Plan,
    SpeakerFacts,
    VenueFacts,
    clash,
    date_of,
)

# Day 0, 1 January 1970, was a Thursday.
_WEEKDAY_OF_DAY_0 = 4
PROGRAMME_KINDS = frozenset(
    {
        SessionKind.LECTURE,
        SessionKind.SITE_VISIT,
        SessionKind.EXHIBITION,
        SessionKind.DISCUSSION,
        SessionKind.CEREMONY,
    }
)


def audience_clashes(plan: Plan) -> Iterator[Clash]:
    """More people than the venue holds or receives at a time; of sessions in the tray too."""
    for row in plan.sessions:
        venue = plan.venues.get(row.venue) if row.venue is not None else None
        if venue is None:
            continue
        people = plan.people_of(row.groups)
        if venue.capacity is not None and people > venue.capacity:
            yield clash(
                ClashCode.CAPACITY,
                (row.id,),
                texts.venue_small(plan, venue.name, people, venue.capacity),
                venue=venue.id,
                people=people,
                capacity=venue.capacity,
            )
        if venue.largest_party and people > venue.largest_party:
            waves = ceil(people / venue.largest_party)
            yield clash(
                ClashCode.PARTY,
                (row.id,),
                texts.party_large(plan, venue.name, people, venue.largest_party, waves),
                venue=venue.id,
                people=people,
                largest_party=venue.largest_party,
                waves=waves,
            )


def opening_clashes(plan: Plan) -> Iterator[Clash]:
    for row in plan.placed:
        venue = plan.venues.get(row.venue) if row.venue is not None else None
        if venue is None or not venue.opening:
            continue
        hours = _hours_on(venue, row.day)
        midnight = row.day * DAY
        starts, ends = row.starts - midnight, row.ends - midnight
        if not any(opens * MINUTE <= starts and ends <= closes * MINUTE for opens, closes in hours):
            words = [f"{_clock(opens)}–{_clock(closes)}" for opens, closes in hours]
            yield clash(
                ClashCode.OPENING,
                (row.id,),
                texts.venue_closed(plan, venue.name, texts.names_text(plan, words)),
                timed=(row,),
                venue=venue.id,
                hours=words,
            )


def availability_clashes(plan: Plan) -> Iterator[Clash]:
    for row in plan.placed:
        for key in row.facts.speakers:
            speaker = plan.speakers.get(key)
            if speaker is None or not speaker.windows:
                continue
            if not any(start <= row.starts and row.ends <= end for start, end in speaker.windows):
                windows = _windows_on(speaker, row)
                yield clash(
                    ClashCode.AVAILABILITY,
                    (row.id,),
                    texts.speaker_away(plan, speaker.name, texts.names_text(plan, windows)),
                    about=(speaker.id,),
                    timed=(row,),
                    speaker=speaker.id,
                    windows=windows,
                )


def evening_clashes(plan: Plan) -> Iterator[Clash]:
    limit = plan.thresholds.evening_from
    time = clock_time(limit)
    latest = time.hour * HOUR + time.minute * MINUTE
    for row in plan.placed:
        if row.kind in PROGRAMME_KINDS and row.ends - row.day * DAY > latest:
            end = texts.clock_text(row.ends)
            yield clash(
                ClashCode.EVENING,
                (row.id,),
                texts.ends_late(plan, end, limit),
                day=date_of(row.day).isoformat(),
                end=end,
                limit=limit,
            )


def holiday_clashes(plan: Plan) -> Iterator[Clash]:
    """Statutory holidays as announced each year, bridge days included, make-up workdays not. Of
    years without an announcement nothing is said."""
    for row in plan.placed:
        if row.kind == SessionKind.TRANSFER:
            continue
        names = holiday_names(row.day)
        if names is not None:
            chinese, english = names
            holiday = english if (plan.language or "").startswith("en") else chinese
            yield clash(
                ClashCode.HOLIDAY,
                (row.id,),
                texts.on_holiday(plan, row.day, holiday),
                day=date_of(row.day).isoformat(),
                holiday=english,
            )


@lru_cache(maxsize=1024)
def holiday_names(day: int) -> tuple[str, str] | None:
    """The holiday of a day in Chinese and English."""
    english = holidays.get(date_of(day))
    if english is None:
        return None
    return chinese_calendar.Holiday(english).chinese, english


@lru_cache(maxsize=1)
def years_with_holidays() -> frozenset[int]:
    """The years whose holidays have been announced, as far as the library knows them."""
    return frozenset(day.year for day in holidays)


def _hours_on(venue: VenueFacts, day: int) -> list[tuple[int, int]]:
    weekday = (day + _WEEKDAY_OF_DAY_0 - 1) % 7 + 1
    return [(opens, closes) for on, opens, closes in venue.opening if on == weekday]


def _windows_on(speaker: SpeakerFacts, row: Placed) -> list[str]:
    """When the speaker can on the days of the session, as text; midnight closes a day as 24:00."""
    midnight, end = row.day * DAY, (row.last_day + 1) * DAY
    return [
        f"{_clock((max(start, midnight) - midnight) // MINUTE)}–"
        f"{_clock((min(until, end) - midnight) // MINUTE)}"
        for start, until in speaker.windows
        if start < end and until > midnight
    ]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
