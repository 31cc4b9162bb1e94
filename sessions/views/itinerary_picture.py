"""The itinerary drawn: every text formatted once, kept until the next boundary.

A picture is the same for all who share release, group, language and what they knew before; it is
kept in the cache under these, never under a person. It holds until the next session begins or ends;
only the minutes until then are counted anew on each view (`wait_text`, and
`static/js/itinerary.js` in the browser).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import groupby

from django.core.cache import cache
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cohorts.models import City
from g60portal.common import clock
from sessions.queries.change_lines import ChangeLine, personal_line
from sessions.queries.itinerary import OwnTimetable, Seat, corridor_of, own_timetable, way_of
from sessions.queries.itinerary_rows import (
    address_of,
    day_label,
    day_of,
    in_english,
    place_of,
    teacher_name,
    times_of,
    title_of,
)
from sessions.rules.departures import Departure, departure_for, journey_to
from sessions.rules.now_next import Moment, moment_at
from sessions.rules.release_diff import ChangeKind, Slot
from sessions.views.itinerary_places import PlaceCards, has_card, map_links
from sessions.views.itinerary_rides import ride_hole
from sessions.views.itinerary_stops import StopWriter, times_of_day

KEPT_SECONDS = 600
# Raised whenever what a kept picture consists of changes.
FORMAT = 4
NEWS_IN_SIGHT = 2
# Where the minutes go, which change while a picture holds. Rides have holes of their own.
WAIT_HOLE = SafeString("<!--wait-->")
LEAVE_HOLE = SafeString("<!--leave-->")
_MINUTE_SECONDS = 60
_HOUR_MINUTES = 60
_LONGEST_COUNTDOWN = dt.timedelta(hours=12)
_TONES = {
    ChangeKind.ADDED: ("blue", "now"),
    ChangeKind.MOVED: ("amber", "alert"),
    ChangeKind.CANCELLED: ("red", "stop"),
    ChangeKind.REMOVED: ("red", "stop"),
}


@dataclass(frozen=True)
class Day:
    id: str
    label: str
    short_label: str
    city: str
    state: str
    count: int
    stops: str


@dataclass(frozen=True)
class News:
    """A change with the tone it is shown in."""

    tone: str
    mark: str
    line: ChangeLine


class Purpose(StrEnum):
    """What is counted down to: the beginning of what comes, the end of what runs, setting out."""

    NEXT = "next"
    RUNS = "runs"
    LEAVE = "leave"


@dataclass(frozen=True)
class Countdown:
    purpose: Purpose
    to: dt.datetime


@dataclass(frozen=True)
class Encounter:
    """A teacher of today, and where one meets."""

    who: str
    post: str
    where: str


@dataclass(frozen=True)
class Picture:
    """The page without the person: a few facts, and the parts that are ready as HTML."""

    holds_from: dt.datetime
    holds_until: dt.datetime
    countdown: Countdown | None
    leave: Countdown | None
    place_now: str
    now: str
    changes: str
    today: str
    encounters: str
    corridor: str
    days: str
    cards_today: str
    cards: str

    def filled(self, html: str, instant: dt.datetime) -> str:
        """With the minutes as they are just now."""
        for hole, countdown in ((WAIT_HOLE, self.countdown), (LEAVE_HOLE, self.leave)):
            if countdown:
                html = html.replace(hole, escape(wait_text(countdown, instant)))
        return html


def picture_for(seat: Seat, instant: dt.datetime) -> Picture:
    """The kept picture while it holds, else a new one (up to three queries)."""
    key = picture_key(seat)
    kept: Picture | None = cache.get(key)
    if kept and kept.holds_from <= instant < kept.holds_until:
        return kept
    fresh = draw(seat, own_timetable(seat), instant)
    cache.set(key, fresh, KEPT_SECONDS)
    return fresh


def picture_key(seat: Seat) -> str:
    known = f"{seat.known.release_id}.{seat.known.group_id}" if seat.known else ""
    return f"itinerary:{FORMAT}:{seat.release_id}:{seat.group_id}:{known}:{get_language()}"


def draw(seat: Seat, own: OwnTimetable, instant: dt.datetime) -> Picture:
    slots = own.slots
    moment = moment_at(slots, instant)
    departure = _departure(slots, moment)
    cities, corridor = _line(seat.cohort_id, instant.date())
    changes = [change for change in own.changes if change.slot.ends_at > instant]
    changed = [change.slot.session_id for change in changes]
    cards = PlaceCards()
    writer = StopWriter(seat, changed, instant, static("img/icons.svg"), cards)
    days = _days(slots, cities, writer, instant.date())
    today = next((day for day in days if day.state == "now"), None)
    todays = [slot for slot in slots if day_of(slot) == instant.date()]
    return Picture(
        holds_from=moment.holds_from,
        holds_until=moment.holds_until,
        countdown=_countdown(moment, instant),
        leave=Countdown(Purpose.LEAVE, departure.at) if departure else None,
        place_now=_place_now(days),
        now=_now(moment, writer, instant, departure, cards),
        changes=_changes(seat, [News(*_TONES[one.kind], personal_line(one)) for one in changes]),
        today=_part("today", {"day": today}) if today else "",
        encounters=_encounters(todays, instant),
        corridor=corridor,
        days=_part("days", {"days": days}),
        cards_today=cards.cards([*filter(None, (moment.first, moment.following)), *todays]),
        cards=cards.cards(slots),
    )


def wait_text(countdown: Countdown, instant: dt.datetime) -> str:
    """`in 25 minutes`, `25 minutes left`, `Leave in 5 minutes`, `Leave now`."""
    texts = wait_texts(countdown.purpose)
    minutes = -(-int((countdown.to - instant).total_seconds()) // _MINUTE_SECONDS)
    if minutes <= 0 and countdown.purpose is Purpose.LEAVE:
        return texts["past"]
    if minutes < _HOUR_MINUTES:
        return texts["one" if minutes == 1 else "minutes"] % {"minutes": minutes}
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    return texts["hours"] % {"hours": hours, "minutes": minutes}


def wait_texts(purpose: Purpose) -> dict[str, str]:
    """The patterns that the page's script fills each minute, in the active language."""
    if purpose is Purpose.LEAVE:
        return {
            "one": ngettext("Leave in %(minutes)s minute", "Leave in %(minutes)s minutes", 1),
            "minutes": ngettext("Leave in %(minutes)s minute", "Leave in %(minutes)s minutes", 2),
            "hours": _("Leave in %(hours)s h %(minutes)s min"),
            "past": _("Leave now"),
        }
    if purpose is Purpose.RUNS:
        return {
            "one": ngettext("%(minutes)s minute left", "%(minutes)s minutes left", 1),
            "minutes": ngettext("%(minutes)s minute left", "%(minutes)s minutes left", 2),
            "hours": _("%(hours)s h %(minutes)s min left"),
        }
    return {
        "one": ngettext("in %(minutes)s minute", "in %(minutes)s minutes", 1),
        "minutes": ngettext("in %(minutes)s minute", "in %(minutes)s minutes", 2),
        "hours": _("in %(hours)s h %(minutes)s min"),
    }


def _part(name: str, context: Mapping[str, object]) -> str:
    return render_to_string(f"sessions/_itinerary_{name}.html", dict(context))


def _days(
    slots: Sequence[Slot], cities: Mapping[str, City], writer: StopWriter, today: dt.date
) -> list[Day]:
    days = []
    for day, grouped in groupby(slots, key=day_of):
        of_day = list(grouped)
        codes = dict.fromkeys(slot.city_code for slot in of_day)
        days.append(
            Day(
                id=f"day-{day:%m-%d}",
                label=day_label(day),
                short_label=f"{day.month}/{day.day}",
                city=" → ".join(_short_name(cities[code]) for code in codes if code in cities),
                state=_day_state(day, today),
                count=len(of_day),
                stops=writer.stops(of_day),
            )
        )
    return days


def _short_name(city: City) -> str:
    """`Songjiang` for `Songjiang, Shanghai`: a day's head has little room."""
    return city.local_name.split(",")[0]


def _day_state(day: dt.date, today: dt.date) -> str:
    if day == today:
        return "now"
    return "past" if day < today else ""


def _countdown(moment: Moment, instant: dt.datetime) -> Countdown | None:
    """None for what is on another day or half a day away: then day and time say it better."""
    slot = moment.first
    if slot is None or day_of(slot) != instant.date():
        return None
    running = moment.current is not None
    to = slot.ends_at if running else slot.starts_at
    purpose = Purpose.RUNS if running else Purpose.NEXT
    return Countdown(purpose, to) if to - instant <= _LONGEST_COUNTDOWN else None


def _departure(slots: Sequence[Slot], moment: Moment) -> Departure | None:
    """When to set out for what comes next, where one has to go somewhere else for it today."""
    journey = journey_to(slots, moment.following)
    way = way_of(journey) if journey else None
    return departure_for(journey, way) if journey and way else None


def _now(
    moment: Moment,
    writer: StopWriter,
    instant: dt.datetime,
    departure: Departure | None,
    cards: PlaceCards,
) -> str:
    slot = moment.first
    if slot is None:
        return _part("over", {})
    running = moment.current is not None
    countdown = _countdown(moment, instant)
    context = {
        "running": running,
        "day": "" if day_of(slot) == instant.date() else day_label(day_of(slot)),
        "countdown": countdown,
        "wait": WAIT_HOLE,
        "wait_texts": wait_texts(countdown.purpose) if countdown else {},
        "times": times_of_day(slot),
        "kind": slot.kind,
        "title": title_of(slot),
        "place": place_of(slot),
        "address": address_of(slot),
        "map_url": next((url for _word, url in map_links(slot)), ""),
        "card": cards.number_of(slot) if has_card(slot) else 0,
        "about": writer.about(slot),
        "ride": ride_hole(slot),
        "then": _then(moment.following, instant) if running else "",
        "leave": _leave(departure) if departure else None,
    }
    return _part("now", context)


def _leave(departure: Departure) -> dict[str, object]:
    """The words of setting out: the time, what it is made of, the patterns for the script."""
    way = departure.way
    facts = {"minutes": way.minutes, "margin": way.margin}
    if way.estimated:
        made_of = _("about %(minutes)s min on the way, %(margin)s min in hand") % facts
    else:
        made_of = _("%(minutes)s min on the way, %(margin)s min in hand") % facts
    return {
        "at": departure.at,
        "by": _("Leave by %(time)s") % {"time": f"{clock.local(departure.at):%H:%M}"},
        "made_of": made_of,
        "texts": wait_texts(Purpose.LEAVE),
        "words": LEAVE_HOLE,
    }


def _encounters(todays: Sequence[Slot], instant: dt.datetime) -> str:
    """The teachers of what is not over yet today, each once."""
    met: dict[int, Encounter] = {}
    for slot in todays:
        if slot.takes_place and slot.ends_at > instant:
            where = " · ".join((times_of(slot), title_of(slot)))
            for speaker in slot.speakers:
                english = in_english()
                post = (speaker.title_en if english else "") or speaker.title
                met.setdefault(speaker.id, Encounter(teacher_name(speaker), post, where))
    return _part("encounters", {"encounters": list(met.values())}) if met else ""


def _line(cohort_id: int, today: dt.date) -> tuple[Mapping[str, City], str]:
    """The cities by code and the drawn corridor: the same for everybody of a cohort all day."""
    key = f"itinerary-line:{FORMAT}:{cohort_id}:{today}:{get_language()}"
    kept: tuple[Mapping[str, City], str] | None = cache.get(key)
    if kept is None:
        line = corridor_of(cohort_id, today)
        cities = {city.code: city for city in line.cities}
        kept = cities, _part("corridor", {"line": line})
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _then(slot: Slot | None, instant: dt.datetime) -> str:
    if slot is None:
        return ""
    when = times_of(slot)
    if day_of(slot) != instant.date():
        when = f"{day_label(day_of(slot))} {when}"
    return " · ".join(filter(None, (when, title_of(slot), place_of(slot))))


def _place_now(days: Sequence[Day]) -> str:
    """`Day 4 of 7 · Hefei` on the days of the cohort."""
    for number, day in enumerate(days, start=1):
        if day.state == "now":
            where = _("Day %(number)s of %(count)s") % {"number": number, "count": len(days)}
            return " · ".join(filter(None, (where, day.city)))
    return ""


def _changes(seat: Seat, news: Sequence[News]) -> str:
    """The first of them in sight, so that the days begin on the first screen or soon after."""
    if not news:
        return ""
    context = {"seat": seat, "news": news[:NEWS_IN_SIGHT], "folded": news[NEWS_IN_SIGHT:]}
    return _part("changes", context)
