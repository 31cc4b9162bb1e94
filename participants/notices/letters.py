"""The one letter that all messages about nominations are: greeting, lines, one button."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice


@dataclass(frozen=True)
class Line:
    """Something that happened, and why."""

    what: str
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Letter:
    """`title` stands above (the cohort), `intro` before the lines, `note` below the button."""

    title: str
    intro: str
    url: str
    button: str
    lines: Sequence[Line] = ()
    note: str = ""

    def to(self, notice: Notice) -> Message:
        context = {
            "letter": self,
            "recipient": notice.recipient,
            "subject": notice.subject,
            "language": notice.language,
        }
        return Message(
            text=render_to_string("participants/nomination_mail.txt", context),
            html=render_to_string("participants/nomination_mail.html", context),
        )
