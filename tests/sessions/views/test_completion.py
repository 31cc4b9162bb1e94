"""Completion and certificates, as pages."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from participants.actions.certificates import render_certificate
from participants.models import Certificate
from sessions.actions.completion import issue_due_certificates, run_completion
from sessions.models import CompletionRun
from tests.factories import EnrollmentFactory, at, training_session, user_with
from tests.factories.studies import AFTERWARDS, Study, studied_cohort

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime], settings, tmp_path: Path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    frozen_clock(AFTERWARDS)
    return studied_cohort()


@pytest.fixture
def lead(client: Client, study: Study) -> Client:
    client.force_login(user_with("lead", cohort=study.cohort))
    return client


def page(study: Study, tail: str = "") -> str:
    return f"/console/cohorts/{study.cohort.code}/certificates/{tail}"


def test_page_when_walked_through_then_run_issue_revoke(lead: Client, study: Study) -> None:
    lazy = EnrollmentFactory(cohort=study.cohort, seat=50)
    study.mark(lazy, ["present", "absent", "absent", ""])
    assert (
        "The completion has not been run" in lead.get(page(study), headers=ENGLISH).content.decode()
    )
    assert lead.post(page(study, "run/")).status_code == 302
    text = lead.get(page(study), headers=ENGLISH).content.decode()
    assert "2.0 of 6.0 hours" in text
    assert "attended 1 of 4 compulsory sessions, 25.0% instead of 75%" in text
    assert "Issue 3 certificates" in text
    assert lead.post(page(study, "issue/")).status_code == 302
    certificate = Certificate.objects.get(serial=1)
    assert certificate.number in lead.get(page(study)).content.decode()
    answer = lead.post(page(study, "1/revoke/"), {"kind": "error", "reason": "姓名有误"})
    assert answer.status_code == 302
    certificate.refresh_from_db()
    assert certificate.state == "revoked"
    assert "姓名有误" in lead.get(page(study)).content.decode()


def test_list_when_narrowed_then_only_that_part(lead: Client, study: Study) -> None:
    lazy = EnrollmentFactory(cohort=study.cohort, seat=50, person__name="懒得来")
    run_completion(cohort=study.cohort, by=None)
    passed = lead.get(page(study), {"show": "passed"}).content.decode()
    rest = lead.get(page(study), {"show": "not_passed"}).content.decode()
    assert lazy.person.name not in passed
    assert lazy.person.name in rest
    assert study.enrollments[0].person.name not in rest


def test_page_when_a_roll_was_never_called_then_the_session_is_named(
    lead: Client, study: Study
) -> None:
    training_session(study.leg, 10, "19:00", "20:00", title_en="Evening lecture")
    text = lead.get(page(study), headers=ENGLISH).content.decode()
    assert "The roll of 1 session was never called" in text
    assert "Evening lecture" in text


def test_page_when_compulsory_sessions_are_to_come_then_said_with_their_number(
    lead: Client, study: Study, frozen_clock: Callable[[dt.datetime], dt.datetime]
) -> None:
    said = "compulsory sessions are still to come"
    assert said not in lead.get(page(study), headers=ENGLISH).content.decode()
    frozen_clock(at(10, "08:00"))
    assert f"2 {said}" in lead.get(page(study), headers=ENGLISH).content.decode()


def test_issue_when_nothing_was_run_then_says_why(lead: Client, study: Study) -> None:
    answer = lead.post(page(study, "issue/"), follow=True, headers=ENGLISH)
    assert "Run the completion first" in answer.content.decode()
    assert not Certificate.objects.exists()


def test_revoke_when_no_reason_is_given_then_422(lead: Client, study: Study) -> None:
    run_completion(cohort=study.cohort, by=None)
    issue_due_certificates(cohort=study.cohort, by=None)
    answer = lead.post(page(study, "1/revoke/"), {"kind": "error", "reason": " "})
    assert answer.status_code == 422
    assert Certificate.objects.get(serial=1).state == "issued"


@pytest.mark.parametrize(
    ("role", "reading", "writing"),
    [
        ("administrator", 200, 302),
        ("lead", 200, 302),
        ("leg", 200, 403),
        ("desk", 200, 403),
        ("reader", 200, 403),
        ("coordinator", 403, 403),
        ("nobody", 404, 404),
    ],
)
def test_pages_when_opened_by_role_then_as_the_role_may(
    client: Client, study: Study, role: str, reading: int, writing: int
) -> None:
    run_completion(cohort=study.cohort, by=None)
    certificate = issue_due_certificates(cohort=study.cohort, by=None)[0]
    render_certificate(certificate=certificate)
    extra = {"leg": {"leg": study.leg}, "coordinator": {"city": study.leg.city}}.get(role, {})
    scope = {} if role in {"administrator", "nobody"} else {"cohort": study.cohort, **extra}
    client.force_login(user_with(role, **scope))
    assert client.get(page(study)).status_code == reading
    assert client.get(page(study, "1/document/")).status_code == reading
    assert client.post(page(study, "run/")).status_code == writing
    assert client.post(page(study, "issue/")).status_code == writing
    revoked = client.post(page(study, "1/revoke/"), {"kind": "other", "reason": "x"})
    assert revoked.status_code == writing
    assert CompletionRun.objects.count() == (2 if writing == 302 else 1)


@pytest.mark.parametrize("people", [1, 5])
def test_page_when_there_are_more_people_then_no_more_queries(
    client: Client, study: Study, people: int, django_assert_max_num_queries
) -> None:
    other = studied_cohort(people)
    run_completion(cohort=other.cohort, by=None)
    issue_due_certificates(cohort=other.cohort, by=None)
    client.force_login(user_with("lead", cohort=other.cohort))
    with django_assert_max_num_queries(12):
        assert client.get(page(other)).status_code == 200


def test_page_when_all_are_issued_then_opens_with_the_certificates(
    lead: Client, study: Study
) -> None:
    run_completion(cohort=study.cohort, by=None)
    undecided = lead.get(page(study))
    issue_due_certificates(cohort=study.cohort, by=None)
    decided = lead.get(page(study))
    asked = lead.get(page(study), {"part": "verdicts"})
    parts = [answer.context["part"] for answer in (undecided, decided, asked)]
    assert parts == ["verdicts", "certificates", "verdicts"]
    assert not undecided.context["tabs"]
    code = Certificate.objects.get(serial=1).verify_code
    assert [code in answer.content.decode() for answer in (decided, asked)] == [True, False]
