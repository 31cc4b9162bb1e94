"""How a released session reads in one language: titles, places, times, teachers, days.

Values in, texts out; nothing here reads the database. Mails, the calendar and the digest share it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from g60portal.common import clock
from sessions.choices import SessionKind
from sessions.rules.release_diff import ReleasedSpeaker, Slot


@dataclass(frozen=True)
class ItineraryLine:
    """One session as texts."""

    times: str
    title: str
    kind_label: str
    place: str
    address: str
    teachers: str


@dataclass(frozen=True)
class ItineraryDay:
    label: str
    lines: tuple[ItineraryLine, ...]


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def title_of(slot: Slot) -> str:
    return (slot.title_en if in_english() else "") or slot.title


def place_of(slot: Slot) -> str:
    return (slot.venue_name_en if in_english() else "") or slot.venue_name


def address_of(slot: Slot) -> str:
    return (slot.venue_address_en if in_english() else "") or slot.venue_address


def teachers_of(slot: Slot) -> str:
    """`王教授（研究员）、李教授` or `Prof. Wang (Researcher), Prof. Li`."""
    return pgettext("between names", ", ").join(_teacher(speaker) for speaker in slot.speakers)


def kind_of(slot: Slot) -> str:
    return str(SessionKind(slot.kind).label)


def day_of(slot: Slot) -> dt.date:
    return clock.local(slot.starts_at).date()


def day_label(day: dt.date) -> str:
    """`6月8日 星期一`, `8 June, Monday`."""
    return _day_label(day, get_language() or "")


# Two dates through Django's formats cost as much as five sessions.
@lru_cache(maxsize=512)
def _day_label(day: dt.date, language: str) -> str:
    """`language` is the active one; it is named for the cache's sake."""
    return _("%(date)s, %(weekday)s") % {
        "date": date_format(day, "MONTH_DAY_FORMAT"),
        "weekday": date_format(day, "l"),
    }


def times_of(slot: Slot) -> str:
    """`09:00–11:00`."""
    starts, ends = clock.local(slot.starts_at), clock.local(slot.ends_at)
    return f"{starts:%H:%M}–{ends:%H:%M}"


def when_of(slot: Slot) -> str:
    """`6月8日 星期一 09:00–11:00`."""
    return f"{day_label(day_of(slot))} {times_of(slot)}"


def itinerary_line(slot: Slot) -> ItineraryLine:
    return ItineraryLine(
        times=times_of(slot),
        title=title_of(slot),
        kind_label=kind_of(slot),
        place=place_of(slot),
        address=address_of(slot),
        teachers=teachers_of(slot),
    )


def itinerary_days(slots: Iterable[Slot]) -> list[ItineraryDay]:
    """The sessions that take place, by day, in the order of time."""
    ordered = sorted(
        (slot for slot in slots if slot.takes_place),
        key=lambda slot: (slot.starts_at, slot.session_id),
    )
    return [
        ItineraryDay(day_label(day), tuple(itinerary_line(slot) for slot in of_day))
        for day, of_day in groupby(ordered, key=day_of)
    ]


def teacher_name(speaker: ReleasedSpeaker) -> str:
    return (speaker.name_en if in_english() else "") or speaker.name


def _teacher(speaker: ReleasedSpeaker) -> str:
    name = teacher_name(speaker)
    title = (speaker.title_en if in_english() else "") or speaker.title
    return _("%(name)s (%(title)s)") % {"name": name, "title": title} if title else name
