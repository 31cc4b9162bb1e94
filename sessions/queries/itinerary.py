"""What a participant may know of the timetable: own seats, and the newest release for own group.

Only releases are read, never the draft; beside them what is no part of any: ways between places,
contacts on duty. Plain statements, because the page is asked for by all participants at once:
`seats_of` on every view, the rest when a picture of the page is drawn anew.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db import connection

from cohorts.models import City, Leg
from cohorts.queries.corridor import CorridorLine, lit_legs
from participants.choices import ACTIVE_STATES
from sessions.rules.departures import Journey, Way
from sessions.rules.release_diff import Change, ReleasedSpeaker, Slot, changes_for

# Few joined tables on purpose: planning this costs Postgres more than running it.
_SEATS = """
    SELECT e.id, c.id, c.code, c.title, c.title_en, c.state, c.starts_on, c.ends_on, e.group_id,
           (SELECT g.name FROM participants_group g WHERE g.id = e.group_id),
           e.feed_generation, latest.id, latest.number, latest.released_at,
           (SELECT n.context FROM notices_notice n
             WHERE n.dedupe_key = 'release:' || latest.id || ':' || e.id),
           (SELECT jsonb_build_array(look.release_id, look.group_id)
              FROM training_sessions_ownlook look WHERE look.enrollment_id = e.id),
           EXISTS (SELECT FROM training_sessions_vehicleseat v WHERE v.enrollment_id = e.id),
           (SELECT jsonb_agg(jsonb_build_array(d.duty, d.name, d.phone) ORDER BY d.id)
              FROM training_sessions_dutycontact d WHERE d.cohort_id = c.id)
      FROM participants_enrollment e
      JOIN cohorts_cohort c ON c.id = e.cohort_id
      LEFT JOIN LATERAL (
           SELECT r.id, r.number, r.released_at FROM training_sessions_release r
            WHERE r.cohort_id = c.id ORDER BY r.number DESC LIMIT 1) latest ON true
     WHERE e.state = ANY(%s)
       AND e.person_id = (SELECT p.id FROM participants_person p WHERE p.user_id = %s)
"""

# A release as far as a group is concerned, and another one as far as a group was then.
_ROWS = """
    SELECT s.release_id, s.uid, s.sequence, {columns}
      FROM training_sessions_releasedsession s
     WHERE (s.release_id = %s AND (s.group_ids = '{{}}' OR %s = ANY (s.group_ids)))
        OR (s.release_id = %s AND (s.group_ids = '{{}}' OR %s = ANY (s.group_ids)))
     ORDER BY s.starts_at, s.id
"""
# Either way round: one row serves both unless both exist. Cities count where places say nothing.
_WAY = """
    SELECT COALESCE(here.minutes, back.minutes, far.minutes, far_back.minutes),
           origin.margin_minutes + destination.margin_minutes,
           COALESCE(here.estimated, back.estimated, far.estimated, far_back.estimated)
      FROM training_sessions_venue origin
      JOIN training_sessions_venue destination ON destination.id = %s
      LEFT JOIN training_sessions_venuetravel here
             ON here.origin_id = origin.id AND here.destination_id = destination.id
      LEFT JOIN training_sessions_venuetravel back
             ON back.origin_id = destination.id AND back.destination_id = origin.id
      LEFT JOIN training_sessions_citytravel far
             ON far.origin_id = origin.city_id AND far.destination_id = destination.city_id
      LEFT JOIN training_sessions_citytravel far_back
             ON far_back.origin_id = destination.city_id
            AND far_back.destination_id = origin.city_id
     WHERE origin.id = %s
"""
_LINE = """
    SELECT c.code, c.name, c.name_en, c.province, c.latitude, l.position, l.starts_on, l.ends_on
      FROM cohorts_city c LEFT JOIN cohorts_leg l ON l.city_id = c.id AND l.cohort_id = %s
     ORDER BY c.position, l.position
"""

# Columns of a released row in the order of the fields of `Slot`.
_SLOT_COLUMNS = (
    "training_session_id",
    "starts_at",
    "ends_at",
    "kind",
    "state",
    "cancel_reason",
    "title",
    "title_en",
    "description",
    "leg_id_then",
    "city_code",
    "venue_id_then",
    "venue_name",
    "venue_name_en",
    "venue_address",
    "venue_address_en",
    "latitude",
    "longitude",
    "speakers",
    "group_ids",
    "hours",
    "compulsory",
)
_ROWS_STATEMENT = _ROWS.format(columns=", ".join(f"s.{name}" for name in _SLOT_COLUMNS))


class Known(NamedTuple):
    """What a person knows of the timetable: a release that was told or looked at, and the group
    then."""

    release_id: int
    group_id: int | None


class Contact(NamedTuple):
    """A telephone on duty."""

    duty: str
    name: str
    phone: str


@dataclass(frozen=True)
class Seat:
    """A person's place in a cohort, and the newest release of that cohort (None: none yet)."""

    enrollment_id: int
    cohort_id: int
    code: str
    title: str
    title_en: str
    state: str
    starts_on: dt.date
    ends_on: dt.date
    group_id: int | None
    group_name: str | None
    feed_generation: int
    release_id: int | None
    release_number: int | None
    released_at: dt.datetime | None
    # Against which the newest release is compared; None when there is nothing to tell.
    known: Known | None = None
    # Has a seat on a vehicle of some transfer.
    rides: bool = False
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class ReleasedRow:
    """A session of the newest release, with what identifies it in calendars."""

    slot: Slot
    uid: str
    sequence: int


@dataclass(frozen=True)
class OwnTimetable:
    """The newest release for one person's group, in the order of time, and what changed in it."""

    rows: Sequence[ReleasedRow]
    changes: Sequence[Change]

    @property
    def slots(self) -> list[Slot]:
        return [row.slot for row in self.rows]


def seats_of(user_id: int, today: dt.date) -> list[Seat]:
    """The seats that a user holds: what runs first, then what comes soonest, then what is over."""
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, [[state.value for state in ACTIVE_STATES], user_id])
        rows = cursor.fetchall()
    return sorted(map(_seat, rows), key=lambda seat: _nearness(seat, today))


def chosen_seat(seats: Iterable[Seat], code: str) -> Seat | None:
    """The seat in the cohort of that code, else (no code) the first; None when there is none."""
    return next((seat for seat in seats if code in ("", seat.code)), None)


def own_timetable(seat: Seat) -> OwnTimetable:
    """One query: the newest release and, for what changed, the one that the person had before."""
    if seat.release_id is None:
        return OwnTimetable((), ())
    new: dict[int, ReleasedRow] = {}
    old: dict[int, Slot] = {}
    before = seat.known or Known(0, None)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_STATEMENT, [seat.release_id, seat.group_id, *before])
        for release_id, uid, sequence, *columns in cursor.fetchall():
            slot = _slot(columns)
            if release_id == seat.release_id:
                new[slot.session_id] = ReleasedRow(slot, str(uid), sequence)
            else:
                old[slot.session_id] = slot
    slots = {key: row.slot for key, row in new.items()}
    changes = changes_for(old, slots, before.group_id, seat.group_id) if seat.known else []
    return OwnTimetable(list(new.values()), changes)


def way_of(journey: Journey) -> Way | None:
    """Minutes and margins of a journey, in one query; None where nobody has said how long."""
    with connection.cursor() as cursor:
        cursor.execute(_WAY, [journey.destination.venue_id, journey.origin.venue_id])
        row = cursor.fetchone()
    return Way(*row) if row and row[0] is not None else None


def corridor_of(cohort_id: int, today: dt.date) -> CorridorLine:
    """The line of cities with the cohort's legs lit, in one query."""
    cities: dict[str, City] = {}
    legs: list[Leg] = []
    with connection.cursor() as cursor:
        cursor.execute(_LINE, [cohort_id])
        for code, name, name_en, province, latitude, position, *days in cursor.fetchall():
            city = cities.setdefault(
                code,
                City(code=code, name=name, name_en=name_en, province=province, latitude=latitude),
            )
            if position is not None:
                legs.append(Leg(city=city, position=position, starts_on=days[0], ends_on=days[1]))
    legs.sort(key=lambda leg: leg.position)
    return CorridorLine(tuple(cities.values()), lit_legs(legs, today))


def _seat(row: Sequence[Any]) -> Seat:
    *facts, news, look, rides, contacts = row
    seat = Seat(*facts)
    return replace(
        seat,
        known=_looked_at(look, seat.release_id) if look else _known(news),
        rides=rides,
        contacts=tuple(Contact(*contact) for contact in json.loads(contacts or "[]")),
    )


def _nearness(seat: Seat, today: dt.date) -> tuple[int, int, int]:
    if seat.ends_on < today:
        return 2, -seat.ends_on.toordinal(), -seat.enrollment_id
    running = seat.starts_on <= today
    return 0 if running else 1, seat.starts_on.toordinal(), -seat.enrollment_id


def _known(news: str | None) -> Known | None:
    """From the message about the newest release; None without one, and for a first message."""
    context = json.loads(news) if news else {}
    previous = context.get("previous")
    return Known(previous, context.get("group_then")) if previous else None


def _looked_at(look: str, newest_id: int | None) -> Known | None:
    """What was put aside last; None when that is the newest release already."""
    known = Known(*json.loads(look))
    return None if known.release_id == newest_id else known


def _slot(columns: list[Any]) -> Slot:
    *_plain, speakers, group_ids, _hours, _compulsory = columns
    columns[-4] = tuple(ReleasedSpeaker(**speaker) for speaker in json.loads(speakers))
    columns[-3] = frozenset(group_ids)
    return Slot(*columns)
