"""Hours and verdicts, without a database."""

from decimal import Decimal

import pytest

from sessions.rules.completion import (
    CompletionVerdict,
    ReasonCode,
    Requirements,
    StudyRecord,
    certificate_verdict,
)
from sessions.rules.hours import CountedSession, hours_attended, programme_of

ASKED = Requirements(Decimal(20), 85, Decimal(str(100 / 7)))


def counted(pk: int, hours: int = 4, **facts: object) -> CountedSession:
    return CountedSession(
        **{"pk": pk, "hours": Decimal(hours), "compulsory": True, "held": True, **facts}
    )


def judged(
    marks: dict[int, str],
    programme: list[CountedSession] | None = None,
    state: str = "confirmed",
    asked: Requirements = ASKED,
) -> CompletionVerdict:
    sessions = programme if programme is not None else [counted(pk) for pk in range(1, 8)]
    return certificate_verdict(StudyRecord(state, sessions, marks), asked)


def codes(verdict: CompletionVerdict) -> list[str]:
    return [str(reason.code) for reason in verdict.reasons]


def test_verdict_when_everything_is_attended_then_due_without_reasons() -> None:
    verdict = judged(dict.fromkeys(range(1, 8), "present"))
    assert verdict == CompletionVerdict(True, Decimal(28), Decimal("100.0"), ())


@pytest.mark.parametrize("state", ["present", "late", "early"])
def test_hours_when_late_or_left_early_then_count(state: str) -> None:
    assert hours_attended([counted(1)], {1: state}) == 4


@pytest.mark.parametrize("state", ["absent", "leave", None])
def test_hours_when_not_there_then_do_not_count(state: str | None) -> None:
    assert hours_attended([counted(1)], {1: state} if state else {}) == 0


def test_hours_when_optional_session_attended_then_count() -> None:
    assert hours_attended([counted(1, compulsory=False)], {1: "present"}) == 4


def test_programme_when_cancelled_or_for_another_group_then_left_out() -> None:
    sessions = [
        counted(1),
        counted(2, cancelled=True),
        counted(3, group_ids=frozenset({7})),
        counted(4, group_ids=frozenset({8})),
    ]
    assert [row.pk for row in programme_of(sessions, 7)] == [1, 3]
    assert [row.pk for row in programme_of(sessions, None)] == [1]


def test_verdict_when_everything_speaks_against_it_then_every_reason_is_named() -> None:
    verdict = judged({1: "leave", 2: "leave", 3: "absent"}, state="withdrawn")
    assert not verdict.passed
    assert codes(verdict) == [
        "withdrawn",
        "hours_short",
        "attendance_short",
        "leave_over_limit",
        "not_marked",
    ]
    facts = {str(reason.code): dict(reason.facts) for reason in verdict.reasons}
    assert facts["hours_short"] == {"hours": "0.0", "required": "20.0"}
    assert facts["attendance_short"] == {
        "percent": "0.0",
        "required": 85,
        "attended": 0,
        "held": 7,
    }
    assert facts["leave_over_limit"] == {"leave": "8.0", "total": "28.0", "limit": "14.3"}
    assert facts["not_marked"] == {"sessions": [4, 5, 6, 7]}


def test_leave_when_exactly_one_seventh_then_within_the_limit() -> None:
    verdict = judged({1: "leave", **dict.fromkeys(range(2, 8), "present")})
    assert verdict.passed
    assert verdict.attendance_percent == Decimal("85.7")


def test_attendance_when_rounding_would_help_then_compared_exactly() -> None:
    asked = Requirements(Decimal(0), 67, Decimal(100))
    marks = {1: "present", 2: "present", 3: "absent"}
    verdict = judged(marks, [counted(pk) for pk in (1, 2, 3)], asked=asked)
    assert verdict.attendance_percent == Decimal("66.7")
    assert codes(verdict) == ["attendance_short"]


def test_attendance_when_sessions_are_still_to_come_or_optional_then_not_asked_for() -> None:
    programme = [counted(1), counted(2, held=False), counted(3, compulsory=False)]
    asked = Requirements(Decimal(4), 100, Decimal(100))
    verdict = judged({1: "present"}, programme, asked=asked)
    assert verdict.passed
    assert verdict.attendance_percent == 100


def test_verdict_when_only_a_mark_is_missing_then_due_with_a_remark() -> None:
    programme = [counted(pk) for pk in range(1, 11)]
    verdict = judged(dict.fromkeys(range(1, 10), "present"), programme)
    assert verdict.passed
    assert codes(verdict) == ["not_marked"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("withdrawn", ReasonCode.WITHDRAWN),
        ("dismissed", ReasonCode.DISMISSED),
        ("no_show", ReasonCode.NO_SHOW),
    ],
)
def test_verdict_when_the_seat_was_lost_then_not_due(state: str, code: ReasonCode) -> None:
    verdict = judged(dict.fromkeys(range(1, 8), "present"), state=state)
    assert codes(verdict) == [code]
    assert not verdict.passed
