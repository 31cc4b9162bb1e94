"""What a failed attempt means: try again and when, or leave it to a person. Pure functions.

A recipient the server refuses for good is a matter for a person. Trouble with the server is a
matter of time. A notice that fails again and again is put aside, so that it cannot hold up others.
"""

import datetime as dt
import smtplib
from enum import Enum

from g60portal.common.refusals import Refusal
from g60portal.notices.choices import NoticeState

MAX_ATTEMPTS = 8
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
WAIT_FACTOR = 4
# While no connection can be made nothing was attempted: all rows wait for this long.
UNREACHABLE_WAIT = dt.timedelta(seconds=60)
PERMANENT = 500
ERROR_LENGTH = 500


class Fate(Enum):
    """What becomes of a notice after a failed attempt."""

    RETRY = "retry"
    NEEDS_PERSON = "needs_person"


def fate_of(error: BaseException) -> Fate:
    """A verdict on one attempt, by the kind of error and the server's answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _answer in error.recipients.values()]
        return Fate.NEEDS_PERSON if min(codes, default=0) >= PERMANENT else Fate.RETRY
    if isinstance(error, smtplib.SMTPDataError):
        return Fate.NEEDS_PERSON if error.smtp_code >= PERMANENT else Fate.RETRY
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError | Refusal):
        return Fate.NEEDS_PERSON
    # What a provider of another channel answered carries its own verdict.
    return getattr(error, "fate", Fate.RETRY)


def wait_after(attempts: int) -> dt.timedelta:
    """30 s after the first attempt, four times as long after each further one, at most an hour."""
    exponent = min(max(attempts - 1, 0), 10)
    factor: int = WAIT_FACTOR**exponent
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def state_after(fate: Fate, attempts: int) -> NoticeState:
    """The state that follows a failed attempt."""
    if fate is Fate.NEEDS_PERSON:
        return NoticeState.NEEDS_PERSON
    return NoticeState.FAILED if attempts >= MAX_ATTEMPTS else NoticeState.RETRYING


def told(error: BaseException, address: str = "") -> str:
    """The error as a short line; the address itself is left out, it stands in its own column."""
    text = f"{type(error).__name__}: {_answer(error)}"
    if address:
        text = text.replace(address, "…")
    return " ".join(text.split())[:ERROR_LENGTH]


def _answer(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
        return f"{code} {answer.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error)


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
