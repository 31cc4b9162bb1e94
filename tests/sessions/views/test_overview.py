"""The overview of a cohort: its figures by role, and its moves between states."""

import datetime as dt

import pytest

from cohorts.models import Cohort
from g60portal.common.clock import SHANGHAI
from g60portal.notices.models import Notice
from participants.models import Certificate
from sessions.models import Release
from tests.factories import (
    CohortFactory,
    EnrollmentFactory,
    QuotaFactory,
    at,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


def path(cohort: Cohort) -> str:
    return f"/console/cohorts/{cohort.code}/"


@pytest.fixture
def cohort():
    """Two cities with people, one of them over its quota, and something of everything else."""
    cohort, songjiang, _hefei = two_leg_cohort()
    QuotaFactory(cohort=cohort, city=city("songjiang"), seats=5, reserve=1)
    QuotaFactory(cohort=cohort, city=city("jiaxing"), seats=1)
    first = EnrollmentFactory(cohort=cohort, city=city("songjiang"))
    EnrollmentFactory(cohort=cohort, city=city("jiaxing"))
    EnrollmentFactory(cohort=cohort, city=city("jiaxing"))
    EnrollmentFactory(cohort=cohort, city=city("jiaxing"), state="withdrawn")
    training_session(songjiang, 8, "09:00", "10:30")
    training_session(songjiang, 8, "14:00", "15:30", state="cancelled")
    Release.objects.create(cohort=cohort, number=1)
    for state in ("sent", "failed", "needs_person"):
        Notice.objects.create(
            kind="x",
            dedupe_key=state,
            scope=cohort.code,
            recipient="x",
            address="x@example.org",
            language="en",
            subject="x",
            state=state,
        )
    Certificate.objects.create(
        cohort=cohort,
        enrollment=first,
        serial=1,
        number="1",
        name="王明",
        hours=40,
        issued_on="2026-06-13",
        verify_code="A",
    )
    return cohort


def test_overview_when_opened_then_the_figures(client, cohort):
    client.force_login(user_with("lead", cohort=cohort))
    overview = client.get(path(cohort)).context["overview"]
    rows = [
        (row.city.code, row.people, row.seats, row.open_seats, row.over_by)
        for row in overview.cities
    ]
    assert rows == [("songjiang", 1, 5, 4, 0), ("jiaxing", 2, 1, 0, 1)]
    assert (overview.people, overview.sessions, overview.unplaced) == (3, 1, 0)
    assert (overview.releases, overview.notices_waiting, overview.certificates) == (1, 2, 1)


def test_overview_when_opened_by_a_coordinator_then_only_its_city(client, cohort):
    client.force_login(user_with("coordinator", city=city("jiaxing")))
    context = client.get(path(cohort)).context
    assert [row.city.code for row in context["overview"].cities] == ["jiaxing"]
    assert (context["stats"][0]["value"], context["stats"][0]["of"]) == (2, 1)
    assert len(context["stats"]) == 4
    assert context["overview"].moves == ()
    assert "settings" not in [room.key for room in context["rooms"]]


@pytest.mark.parametrize(
    ("day", "states"), [(7, ["next", "next"]), (9, ["now", "next"]), (12, ["past", "now"])]
)
def test_overview_when_days_pass_then_the_line_follows(client, cohort, frozen_clock, day, states):
    frozen_clock(dt.datetime(2026, 6, day, 10, tzinfo=SHANGHAI))
    client.force_login(user_with("reader", cohort=cohort))
    legs = client.get(path(cohort)).context["overview"].line.legs
    assert [leg["state"] for leg in legs] == states


def test_overview_when_something_is_missing_then_each_step_has_its_page(client):
    cohort = CohortFactory()
    client.force_login(user_with("lead", cohort=cohort))
    context = client.get(path(cohort)).context
    assert context["ahead"].target == "approved"
    assert [step.url for step in context["next_steps"]] == [
        f"/console/cohorts/{cohort.code}/settings/legs/",
        f"/console/cohorts/{cohort.code}/settings/quotas/",
    ]


def test_overview_when_compulsory_sessions_are_to_come_then_says_how_many(
    client, cohort, frozen_clock
):
    Cohort.objects.filter(pk=cohort.pk).update(state="running")
    frozen_clock(at(8, "08:00"))
    client.force_login(user_with("lead", cohort=cohort))
    answer = client.get(path(cohort), headers={"accept-language": "en"})
    assert [(step.text, step.url) for step in answer.context["next_steps"]] == [
        ("1 compulsory session is still to come.", f"{path(cohort)}timetable/")
    ]


def test_move_when_ready_then_moved(client, cohort):
    client.force_login(user_with("lead", cohort=cohort))
    answer = client.post(f"{path(cohort)}move/", {"state": "approved"})
    assert (answer.status_code, answer["Location"]) == (302, path(cohort))
    assert Cohort.objects.get().state == "approved"


def test_move_when_refused_then_said_on_the_overview(client):
    cohort = CohortFactory()
    client.force_login(user_with("lead", cohort=cohort))
    answer = client.post(f"{path(cohort)}move/", {"state": "approved"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["state"]
    assert Cohort.objects.get().state == "draft"


def test_move_when_cancelled_without_a_reason_then_refused(client, cohort):
    client.force_login(user_with("lead", cohort=cohort))
    answer = client.post(f"{path(cohort)}move/", {"state": "cancelled"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])


def test_overview_when_more_rows_then_the_same_queries(client, cohort, django_assert_num_queries):
    client.force_login(user_with("lead", cohort=cohort))
    client.get(path(cohort))
    with django_assert_num_queries(25):
        client.get(path(cohort))
    for code in ("hefei", "wuhu", "suzhou"):
        QuotaFactory(cohort=cohort, city=city(code))
        EnrollmentFactory(cohort=cohort, city=city(code))
    with django_assert_num_queries(25):
        client.get(path(cohort))


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("administrator", 200, 422),
        ("lead", 200, 422),
        ("leg", 200, 403),
        ("desk", 200, 403),
        ("reader", 200, 403),
        ("coordinator", 200, 403),
        ("nobody", 404, 404),
    ],
)
def test_overview_when_asked_by_role_then_as_designed(client, role, read, write):
    cohort, songjiang, _hefei = two_leg_cohort()
    scope = {
        "leg": {"cohort": cohort, "leg": songjiang},
        "coordinator": {"cohort": cohort, "city": city("jiaxing")},
        "nobody": {},
    }
    client.force_login(user_with(role, **scope.get(role, {"cohort": cohort})))
    assert client.get(path(cohort)).status_code == read
    assert client.post(f"{path(cohort)}move/", {"state": "approved"}).status_code == write


def test_overview_when_anonymous_then_sent_to_sign_in(client):
    answer = client.get(path(CohortFactory()))
    assert answer["Location"].startswith("/accounts/login/")
