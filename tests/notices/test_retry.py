"""What a failed attempt means."""

import datetime as dt
import smtplib

import pytest
from django.core.mail import BadHeaderError

from g60portal.notices.retry import Fate, fate_of, state_after, told, wait_after


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (smtplib.SMTPRecipientsRefused({"a@x": (550, b"no such user")}), Fate.NEEDS_PERSON),
        (smtplib.SMTPRecipientsRefused({"a@x": (450, b"greylisted")}), Fate.RETRY),
        (smtplib.SMTPDataError(554, b"refused"), Fate.NEEDS_PERSON),
        (smtplib.SMTPDataError(451, b"later"), Fate.RETRY),
        (smtplib.SMTPSenderRefused(550, b"who are you", "p@x"), Fate.RETRY),
        (smtplib.SMTPServerDisconnected("gone"), Fate.RETRY),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), Fate.NEEDS_PERSON),
        (TimeoutError("slow"), Fate.RETRY),
        (ConnectionRefusedError(111, "refused"), Fate.RETRY),
        (BadHeaderError("newline"), Fate.NEEDS_PERSON),
    ],
)
def test_fate_when_an_attempt_failed_then_by_error(error, fate):
    assert fate_of(error) is fate


def test_wait_when_attempts_grow_then_four_times_longer_up_to_an_hour():
    seconds = [wait_after(attempts) // dt.timedelta(seconds=1) for attempts in range(1, 9)]
    assert seconds == [30, 120, 480, 1920, 3600, 3600, 3600, 3600]


@pytest.mark.parametrize(
    ("fate", "attempts", "state"),
    [
        (Fate.RETRY, 1, "retrying"),
        (Fate.RETRY, 7, "retrying"),
        (Fate.RETRY, 8, "failed"),
        (Fate.NEEDS_PERSON, 1, "needs_person"),
    ],
)
def test_state_when_an_attempt_failed_then_by_fate_and_attempts(fate, attempts, state):
    assert state_after(fate, attempts) == state


def test_told_when_the_server_names_the_address_then_it_is_left_out():
    error = smtplib.SMTPRecipientsRefused(
        {"wang@example.org": (550, b"<wang@example.org>\nunknown")}
    )
    assert told(error, "wang@example.org") == "SMTPRecipientsRefused: 550 <…> unknown"
