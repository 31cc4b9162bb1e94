"""The clash page: what is open by leg and day, accepting it, opening it again, advice."""

import pytest
from django.urls import reverse

from cohorts.choices import Role
from sessions.models import ClashAcceptance, TrainingSession, VenueTravel
from sessions.queries.clashes import clashes_of
from tests.factories import (
    CohortFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


class Squeezed:
    """In Songjiang a journey that is too short, in Hefei an evening lecture; one in the tray."""

    def __init__(self) -> None:
        self.cohort, self.songjiang, self.hefei = two_leg_cohort(required_hours=40)
        hall, site = VenueFactory(), VenueFactory(capacity=None)
        VenueTravel.objects.create(origin=hall, destination=site, minutes=40)
        self.first = training_session(self.songjiang, 8, "09:00", "10:00", venue=hall)
        self.second = training_session(
            self.songjiang, 8, "10:30", "11:00", venue=site, title_en="Visit <b>"
        )
        self.late = training_session(self.hefei, 12, "18:30", "19:10", speakers=[SpeakerFactory()])
        self.url = reverse("clash-list", args=[self.cohort.code])
        self.accept_url = reverse("clash-accept", args=[self.cohort.code])
        self.reopen_url = reverse("clash-reopen", args=[self.cohort.code])

    def key(self, code: str) -> str:
        return next(clash.key for clash in clashes_of(self.cohort) if clash.code == code)


@pytest.fixture
def squeezed() -> Squeezed:
    return Squeezed()


@pytest.fixture
def as_role(client, squeezed):
    def sign_in(role, **facts):
        client.force_login(user_with(role, cohort=squeezed.cohort, **facts))
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def codes(page) -> dict[str, list[str]]:
    """The open clashes by the city of their leg."""
    return {
        row.leg.city.code: [line.clash.code for day in row.days for line in day.lines]
        for row in page.context["list"].legs
    }


def test_page_when_opened_then_by_leg_and_day_with_figures_and_links(as_role, squeezed):
    page = as_role(Role.LEAD).get(squeezed.url)
    assert page.status_code == 200
    assert codes(page) == {"songjiang": ["travel"], "hefei": ["evening"]}
    text = page.content.decode()
    assert "needs 40 min, has 30" in text
    assert "Ends at 19:10, after 19:00." in text
    for row in (squeezed.first, squeezed.second, squeezed.late):
        assert f'href="{reverse("session-edit", args=[row.pk])}"' in text
    assert "Visit <b>" not in text
    assert "Visit &lt;b&gt;" in text


def test_page_when_there_is_advice_then_shown(as_role, squeezed):
    text = as_role(Role.READER).get(squeezed.url).content.decode()
    assert "everyone: the timetable offers 6 hours, 40 are required." in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code=travel", {"songjiang": ["travel"]}),
        ("severity=hard", {}),
        ("severity=soft&code=evening", {"hefei": ["evening"]}),
        ("code=nothing&severity=x&leg=y", {"songjiang": ["travel"], "hefei": ["evening"]}),
        ("leg={hefei}", {"hefei": ["evening"]}),
        ("leg={hefei}&code=travel", {}),
    ],
)
def test_page_when_filtered_then_only_those(as_role, squeezed, query, found):
    page = as_role(Role.LEAD).get(f"{squeezed.url}?{query.format(hefei=squeezed.hefei.pk)}")
    assert codes(page) == found


def test_filters_when_one_is_chosen_then_the_others_keep_it(as_role, squeezed):
    page = as_role(Role.LEAD).get(f"{squeezed.url}?code=travel")
    urls = [word.url for word in page.context["leg_filters"]]
    assert urls == [
        "?code=travel",
        f"?code=travel&leg={squeezed.songjiang.pk}",
        f"?code=travel&leg={squeezed.hefei.pk}",
    ]
    assert [word.count for word in page.context["leg_filters"]] == [None, 1, 1]
    assert page.context["code_filters"][0].url == "?"


def test_accept_when_given_a_reason_then_folded_with_who_and_why(as_role, squeezed):
    client = as_role(Role.LEAD)
    answer = client.post(
        f"{squeezed.accept_url}?code=travel",
        {"key": squeezed.key("travel"), "reason": "The bus waits"},
    )
    assert (answer.status_code, answer.url) == (302, f"{squeezed.url}?code=travel")
    page = client.get(squeezed.url)
    assert codes(page) == {"hefei": ["evening"]}
    (line,) = page.context["list"].accepted
    assert line.acceptance.by == ClashAcceptance.objects.get().by
    text = page.content.decode()
    assert "The bus waits" in text
    assert str(line.acceptance.by) in text
    assert "1 accepted clash" in text
    assert page.context["list"].open_count == 1


def test_accept_when_its_facts_change_then_open_with_the_old_reason(as_role, squeezed):
    client = as_role(Role.LEAD)
    client.post(squeezed.accept_url, {"key": squeezed.key("travel"), "reason": "The bus waits"})
    TrainingSession.objects.filter(pk=squeezed.second.pk).update(starts_at=at(8, "10:35"))
    text = client.get(squeezed.url).content.decode()
    assert "Accepted before (“The bus waits”), but the facts have changed since." in text


@pytest.mark.parametrize("reason", ["", "x" * 301])
def test_accept_when_the_reason_is_wrong_then_422_at_its_clash_with_what_was_written(
    as_role, squeezed, reason
):
    key = squeezed.key("travel")
    answer = as_role(Role.LEAD).post(squeezed.accept_url, {"key": key, "reason": reason})
    assert answer.status_code == 422
    assert answer.context["wrong"].key == key
    text = answer.content.decode()
    assert f'id="reason-{key}-error"' in text
    assert f'value="{reason}" aria-invalid="true"' in text
    assert not ClashAcceptance.objects.exists()


def test_accept_when_the_clash_is_gone_then_said_on_the_page(as_role, squeezed):
    client = as_role(Role.LEAD)
    answer = client.post(squeezed.accept_url, {"key": "0" * 32, "reason": "r"}, follow=True)
    assert "no such clash any more" in answer.content.decode()


def test_reopen_when_accepted_then_open_again(as_role, squeezed):
    client = as_role(Role.LEAD)
    key = squeezed.key("travel")
    client.post(squeezed.accept_url, {"key": key, "reason": "r"})
    assert client.post(squeezed.reopen_url, {"key": key}).status_code == 302
    assert codes(client.get(squeezed.url))["songjiang"] == ["travel"]
    again = client.post(squeezed.reopen_url, {"key": key}, follow=True)
    assert "Nobody has accepted this clash" in again.content.decode()


def test_leg_organizer_when_the_clash_is_of_its_leg_then_may_accept_and_else_not(as_role, squeezed):
    client = as_role(Role.LEG, leg=squeezed.hefei)
    page = client.get(squeezed.url)
    may = {
        line.clash.code: line.may_accept
        for row in page.context["list"].legs
        for day in row.days
        for line in day.lines
    }
    assert may == {"travel": False, "evening": True}
    foreign = {"key": squeezed.key("travel"), "reason": "r"}
    assert client.post(squeezed.accept_url, foreign).status_code == 403
    own = {"key": squeezed.key("evening"), "reason": "r"}
    assert client.post(squeezed.accept_url, own).status_code == 302
    assert ClashAcceptance.objects.get().code == "evening"


@pytest.mark.parametrize("role", [Role.READER, Role.DESK])
def test_reader_when_on_the_page_then_reads_only(as_role, squeezed, role):
    client = as_role(role)
    page = client.get(squeezed.url)
    text = page.content.decode()
    assert (page.status_code, 'name="reason"' in text, 'name="key"' in text) == (200, False, False)
    entries = {"key": squeezed.key("travel"), "reason": "r"}
    for url in (squeezed.accept_url, squeezed.reopen_url):
        assert client.post(url, entries).status_code == 403


def test_stranger_when_asking_then_the_cohort_does_not_exist(client, squeezed):
    client.force_login(user_with(Role.LEAD, cohort=CohortFactory()))
    entries = {"key": squeezed.key("travel"), "reason": "r"}
    assert client.get(squeezed.url).status_code == 404
    for url in (squeezed.accept_url, squeezed.reopen_url):
        assert client.post(url, entries).status_code == 404
    assert client.get(squeezed.accept_url).status_code in (404, 405)


def test_page_when_nothing_clashes_then_says_so(as_role, squeezed):
    TrainingSession.objects.all().update(state="cancelled")
    text = as_role(Role.LEAD).get(squeezed.url).content.decode()
    assert "Nothing is in the way of anything" in text


@pytest.mark.parametrize("rows", [1, 3])
def test_page_when_more_clashes_and_acceptances_then_the_same_queries(
    as_role, squeezed, rows, django_assert_num_queries
):
    client = as_role(Role.LEAD)
    for number in range(rows):
        training_session(squeezed.hefei, 12, f"2{number}:00", f"2{number}:30")
        training_session(squeezed.hefei, 13, f"2{number}:00", f"2{number}:30")
    for clash in clashes_of(squeezed.cohort):
        if squeezed.late.pk not in clash.sessions:
            continue
        client.post(squeezed.accept_url, {"key": clash.key, "reason": "r"})
    client.get(squeezed.url)
    with django_assert_num_queries(16):
        client.get(squeezed.url)
