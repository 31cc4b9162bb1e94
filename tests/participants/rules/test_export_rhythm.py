"""When a regular file is due."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g60portal.common.clock import SHANGHAI
from participants.rules.export_rhythm import Rhythm, missing_facts, next_due

EIGHT = dt.time(8)
INSTANTS = st.integers(0, 10_000_000).map(
    lambda minutes: dt.datetime(2020, 1, 1, tzinfo=SHANGHAI) + dt.timedelta(minutes=minutes)
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (Rhythm("daily", EIGHT), "2026-11-23T07:59", "2026-11-23T08:00"),
        (Rhythm("daily", EIGHT), "2026-11-23T08:00", "2026-11-24T08:00"),
        # 23 November 2026 is a Monday.
        (Rhythm("weekly", EIGHT, 0), "2026-11-23T07:59", "2026-11-23T08:00"),
        (Rhythm("weekly", EIGHT, 0), "2026-11-23T08:00", "2026-11-30T08:00"),
        (Rhythm("weekly", EIGHT, 6), "2026-11-23T08:00", "2026-11-29T08:00"),
        (
            Rhythm("once", EIGHT, None, dt.date(2026, 12, 1), 1),
            "2026-11-23T08:00",
            "2026-11-30T08:00",
        ),
    ],
)
def test_next_due_when_asked_then_the_first_occasion_behind(rhythm, after, due):
    assert next_due(rhythm, at(after)) == at(due)


def test_next_due_when_once_has_passed_then_none():
    rhythm = Rhythm("once", EIGHT, None, dt.date(2026, 12, 1), 1)
    assert next_due(rhythm, at("2026-11-30T08:00")) is None


@given(
    kind=st.sampled_from(["daily", "weekly"]),
    time=st.times(),
    weekday=st.integers(0, 6),
    after=INSTANTS,
)
def test_next_due_when_regular_then_later_in_step_and_none_between(kind, time, weekday, after):
    rhythm = Rhythm(kind, time.replace(tzinfo=None), weekday)
    due = next_due(rhythm, after)
    step = dt.timedelta(days=1 if kind == "daily" else 7)
    assert after < due <= after + step
    assert due.time() == rhythm.at
    assert kind == "daily" or due.weekday() == weekday


@pytest.mark.parametrize(
    ("rhythm", "missing"),
    [
        (Rhythm("daily", EIGHT), []),
        (Rhythm("weekly", EIGHT), ["weekday"]),
        (Rhythm("weekly", EIGHT, 7), ["weekday"]),
        (Rhythm("once", EIGHT), ["target_on"]),
        (Rhythm("once", EIGHT, None, dt.date(2026, 12, 1), 61), ["days_before"]),
        (Rhythm("hourly", EIGHT), ["rhythm"]),
    ],
)
def test_missing_facts_when_a_rhythm_lacks_them_then_named(rhythm, missing):
    assert missing_facts(rhythm) == missing
