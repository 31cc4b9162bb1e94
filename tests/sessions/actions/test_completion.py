"""The completion run and the issue that follows it, also two at once."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Refusal, Running
from participants.models import Certificate, CertificateCounter
from sessions.actions.completion import issue_due_certificates, run_completion
from sessions.models import Attendance, CompletionRun, Verdict
from sessions.refusals import CompletionNotRun, CompletionOutdated, NothingToIssue
from tests.factories import EnrollmentFactory, user_with
from tests.factories.studies import AFTERWARDS, Study, studied_cohort


@pytest.fixture
def study(
    frozen_clock: Callable[[dt.datetime], dt.datetime], request: pytest.FixtureRequest
) -> Study:
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    frozen_clock(AFTERWARDS)
    return studied_cohort()


@pytest.mark.django_db
def test_run_when_people_differ_then_each_gets_a_verdict_with_reasons(study: Study) -> None:
    lazy = EnrollmentFactory(cohort=study.cohort, seat=50)
    gone = EnrollmentFactory(cohort=study.cohort, seat=51, state="withdrawn")
    study.mark(lazy, ["present", "absent", "leave", ""])
    run = run_completion(cohort=study.cohort, by=None)
    verdicts = {row.enrollment_id: row for row in run.verdicts.all()}
    assert {pk for pk, row in verdicts.items() if row.passed} == {
        row.pk for row in study.enrollments
    }
    assert verdicts[lazy.pk].hours == Decimal(2)
    assert verdicts[lazy.pk].attendance_percent == 25
    assert [reason["code"] for reason in verdicts[lazy.pk].reasons] == [
        "hours_short",
        "attendance_short",
        "leave_over_limit",
        "not_marked",
    ]
    assert verdicts[lazy.pk].reasons[-1]["facts"] == {"sessions": [study.sessions[3].pk]}
    assert verdicts[gone.pk].reasons[0]["code"] == "withdrawn"
    event = AuditEvent.objects.get(verb="completion.run")
    assert event.after == {"people": 5, "passed": 3}


@pytest.mark.django_db
def test_issue_when_the_run_is_current_then_certificates_and_states(study: Study) -> None:
    user = user_with("lead", cohort=study.cohort)
    lazy = EnrollmentFactory(cohort=study.cohort, seat=50)
    gone = EnrollmentFactory(cohort=study.cohort, seat=51, state="withdrawn")
    run_completion(cohort=study.cohort, by=user)
    issued = issue_due_certificates(cohort=study.cohort, by=user)
    assert [row.serial for row in issued] == [1, 2, 3]
    assert {row.enrollment_id for row in issued} == {row.pk for row in study.enrollments}
    states = dict(study.cohort.enrollments.values_list("pk", "state"))
    assert {states[row.pk] for row in study.enrollments} == {"completed"}
    assert states[lazy.pk] == "incomplete"
    assert states[gone.pk] == "withdrawn"


@pytest.mark.django_db
def test_issue_when_nothing_was_run_then_refused(study: Study) -> None:
    with pytest.raises(CompletionNotRun):
        issue_due_certificates(cohort=study.cohort, by=None)


@pytest.mark.django_db
def test_issue_when_attendance_changed_after_the_run_then_refused(study: Study) -> None:
    run_completion(cohort=study.cohort, by=None)
    Attendance.objects.filter(enrollment=study.enrollments[0]).update(state="absent")
    with pytest.raises(CompletionOutdated):
        issue_due_certificates(cohort=study.cohort, by=None)
    assert not Certificate.objects.exists()


@pytest.mark.django_db
def test_issue_when_done_before_then_only_newcomers_and_numbers_go_on(study: Study) -> None:
    run_completion(cohort=study.cohort, by=None)
    issue_due_certificates(cohort=study.cohort, by=None)
    with pytest.raises(NothingToIssue):
        issue_due_certificates(cohort=study.cohort, by=None)
    newcomer = EnrollmentFactory(cohort=study.cohort, seat=60)
    study.mark(newcomer, ["present"] * 4)
    run_completion(cohort=study.cohort, by=None)
    (certificate,) = issue_due_certificates(cohort=study.cohort, by=None)
    assert (certificate.serial, certificate.enrollment_id) == (4, newcomer.pk)


def at_once(work: Callable[[], object], count: int = 2) -> list[object]:
    """Run on connections of their own, started together; answers results or errors."""
    start = threading.Barrier(count)
    results: list[object] = []

    def one() -> None:
        try:
            start.wait()
            results.append(work())
        except (Refusal, IntegrityError) as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


@pytest.mark.django_db(transaction=True)
def test_issue_when_two_at_once_then_numbers_are_unique_and_without_gaps(study: Study) -> None:
    run_completion(cohort=study.cohort, by=None)
    results = at_once(lambda: issue_due_certificates(cohort=study.cohort, by=None), 4)
    won = [result for result in results if isinstance(result, list)]
    lost = [result for result in results if not isinstance(result, list)]
    assert len(won) == 1
    assert all(isinstance(result, Running | NothingToIssue) for result in lost)
    assert list(Certificate.objects.order_by("serial").values_list("serial", flat=True)) == [
        1,
        2,
        3,
    ]
    assert CertificateCounter.objects.get(cohort=study.cohort).last_serial == 3


@pytest.mark.django_db(transaction=True)
def test_numbers_when_the_counter_is_read_without_its_lock_then_two_take_the_same(
    study: Study,
) -> None:
    """The control: the same steps as the action without its locks run into each other."""
    CertificateCounter.objects.create(cohort=study.cohort)
    read = threading.Barrier(2)

    def unlocked() -> int:
        with transaction.atomic():
            counter = CertificateCounter.objects.get(cohort=study.cohort)
            read.wait(10)
            counter.last_serial += 1
            counter.save(update_fields=["last_serial"])
            return counter.last_serial

    assert at_once(unlocked) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_run_when_two_at_once_then_one_is_refused_or_follows(study: Study) -> None:
    results = at_once(lambda: run_completion(cohort=study.cohort, by=None))
    runs = [result for result in results if isinstance(result, CompletionRun)]
    refused = [result for result in results if isinstance(result, Running)]
    assert len(runs) + len(refused) == 2
    assert runs
    assert Verdict.objects.count() == 3 * len(runs)


@pytest.mark.django_db(transaction=True)
def test_run_when_another_is_under_way_then_refused_at_once(study: Study) -> None:
    started, finish = threading.Event(), threading.Event()

    def long_run() -> None:
        try:
            with transaction.atomic():
                run_completion(cohort=study.cohort, by=None)
                started.set()
                finish.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=long_run)
    thread.start()
    try:
        assert started.wait(10)
        with pytest.raises(Running):
            run_completion(cohort=study.cohort, by=None)
    finally:
        finish.set()
        thread.join(10)
