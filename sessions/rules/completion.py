"""Whether a certificate is due, with every reason against it. Pure: facts in, verdict out.

Sources: hours and attendance are data of the cohort; leave above 1/7 of all hours counts as
withdrawal by the central rule on trainees of 2013.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from participants.choices import EnrollmentState
from sessions.rules.hours import (
    CountedSession,
    attended,
    hours_attended,
    hours_offered,
    hours_on_leave,
)


class ReasonCode(StrEnum):
    HOURS_SHORT = "hours_short"
    ATTENDANCE_SHORT = "attendance_short"
    LEAVE_OVER_LIMIT = "leave_over_limit"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    NO_SHOW = "no_show"
    NOT_MARKED = "not_marked"


# A missing mark counts as not attended already; it is named beside the verdict, not held against
# the person a second time.
REMARKS = frozenset({ReasonCode.NOT_MARKED})

_STATES_AGAINST = {
    EnrollmentState.WITHDRAWN: ReasonCode.WITHDRAWN,
    EnrollmentState.DISMISSED: ReasonCode.DISMISSED,
    EnrollmentState.NO_SHOW: ReasonCode.NO_SHOW,
}
_TENTH = Decimal("0.1")
_ALL = Decimal("100.0")


@dataclass(frozen=True)
class Requirements:
    """What the cohort asks for."""

    hours: Decimal
    attendance_percent: int
    leave_limit_percent: Decimal


@dataclass(frozen=True)
class StudyRecord:
    """One person's study: its state, its programme, and its marks by session."""

    state: str
    programme: Sequence[CountedSession]
    marks: Mapping[int, str]


@dataclass(frozen=True)
class Reason:
    """`facts` are JSON values: figures as text with one decimal, sessions as ids."""

    code: ReasonCode
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompletionVerdict:
    passed: bool
    hours: Decimal
    attendance_percent: Decimal
    reasons: tuple[Reason, ...] = ()


def certificate_verdict(record: StudyRecord, requirements: Requirements) -> CompletionVerdict:
    """Due when nothing but remarks speaks against it."""
    reasons = tuple(_reasons(record, requirements))
    return CompletionVerdict(
        passed=all(reason.code in REMARKS for reason in reasons),
        hours=hours_attended(record.programme, record.marks),
        attendance_percent=attendance_percent(record),
        reasons=reasons,
    )


def attendance_percent(record: StudyRecord) -> Decimal:
    """Attended among the compulsory sessions held, to one decimal; 100 when none was held yet."""
    held = len(_held(record))
    return _rounded(Decimal(_attended_count(record) * 100) / held) if held else _ALL


def _reasons(record: StudyRecord, requirements: Requirements) -> list[Reason]:
    found = [
        _state_reason(record),
        _hours_reason(record, requirements),
        _attendance_reason(record, requirements),
        _leave_reason(record, requirements),
        _unmarked_reason(record),
    ]
    return [reason for reason in found if reason]


def _state_reason(record: StudyRecord) -> Reason | None:
    code = _STATES_AGAINST.get(EnrollmentState(record.state))
    return Reason(code) if code else None


def _hours_reason(record: StudyRecord, requirements: Requirements) -> Reason | None:
    hours = hours_attended(record.programme, record.marks)
    if hours >= requirements.hours:
        return None
    facts = {"hours": _figure(hours), "required": _figure(requirements.hours)}
    return Reason(ReasonCode.HOURS_SHORT, facts)


def _attendance_reason(record: StudyRecord, requirements: Requirements) -> Reason | None:
    """Compared exactly; the rounded percentage is for people."""
    count, held = _attended_count(record), len(_held(record))
    if count * 100 >= requirements.attendance_percent * held:
        return None
    facts = {
        "percent": str(attendance_percent(record)),
        "required": requirements.attendance_percent,
        "attended": count,
        "held": held,
    }
    return Reason(ReasonCode.ATTENDANCE_SHORT, facts)


def _leave_reason(record: StudyRecord, requirements: Requirements) -> Reason | None:
    leave, total = hours_on_leave(record.programme, record.marks), hours_offered(record.programme)
    if leave * 100 <= requirements.leave_limit_percent * total:
        return None
    facts = {
        "leave": _figure(leave),
        "total": _figure(total),
        "limit": _figure(requirements.leave_limit_percent),
    }
    return Reason(ReasonCode.LEAVE_OVER_LIMIT, facts)


def _unmarked_reason(record: StudyRecord) -> Reason | None:
    sessions = [row.pk for row in _held(record) if row.pk not in record.marks]
    return Reason(ReasonCode.NOT_MARKED, {"sessions": sessions}) if sessions else None


def _held(record: StudyRecord) -> list[CountedSession]:
    return [row for row in record.programme if row.compulsory and row.held]


def _attended_count(record: StudyRecord) -> int:
    return sum(attended(record.marks.get(row.pk)) for row in _held(record))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_TENTH, rounding=ROUND_HALF_UP)


def _figure(value: Decimal) -> str:
    return str(_rounded(value))
