"""The public home and the list of cohorts."""

import datetime as dt

import pytest

from cohorts.models import CohortRole
from g60portal.common.clock import SHANGHAI
from tests.factories import (
    CohortFactory,
    EnrollmentFactory,
    UserFactory,
    city,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 6, 9, 10, tzinfo=SHANGHAI)


@pytest.fixture
def today(frozen_clock):
    return frozen_clock(TODAY).date()


def test_home_when_nothing_is_announced_then_the_line_alone(client, today):
    two_leg_cohort(state="draft")
    two_leg_cohort(state="cancelled")
    two_leg_cohort(state="postponed")
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.context["cohort"] is None
    assert answer.context["line"].legs == ()


def test_home_when_a_cohort_runs_then_its_legs_are_lit(client, today):
    running, _songjiang, _hefei = two_leg_cohort(state="running")
    CohortFactory(state="announced", starts_on=dt.date(2026, 7, 1), ends_on=dt.date(2026, 7, 5))
    CohortFactory(state="completed", starts_on=dt.date(2026, 5, 1), ends_on=dt.date(2026, 5, 5))
    context = client.get("/").context
    assert context["cohort"] == running
    legs = [(leg["city"], leg["state"]) for leg in context["line"].legs]
    assert legs == [("songjiang", "now"), ("hefei", "next")]


@pytest.mark.parametrize(
    ("starts", "expected"), [([(7, 1), (5, 1)], (7, 1)), ([(4, 1), (5, 1)], (5, 1))]
)
def test_home_when_none_runs_then_the_next_else_the_last(client, today, starts, expected):
    for month, day in starts:
        first = dt.date(2026, month, day)
        CohortFactory(state="announced", starts_on=first, ends_on=first + dt.timedelta(days=4))
    assert client.get("/").context["cohort"].starts_on == dt.date(2026, *expected)


@pytest.mark.parametrize(
    ("role", "console"), [("lead", True), ("administrator", True), ("nobody", False)]
)
def test_home_when_signed_in_then_the_way_to_the_console(client, role, console):
    client.force_login(user_with(role))
    assert ('href="/console/"' in client.get("/").text) is console


def test_home_when_a_participant_signs_in_then_the_way_to_my_pages(client):
    user = UserFactory()
    EnrollmentFactory(person__user=user)
    client.force_login(user)
    text = client.get("/").text
    assert 'href="/my/"' in text
    assert 'href="/console/"' not in text


def test_home_when_anonymous_then_only_the_way_in(client):
    text = client.get("/").text
    assert "/accounts/login/" in text
    assert 'href="/my/"' not in text
    assert 'href="/console/"' not in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_home_when_read_in_a_language_then_marked_so(client, language):
    text = client.get("/", headers={"accept-language": language}).text
    assert f'<html lang="{ {"zh-hans": "zh-Hans", "en": "en"}[language] }">' in text


@pytest.mark.parametrize(
    ("role", "enrolled", "place"),
    [
        ("lead", False, "/console/"),
        ("administrator", False, "/console/"),
        ("reader", True, "/console/"),
        ("nobody", True, "/my/"),
        ("nobody", False, "/"),
    ],
)
def test_sign_in_when_it_was_not_asked_for_by_a_page_then_own_place(client, role, enrolled, place):
    user = user_with(role, **({"cohort": CohortFactory()} if role == "reader" else {}))
    if enrolled:
        EnrollmentFactory(person__user=user)
    body = {"login": user.email, "password": "correct horse battery"}
    answer = client.post("/accounts/login/", body, follow=True)
    assert answer.redirect_chain[-1] == (place, 302)
    assert answer.status_code == 200


def test_sign_in_when_a_page_asked_for_it_then_back_to_that_page(client):
    body = {
        "login": user_with("lead").email,
        "password": "correct horse battery",
        "next": "/console/venues/",
    }
    assert client.post("/accounts/login/", body)["Location"] == "/console/venues/"


def test_own_place_when_anonymous_then_sent_to_sign_in(client):
    assert client.get("/start/")["Location"].startswith("/accounts/login/")


def test_console_when_opened_then_mine_with_the_people_i_may_see(client, today):
    mine, _songjiang, _hefei = two_leg_cohort()
    for code in ("songjiang", "jiaxing", "jiaxing"):
        EnrollmentFactory(cohort=mine, city=city(code))
    EnrollmentFactory(cohort=mine, city=city("jiaxing"), state="withdrawn")
    CohortFactory()
    user = user_with("coordinator", cohort=mine, city=city("jiaxing"))
    client.force_login(user)
    (line,) = client.get("/console/").context["lines"]
    assert (line.cohort, line.people, line.running_days) == (mine, 2, True)
    assert [leg.city.code for leg in line.legs] == ["songjiang", "hefei"]
    CohortRole.objects.create(user=user, role="reader", cohort=mine)
    (line,) = client.get("/console/").context["lines"]
    assert line.people == 3


def test_console_when_there_is_no_cohort_then_says_what_to_do(client):
    client.force_login(user_with("lead"))
    assert 'href="/console/cohorts/new/"' in client.get("/console/").text


def test_console_when_a_reader_opens_it_then_no_new_cohort(client):
    client.force_login(user_with("reader", cohort=CohortFactory()))
    assert "/console/cohorts/new/" not in client.get("/console/").text


@pytest.mark.parametrize("count", [1, 3])
def test_console_when_listed_then_the_same_queries(client, count, django_assert_num_queries):
    user = UserFactory()
    for _each in range(count):
        cohort, _songjiang, _hefei = two_leg_cohort()
        EnrollmentFactory(cohort=cohort)
        CohortRole.objects.create(user=user, role="lead", cohort=cohort)
    client.force_login(user)
    client.get("/console/")
    with django_assert_num_queries(8):
        assert len(client.get("/console/").context["lines"]) == count


@pytest.mark.parametrize(("role", "status"), [("nobody", 403), ("administrator", 200)])
def test_console_when_asked_by_role_then_as_designed(client, role, status):
    client.force_login(user_with(role))
    assert client.get("/console/").status_code == status


def test_console_when_anonymous_then_sent_to_sign_in(client):
    assert client.get("/console/")["Location"].startswith("/accounts/login/")
