"""Reading mails as their receivers do: the text, the attached calendars, the attached document."""

import re
from collections.abc import Sequence
from email.message import EmailMessage

from icalendar import Calendar, Event

_CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)


def address_of(mail: EmailMessage) -> str:
    return str(mail["To"].addresses[0].addr_spec)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def sign_in_code(mail: EmailMessage) -> str:
    """The code that stands alone on its line."""
    found = _CODE.search(text_of(mail))
    assert found, text_of(mail)
    return found[1]


def calendars_of(mail: EmailMessage) -> dict[str, list[Event]]:
    """The events of the attached calendars by their method."""
    calendars: dict[str, list[Event]] = {}
    for part in mail.iter_attachments():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_payload(decode=True))
            assert part.get_param("method") == calendar["METHOD"]
            calendars.setdefault(str(calendar["METHOD"]), []).extend(events_of(calendar))
    return calendars


def events_of(calendar: Calendar) -> list[Event]:
    return list(calendar.walk("VEVENT"))


def sequences(events: Sequence[Event]) -> dict[str, int]:
    """The SEQUENCE of each event by its UID."""
    return {str(event["UID"]): int(event["SEQUENCE"]) for event in events}


def uid_of(events: Sequence[Event], title: str) -> str:
    """The UID of the only event of that title."""
    (found,) = [str(event["UID"]) for event in events if title in str(event["SUMMARY"])]
    return found


def document_of(mail: EmailMessage) -> bytes:
    """The only attached PDF."""
    (part,) = [
        part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"
    ]
    return bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
