"""Other venues and other speakers for a session at its time."""

from collections.abc import Iterator
from dataclasses import replace

from sessions.choices import RepairKind, SessionKind, VenueKind
from sessions.rules.clashes import SessionFacts, VenueFacts
from sessions.rules.clashes.travel import minutes_between
from sessions.rules.repairs.facts import Ground, Option

# Where nothing is known, a place counts as far and as large.
UNKNOWN_MINUTES = 24 * 60
UNLIMITED = 10**9
_ROOMS = frozenset({VenueKind.LECTURE_HALL, VenueKind.MEETING_ROOM, VenueKind.HOTEL})
_TABLES = frozenset({VenueKind.RESTAURANT, VenueKind.HOTEL})
# Which venues can take each other's place. The others (companies, exhibition halls) are what a
# session is about: only one of the same kind will do.
_FAMILIES = {
    SessionKind.LECTURE: _ROOMS,
    SessionKind.DISCUSSION: _ROOMS,
    SessionKind.CEREMONY: _ROOMS,
    SessionKind.SELF_STUDY: _ROOMS,
    SessionKind.MEAL: _TABLES,
}


def other_venues(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    for venue in venues_for(ground, row):
        yield Option(RepairKind.VENUE, row.id, (replace(row, venue=venue),))


def venues_for(ground: Ground, row: SessionFacts) -> list[int]:
    """Venues of the city of its leg that suit the session and hold its audience: those that have
    seen its theme first, then the nearest, then the smallest."""
    city, theme = ground.city_of(row.id), ground.themes.get(row.id)
    here = ground.plan.venues.get(row.venue or 0)

    def order(venue: VenueFacts) -> tuple[bool, int, int, int]:
        minutes = minutes_between(ground.plan, here, venue) if here is not None else None
        return (
            theme is not None and theme not in ground.venue_themes.get(venue.id, ()),
            UNKNOWN_MINUTES if minutes is None else minutes,
            UNLIMITED if venue.capacity is None else venue.capacity,
            venue.id,
        )

    found = [
        venue
        for venue in ground.plan.venues.values()
        if venue.city == city
        and venue.id != row.venue
        and suits(ground, row, venue.id)
        and holds(ground, row, venue.id)
    ]
    return [venue.id for venue in sorted(found, key=order)]


def suits(ground: Ground, row: SessionFacts, venue: int) -> bool:
    """Whether a venue is of a kind that can take the place of the session's."""
    kind = ground.venue_kinds.get(venue, "")
    here = ground.venue_kinds.get(row.venue or 0, "")
    family = _FAMILIES.get(SessionKind(row.kind), frozenset())
    if here in family or not here:
        return kind in family
    return kind == here


def holds(ground: Ground, row: SessionFacts, venue: int) -> bool:
    """Whether the audience of a session fits a venue, by its capacity and its visiting party."""
    people, facts = ground.plan.people_of(row.groups), ground.plan.venues[venue]
    limits = (facts.capacity, facts.largest_party or None)
    return all(limit is None or people <= limit for limit in limits)


def other_speakers(ground: Ground, row: SessionFacts, gone: int) -> Iterator[Option]:
    """Somebody else in the place of one speaker."""
    for speaker in speakers_for(ground, row):
        after = tuple(speaker if each == gone else each for each in row.speakers)
        yield Option(RepairKind.SPEAKER, row.id, (replace(row, speakers=after),))


def speakers_for(ground: Ground, row: SessionFacts) -> list[int]:
    """Who has taught the theme before, those of the city first. Without a theme: of the city."""
    theme, city = ground.themes.get(row.id), ground.city_of(row.id)
    found = []
    for speaker in ground.plan.speakers:
        near = ground.speaker_cities.get(speaker) == city
        fits = theme in ground.taught_themes.get(speaker, ()) if theme is not None else near
        if fits and speaker not in row.speakers:
            found.append((not near, speaker))
    return [speaker for _far, speaker in sorted(found)]
