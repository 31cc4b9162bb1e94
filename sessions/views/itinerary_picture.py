"""The itinerary drawn: every text formatted once, kept until the next boundary.

A picture is the same for all who share release, group, language and what they knew before; it is
kept in the cache under these, never under a person. It holds until the next session begins or ends;
only the minutes until then are counted anew on each view (`wait_text`, and
`static/js/itinerary.js` in the browser).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.cache import cache
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cohorts.models import City
from sessions.queries.change_lines import ChangeLine, personal_line
from sessions.queries.itinerary import OwnTimetable, Seat, corridor_of, own_timetable
from sessions.queries.itinerary_rows import (
    address_of,
    day_label,
    day_of,
    place_of,
    times_of,
    title_of,
)
from sessions.rules.now_next import Moment, moment_at
from sessions.rules.release_diff import ChangeKind, Slot
from sessions.views.itinerary_rides import ride_hole
from sessions.views.itinerary_stops import StopWriter, map_url, times_of_day

KEPT_SECONDS = 600
# Raised whenever what a kept picture consists of changes.
FORMAT = 3
NEWS_IN_SIGHT = 2
# Where the minutes go, which change while a picture holds. Rides have holes of their own.
WAIT_HOLE = SafeString("<!--wait-->")
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


@dataclass(frozen=True)
class Countdown:
    """To the beginning of what comes, or to the end of what runs."""

    running: bool
    to: dt.datetime


@dataclass(frozen=True)
class Picture:
    """The page without the person: a few facts, and the parts that are ready as HTML."""

    holds_from: dt.datetime
    holds_until: dt.datetime
    countdown: Countdown | None
    place_now: str
    now: str
    changes: str
    today: str
    corridor: str
    days: str


def picture_for(seat: Seat, instant: dt.datetime) -> Picture:
    """The kept picture while it holds, else a new one (two queries)."""
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
    line = corridor_of(seat.cohort_id, instant.date())
    cities = {city.code: city for city in line.cities}
    changes = [change for change in own.changes if change.slot.ends_at > instant]
    changed = [change.slot.session_id for change in changes]
    writer = StopWriter(seat, changed, instant, static("img/icons.svg"))
    days = _days(slots, cities, writer, instant.date())
    today = next((day for day in days if day.state == "now"), None)
    return Picture(
        holds_from=moment.holds_from,
        holds_until=moment.holds_until,
        countdown=_countdown(moment, instant),
        place_now=_place_now(days),
        now=_now(moment, writer, instant),
        changes=_changes(seat, [News(*_TONES[one.kind], personal_line(one)) for one in changes]),
        today=_part("today", {"day": today}) if today else "",
        corridor=_part("corridor", {"line": line}),
        days=_part("days", {"days": days}),
    )


def wait_text(countdown: Countdown, instant: dt.datetime) -> str:
    """`in 25 minutes`, `25 minutes left`."""
    texts = _wait_texts(running=countdown.running)
    minutes = -(-int((countdown.to - instant).total_seconds()) // _MINUTE_SECONDS)
    if minutes < _HOUR_MINUTES:
        return texts["one" if minutes == 1 else "minutes"] % {"minutes": minutes}
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    return texts["hours"] % {"hours": hours, "minutes": minutes}


def _wait_texts(*, running: bool) -> dict[str, str]:
    """The patterns that the page's script fills each minute, in the active language."""
    if running:
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
    return Countdown(running, to) if to - instant <= _LONGEST_COUNTDOWN else None


def _now(moment: Moment, writer: StopWriter, instant: dt.datetime) -> str:
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
        "wait_texts": _wait_texts(running=running),
        "times": times_of_day(slot),
        "kind": slot.kind,
        "title": title_of(slot),
        "place": place_of(slot),
        "address": address_of(slot),
        "map_url": map_url(slot),
        "about": writer.about(slot),
        "ride": ride_hole(slot),
        # A driver reads Chinese, whatever the page speaks.
        "taxi_name": slot.venue_name,
        "taxi_address": slot.venue_address,
        "then": _then(moment.following, instant) if running else "",
    }
    return _part("now", context)


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
