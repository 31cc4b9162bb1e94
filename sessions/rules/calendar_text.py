"""Calendar files as text (RFC 5545, RFC 5546): escaping, folding, events. Pure functions on values.

Written by hand because a feed of 2,000 sessions must stay below 0.3 s, and because user text must
stay text: what could end a line or a parameter never gets through.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

CRLF = "\r\n"
LINE_OCTETS = 75
ZONE_NAME = "Asia/Shanghai"
ZONE = ZoneInfo(ZONE_NAME)
# How often a subscribed calendar may ask again; RFC 7986, and the name that Outlook knows.
REFRESH = "PT15M"
PRODUCT = "-//G60 Portal//Timetable//EN"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# One rule without end: the zone has had no summer time since 1991.
_ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE_NAME}",
    "BEGIN:STANDARD",
    "DTSTART:19920101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True)
class Party:
    """Who organizes or attends."""

    name: str
    address: str


@dataclass(frozen=True)
class CalendarEvent:
    """One session in one person's calendar. `stamp` is when it was released."""

    uid: str
    sequence: int
    stamp: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    summary: str
    location: str = ""
    description: str = ""
    category: str = ""
    url: str = ""
    latitude: float | None = None
    longitude: float | None = None
    cancelled: bool = False
    # Minutes before the beginning at which the calendar reminds; None: not at all.
    alarm_minutes: int | None = None


def calendar_text(
    events: Iterable[CalendarEvent],
    *,
    method: str,
    name: str,
    organizer: Party,
    attendee: Party | None = None,
) -> bytes:
    """A whole calendar. `attendee` belongs to REQUEST and CANCEL, never to PUBLISH."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{ZONE_NAME}",
    ]
    if method == "PUBLISH":
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}"]
    lines += _ZONE_LINES
    parties = list(_party_lines(organizer, attendee))
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            *_event_lines(event),
            *parties,
            *_alarm_lines(event),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + CRLF for line in lines).encode()


def escaped(text: str) -> str:
    """TEXT values: backslash, semicolon, comma and line breaks escaped, control marks dropped."""
    text = "\n".join(text.splitlines()).replace("\\", "\\\\")
    text = text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return _CONTROL.sub("", text)


def quoted(text: str) -> str:
    """A parameter value between quotation marks; it can hold neither those nor control marks."""
    return '"' + _CONTROL.sub("", " ".join(text.split())).replace('"', "'") + '"'


def folded(line: str) -> str:
    """Lines of at most 75 octets, broken between characters, never inside one."""
    if len(line) * 4 <= LINE_OCTETS or len(line.encode()) <= LINE_OCTETS:
        return line
    pieces: list[str] = []
    piece, room = "", LINE_OCTETS
    for mark in line:
        size = len(mark.encode())
        if size > room:
            pieces.append(piece)
            # The blank that begins a continuation counts.
            piece, room = "", LINE_OCTETS - 1
        piece += mark
        room -= size
    pieces.append(piece)
    return (CRLF + " ").join(pieces)


def _event_lines(event: CalendarEvent) -> Iterator[str]:
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(event.stamp)}"
    yield f"LAST-MODIFIED:{_utc(event.stamp)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;TZID={ZONE_NAME}:{_local(event.starts_at)}"
    yield f"DTEND;TZID={ZONE_NAME}:{_local(event.ends_at)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield f"TRANSP:{'TRANSPARENT' if event.cancelled else 'OPAQUE'}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.category:
        yield f"CATEGORIES:{escaped(event.category)}"
    if event.latitude is not None and event.longitude is not None:
        yield f"GEO:{event.latitude:.6f};{event.longitude:.6f}"
    if event.url:
        yield f"URL:{event.url}"


def _alarm_lines(event: CalendarEvent) -> Iterator[str]:
    if event.alarm_minutes is None or event.cancelled:
        return
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"TRIGGER:-PT{event.alarm_minutes}M"
    yield f"DESCRIPTION:{escaped(event.summary)}"
    yield "END:VALARM"


def _party_lines(organizer: Party, attendee: Party | None) -> Iterator[str]:
    yield f"ORGANIZER;CN={quoted(organizer.name)}:mailto:{_mailbox(organizer)}"
    if attendee and attendee.address:
        yield (
            f"ATTENDEE;CN={quoted(attendee.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION"
            f";RSVP=FALSE:mailto:{_mailbox(attendee)}"
        )


def _mailbox(party: Party) -> str:
    return _CONTROL.sub("", "".join(party.address.split()))


def _local(instant: dt.datetime) -> str:
    return instant.astimezone(ZONE).strftime("%Y%m%dT%H%M%S")


def _utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
