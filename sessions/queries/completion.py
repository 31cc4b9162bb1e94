"""Reading completion: the verdicts as they would be now, the run in force, who waits for what.

The rules are in `sessions.rules`; running and issuing are actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from cohorts.models import Cohort
from cohorts.rules.thresholds import Thresholds
from g60portal.common import clock
from participants.choices import CertificateState
from participants.models import Certificate
from sessions.choices import SessionState
from sessions.models import Attendance, CompletionRun, SessionAudience, TrainingSession, Verdict
from sessions.rules.completion import (
    CompletionVerdict,
    Requirements,
    StudyRecord,
    certificate_verdict,
)
from sessions.rules.hours import CountedSession, programme_of


@dataclass(frozen=True)
class VerdictRow:
    """A verdict of the run in force as it is shown, with the person's certificate, if any."""

    verdict: Verdict
    reasons: tuple[Mapping[str, Any], ...]
    certificate: Certificate | None


def requirements_of(cohort: Cohort) -> Requirements:
    limit = Thresholds.of(cohort.rules).leave_limit_percent
    return Requirements(cohort.required_hours, cohort.attendance_percent, Decimal(str(limit)))


def verdicts_now(cohort: Cohort) -> dict[int, CompletionVerdict]:
    """The verdict on every enrollment by id, judged afresh. Four queries at any size."""
    requirements = requirements_of(cohort)
    marks = _marks_by_person(cohort)
    sessions = counted_sessions(cohort)
    programmes: dict[int | None, list[CountedSession]] = {}
    verdicts = {}
    people = cohort.enrollments.order_by("seat").values_list("pk", "group_id", "state")
    for pk, group_id, state in people:
        if group_id not in programmes:
            programmes[group_id] = programme_of(sessions, group_id)
        record = StudyRecord(state, programmes[group_id], marks.get(pk, {}))
        verdicts[pk] = certificate_verdict(record, requirements)
    return verdicts


def counted_sessions(cohort: Cohort) -> list[CountedSession]:
    """The sessions that have a time, as values for the rules."""
    now = clock.now()
    groups = _groups_by_session(cohort)
    rows = (
        cohort.training_sessions.filter(starts_at__isnull=False)
        .annotate(called=Exists(Attendance.objects.filter(training_session=OuterRef("pk"))))
        .order_by("starts_at", "pk")
        .values_list("pk", "hours", "compulsory", "ends_at", "called", "state")
    )
    return [
        CountedSession(
            pk=pk,
            hours=hours,
            compulsory=compulsory,
            held=called or (ends_at is not None and ends_at <= now),
            cancelled=state == SessionState.CANCELLED,
            group_ids=groups.get(pk, frozenset()),
        )
        for pk, hours, compulsory, ends_at, called, state in rows
    ]


def run_in_force(cohort: Cohort) -> CompletionRun | None:
    return cohort.completion_runs.select_related("by").order_by("-pk").first()


def verdict_rows(run: CompletionRun) -> list[VerdictRow]:
    """The verdicts of a run by seat, sessions in their reasons named. Three queries at any size."""
    titles = {
        row.pk: row for row in run.cohort.training_sessions.only("cohort", "title", "title_en")
    }
    certificates = latest_certificates(run.cohort)
    verdicts = Verdict.objects.filter(run=run).select_related("enrollment__person")
    return [
        VerdictRow(
            verdict,
            tuple(_with_titles(reason, titles) for reason in verdict.reasons),
            certificates.get(verdict.enrollment_id),
        )
        for verdict in verdicts.order_by("enrollment__seat")
    ]


def latest_certificates(cohort: Cohort) -> dict[int, Certificate]:
    """The newest certificate of each enrollment, whatever its state."""
    rows = cohort.certificates.defer("facts").order_by("serial")
    return {row.enrollment_id: row for row in rows}


def due_enrollments(run: CompletionRun) -> dict[int, Decimal]:
    """Who passed and never had a certificate of this cohort, with the hours. One revoked is not
    replaced by the next issue on its own."""
    had = Certificate.objects.filter(enrollment=OuterRef("enrollment"))
    due = Verdict.objects.filter(~Exists(had), run=run, passed=True)
    return dict(due.values_list("enrollment_id", "hours"))


def sessions_without_roll(cohort: Cohort) -> list[TrainingSession]:
    """Compulsory sessions that have ended without any mark."""
    return list(
        cohort.training_sessions.filter(compulsory=True, ends_at__lte=clock.now())
        .exclude(state=SessionState.CANCELLED)
        .filter(~Exists(Attendance.objects.filter(training_session=OuterRef("pk"))))
        .order_by("starts_at", "pk")
    )


def sessions_to_come(cohort: Cohort) -> int:
    """How many compulsory sessions with a time have not begun."""
    return (
        cohort.training_sessions.filter(compulsory=True, starts_at__gt=clock.now())
        .exclude(state=SessionState.CANCELLED)
        .count()
    )


def unrendered_certificates(cohort: Cohort) -> list[Certificate]:
    """Issued, and still without their document."""
    waiting = cohort.certificates.filter(rendered_at__isnull=True, state=CertificateState.ISSUED)
    return list(waiting.defer("facts"))


def judged_enrollments(run: CompletionRun) -> dict[int, tuple[bool, Decimal]]:
    """What a run decided, by enrollment id."""
    rows = Verdict.objects.filter(run=run).values_list("enrollment_id", "passed", "hours")
    return {pk: (passed, hours) for pk, passed, hours in rows}


def _marks_by_person(cohort: Cohort) -> dict[int, dict[int, str]]:
    marks: dict[int, dict[int, str]] = {}
    for person, training_session, state in Attendance.objects.filter(
        training_session__cohort=cohort
    ).values_list("enrollment_id", "training_session_id", "state"):
        marks.setdefault(person, {})[training_session] = state
    return marks


def _groups_by_session(cohort: Cohort) -> dict[int, frozenset[int]]:
    """The groups of each session; sessions for everyone are left out."""
    groups: dict[int, set[int]] = {}
    rows = SessionAudience.objects.filter(cohort=cohort, group__isnull=False)
    for session_id, group_id in rows.values_list("training_session_id", "group_id"):
        groups.setdefault(session_id, set()).add(group_id)
    return {pk: frozenset(ids) for pk, ids in groups.items()}


def _with_titles(
    reason: Mapping[str, Any], titles: Mapping[int, TrainingSession]
) -> dict[str, Any]:
    """The reason with its sessions by title, for the page."""
    ids = reason["facts"].get("sessions", ())
    names = [titles[pk].local_title for pk in ids if pk in titles]
    return {"code": reason["code"], "facts": reason["facts"], "titles": names}
