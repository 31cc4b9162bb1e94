"""Calendar files: read by an independent parser, and checked by hand against the RFC's grammar."""

import datetime as dt
import re

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g60portal.common.clock import SHANGHAI
from sessions.rules.calendar_text import (
    CalendarEvent,
    Party,
    calendar_text,
    escaped,
    folded,
)

STAMP = dt.datetime(2026, 6, 1, 8, tzinfo=SHANGHAI)
PORTAL = Party("G60 Portal", "portal@example.org")
CONTENT_LINE = re.compile(
    r"""[A-Z0-9-]+(;[A-Z0-9-]+=("[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*:[^\x00-\x08\x0a-\x1f]*"""
)


def event(**facts):
    return CalendarEvent(
        **{
            "uid": "one@calendar",
            "sequence": 0,
            "stamp": STAMP,
            "starts_at": dt.datetime(2026, 6, 8, 9, tzinfo=SHANGHAI),
            "ends_at": dt.datetime(2026, 6, 8, 11, tzinfo=SHANGHAI),
            "summary": "专题讲座",
            **facts,
        }
    )


def content_lines(data: bytes) -> list[str]:
    """Unfolded lines after a strict reading: CRLF only, 75 octets, UTF-8 never cut."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    for line in physical:
        assert b"\n" not in line
        assert b"\r" not in line
        assert len(line) <= 75
        line.decode()
    lines: list[str] = []
    for line in physical:
        if line.startswith(b" "):
            lines[-1] += line[1:].decode()
        else:
            lines.append(line.decode())
    for line in lines:
        assert CONTENT_LINE.fullmatch(line), line
    return lines


def values(lines: list[str], name: str) -> list[str]:
    head = re.compile(rf"""{name}(?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*:(.*)""", re.DOTALL)
    return [found[1] for line in lines if (found := head.fullmatch(line))]


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)


@settings(max_examples=200, deadline=None)
@given(summary=texts, location=texts, description=texts, name=texts)
def test_calendar_when_texts_are_anything_then_two_readers_find_one_event_and_no_more(
    summary, location, description, name
):
    data = calendar_text(
        [event(summary=summary, location=location, description=description)],
        method="REQUEST",
        name=name,
        organizer=PORTAL,
        attendee=Party(name, "wang@example.org"),
    )
    lines = content_lines(data)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert values(lines, "UID") == ["one@calendar"]
    assert values(lines, "ATTENDEE") == ["mailto:wang@example.org"]
    (found,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert found["UID"] == "one@calendar"
    assert not found.errors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("a\r\nb\nc", "a\\nb\\nc"),
        ("\\N stays", "\\\\N stays"),
        ("bell\x07", "bell"),
        ("㐀𠮷\U00031350", "㐀𠮷\U00031350"),
    ],
)
def test_escaped_when_text_holds_signs_then_they_are_text(text, expected):
    assert escaped(text) == expected


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_folded_when_unfolded_then_the_line_is_back(line):
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line


def test_calendar_when_read_then_times_are_shanghai_times():
    data = calendar_text([event()], method="PUBLISH", name="班次", organizer=PORTAL)
    lines = content_lines(data)
    assert "DTSTART;TZID=Asia/Shanghai:20260608T090000" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1
    (found,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert found.decoded("DTSTART") == dt.datetime(2026, 6, 8, 1, tzinfo=dt.UTC)
    assert found.decoded("DTSTAMP") == STAMP
    assert "ATTENDEE" not in found


def test_calendar_when_there_are_no_events_then_it_is_still_valid():
    lines = content_lines(calendar_text([], method="PUBLISH", name="班次", organizer=PORTAL))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "BEGIN:VTIMEZONE" in lines


def test_calendar_when_published_then_it_says_how_often_to_ask_again_and_an_invitation_does_not():
    published, asked = (
        content_lines(calendar_text([event()], method=method, name="班次", organizer=PORTAL))
        for method in ("PUBLISH", "REQUEST")
    )
    assert (
        values(published, "REFRESH-INTERVAL") == values(published, "X-PUBLISHED-TTL") == ["PT15M"]
    )
    assert not values(asked, "REFRESH-INTERVAL")


@pytest.mark.parametrize(("cancelled", "alarms"), [(False, 1), (True, 0)])
def test_event_when_it_takes_place_then_the_calendar_reminds_half_an_hour_before(cancelled, alarms):
    reminding = event(alarm_minutes=30, cancelled=cancelled, summary="专题；讲座, 1")
    data = calendar_text([reminding], method="PUBLISH", name="班次", organizer=PORTAL)
    content_lines(data)
    found = icalendar.Calendar.from_ical(data).walk("VALARM")
    assert len(found) == alarms
    for alarm in found:
        assert alarm.decoded("TRIGGER") == dt.timedelta(minutes=-30)
        assert alarm["DESCRIPTION"] == "专题；讲座, 1"
    assert not icalendar.Calendar.from_ical(calendar_text(
        [event()], method="PUBLISH", name="班次", organizer=PORTAL)).walk("VALARM")  # fmt: skip


def test_event_when_cancelled_then_its_status_says_so():
    data = calendar_text(
        [event(cancelled=True, sequence=3)], method="CANCEL", name="班次", organizer=PORTAL
    )
    lines = content_lines(data)
    assert values(lines, "METHOD") == ["CANCEL"]
    assert values(lines, "STATUS") == ["CANCELLED"]
    assert values(lines, "SEQUENCE") == ["3"]
