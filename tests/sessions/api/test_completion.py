"""Attendance and certificates by API."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from participants.actions.certificates import render_certificate
from participants.models import Certificate
from sessions.models import Attendance
from tests.factories import user_with
from tests.factories.studies import AFTERWARDS, Study, studied_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime], settings, tmp_path: Path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    frozen_clock(AFTERWARDS)
    return studied_cohort(marked=False)


def client_of(study: Study, role: str = "lead") -> APIClient:
    client = APIClient()
    scope = {} if role in {"administrator", "nobody"} else {"cohort": study.cohort}
    if role == "coordinator":
        scope["city"] = study.leg.city
    client.force_authenticate(user_with(role, **scope))
    return client


def url(study: Study, tail: str) -> str:
    return f"/api/v1/cohorts/{study.cohort.code}/{tail}"


def entry(study: Study, session: int, person: int, state: str = "present") -> dict[str, object]:
    return {
        "session": study.sessions[session].pk,
        "enrollment": study.enrollments[person].pk,
        "state": state,
        "client_uuid": str(uuid.uuid4()),
        "marked_at": "2026-06-08T09:01:00+08:00",
    }


def test_attendance_when_a_batch_is_posted_twice_then_the_same_answer(study: Study) -> None:
    client = client_of(study, "desk")
    batch = [entry(study, 0, 0), entry(study, 0, 1, "late")]
    first = client.post(url(study, "attendance/"), batch, format="json")
    again = client.post(url(study, "attendance/"), batch, format="json")
    assert first.status_code == again.status_code == 200
    assert (first.json()["changed"], again.json()["changed"]) == (2, 0)
    assert first.json()["results"] == again.json()["results"]
    mark = first.json()["results"][0]
    assert mark == {
        "id": mark["id"],
        "session": batch[0]["session"],
        "enrollment": batch[0]["enrollment"],
        "state": "present",
        "method": "api",
        "client_uuid": batch[0]["client_uuid"],
        "marked_at": "2026-06-08T09:01:00+08:00",
        "received_at": "2026-06-14T09:00:00+08:00",
    }


def test_attendance_when_listed_then_paged_and_filtered(study: Study) -> None:
    client = client_of(study, "reader")
    for enrollment in study.enrollments:
        study.mark(enrollment, ["present", "", "", "absent"])
    session = study.sessions[3].pk
    page = client.get(url(study, "attendance/"), {"session": session, "limit": 2}).json()
    assert [row["session"] for row in page["results"]] == [session] * 2
    rest = client.get(page["next"]).json()
    assert len(rest["results"]) == 1
    assert rest["next"] is None


def test_attendance_when_a_mark_is_foreign_then_refused_by_index(study: Study) -> None:
    other = studied_cohort(1, marked=False)
    foreign = {**entry(study, 0, 0), "enrollment": other.enrollments[0].pk}
    batch = [entry(study, 0, 0), foreign]
    answer = client_of(study).post(url(study, "attendance/"), batch, format="json").json()
    assert answer["accepted"] == 1
    assert answer["refused"] == [{"index": 1, "code": "enrollment_unknown"}]
    refused = client_of(study).post(url(study, "attendance/"), [foreign], format="json")
    assert refused.status_code == 422
    assert refused.json()["code"] == "marks_refused"
    assert refused.json()["refused"] == [{"index": 0, "code": "enrollment_unknown"}]


@pytest.mark.parametrize(
    "broken", [{"state": "asleep"}, {"session": 2**70}, {"client_uuid": "x"}, {"marked_at": "?"}]
)
def test_attendance_when_malformed_then_400_with_the_index(
    study: Study, broken: dict[str, object]
) -> None:
    batch = [entry(study, 0, 0), {**entry(study, 0, 1), **broken}]
    answer = client_of(study).post(url(study, "attendance/"), batch, format="json")
    assert answer.status_code == 400
    assert {name.partition(".")[0] for name in answer.json()["errors"]} == {"1"}
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("body", [{}, "x", [1], None])
def test_attendance_when_no_batch_at_all_then_400(study: Study, body: object) -> None:
    answer = client_of(study).post(url(study, "attendance/"), body, format="json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("role", "attendance", "marking", "certificates", "issuing"),
    [
        ("administrator", 200, 200, 200, 422),
        ("lead", 200, 200, 200, 422),
        ("desk", 200, 200, 200, 403),
        ("reader", 200, 403, 200, 403),
        ("coordinator", 403, 403, 403, 403),
        ("nobody", 404, 404, 404, 404),
    ],
)
def test_routes_when_called_by_role_then_as_the_role_may(
    study: Study, role: str, attendance: int, marking: int, certificates: int, issuing: int
) -> None:
    client = client_of(study, role)
    assert client.get(url(study, "attendance/")).status_code == attendance
    batch = [entry(study, 0, 0)]
    assert client.post(url(study, "attendance/"), batch, format="json").status_code == marking
    assert client.get(url(study, "certificates/")).status_code == certificates
    assert client.post(url(study, "certificates/")).status_code == issuing


def test_certificates_when_issued_listed_fetched_revoked_then_in_the_promised_shape(
    study: Study,
) -> None:
    for enrollment in study.enrollments:
        study.mark(enrollment, ["present"] * 4)
    client = client_of(study)
    issued = client.post(url(study, "certificates/"))
    assert issued.status_code == 201
    assert [row["file"] for row in issued.json()["results"]] == [None] * 3
    certificate = render_certificate(certificate=Certificate.objects.get(serial=1))
    row = client.get(url(study, "certificates/")).json()["results"][0]
    tail = f"certificates/{quote(certificate.number)}/"
    assert row == {
        "number": certificate.number,
        "enrollment": certificate.enrollment_id,
        "name": certificate.name,
        "state": "issued",
        "issued_on": "2026-06-14",
        "sha256": certificate.sha256,
        "file": f"http://testserver{url(study, tail)}file/",
        "verify_code": certificate.verify_code,
        "verify_url": f"http://testserver/verify/{certificate.verify_code}/",
    }
    assert client.get(row["file"]).content.startswith(b"%PDF")
    revoked = client.post(url(study, f"{tail}revoke/"), {"reason": "姓名有误"}, format="json")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    twice = client.post(url(study, f"{tail}revoke/"), {"reason": "again"}, format="json")
    assert twice.status_code == 409
    assert twice.json()["code"] == "certificate_not_in_force"


def test_issue_when_nobody_passed_then_422(study: Study) -> None:
    answer = client_of(study).post(url(study, "certificates/"))
    assert answer.status_code == 422
    assert answer.json()["code"] == "nothing_to_issue"
