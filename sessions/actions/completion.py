"""The completion run, and the issue of certificates that follows its verdicts."""

from collections.abc import Iterable

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import try_advisory_lock
from g60portal.common.refusals import Running
from participants.actions.certificates import CertificateEntry, issue_certificates
from participants.choices import ACTIVE_STATES, EnrollmentState
from participants.models import Certificate
from sessions.models import CompletionRun, Verdict
from sessions.queries.completion import (
    due_enrollments,
    judged_enrollments,
    run_in_force,
    verdicts_now,
)
from sessions.refusals import CompletionNotRun, CompletionOutdated, NothingToIssue


@transaction.atomic
def run_completion(*, cohort: Cohort, by: User | None) -> CompletionRun:
    """Judge everybody and keep the verdicts; the new run is the one in force.

    Locks the cohort. Raises Running while another run or issue of this cohort is under way.
    """
    row = _alone(cohort)
    verdicts = verdicts_now(row)
    run = CompletionRun.objects.create(cohort=row, by=by, run_at=clock.now())
    Verdict.objects.bulk_create(
        Verdict(
            run=run,
            enrollment_id=enrollment_id,
            passed=verdict.passed,
            hours=verdict.hours,
            attendance_percent=verdict.attendance_percent,
            reasons=[{"code": reason.code, "facts": reason.facts} for reason in verdict.reasons],
        )
        for enrollment_id, verdict in verdicts.items()
    )
    passed = sum(verdict.passed for verdict in verdicts.values())
    after = {"people": len(verdicts), "passed": passed}
    record("completion.run", run, by=by, scope=row.code, after=after)
    return run


@transaction.atomic
def issue_due_certificates(*, cohort: Cohort, by: User | None) -> list[Certificate]:
    """Certificates for all who passed the run in force and never had one; with it the enrollments
    become completed, the others stay without certificate.

    Locks the cohort, then enrollments and counter. Raises Running, CompletionNotRun,
    CompletionOutdated (verdicts would be others now), NothingToIssue.
    """
    row = _alone(cohort)
    run = run_in_force(row)
    if run is None:
        raise CompletionNotRun
    _demand_current(run)
    due = due_enrollments(run)
    if not due:
        raise NothingToIssue
    entries = [CertificateEntry(pk, hours) for pk, hours in due.items()]
    certificates = issue_certificates(cohort=row, entries=entries, by=by)
    _close_enrollments(run)
    return certificates


@transaction.atomic
def complete_and_issue(*, cohort: Cohort, by: User | None) -> list[Certificate]:
    """Both in one step, for programs. Raises as its parts do."""
    run_completion(cohort=cohort, by=by)
    return issue_due_certificates(cohort=cohort, by=by)


def _alone(cohort: Cohort) -> Cohort:
    """The locked cohort, for the only completion of it that is under way."""
    if not try_advisory_lock("completion", cohort.pk):
        raise Running
    return locked_open(cohort)


def _demand_current(run: CompletionRun) -> None:
    judged = judged_enrollments(run)
    now = {pk: (row.passed, row.hours) for pk, row in verdicts_now(run.cohort).items()}
    if judged != now:
        raise CompletionOutdated


def _close_enrollments(run: CompletionRun) -> None:
    """Everybody who holds a seat gets the result of the run as its state."""
    _set_state(run, passed=True, state=EnrollmentState.COMPLETED)
    _set_state(run, passed=False, state=EnrollmentState.INCOMPLETE)


def _set_state(run: CompletionRun, *, passed: bool, state: EnrollmentState) -> None:
    judged: Iterable[int] = run.verdicts.filter(passed=passed).values_list(
        "enrollment_id", flat=True
    )
    run.cohort.enrollments.filter(pk__in=judged, state__in=ACTIVE_STATES).exclude(
        state=state
    ).update(state=state)
