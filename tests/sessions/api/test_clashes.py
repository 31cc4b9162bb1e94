"""`cohorts/{code}/clashes/` and `advice/` by API: shapes, states, accepting, who may."""

import pytest

from cohorts.choices import Role
from cohorts.models import Theme
from sessions.models import ClashAcceptance, TrainingSession
from tests.factories import (
    CohortFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


class Late:
    """One lecture too late in each leg."""

    def __init__(self) -> None:
        self.cohort, self.songjiang, self.hefei = two_leg_cohort(required_hours=40)
        self.first = training_session(self.songjiang, 8, "18:30", "19:10", venue=VenueFactory())
        self.second = training_session(
            self.hefei, 12, "18:30", "19:20", speakers=[SpeakerFactory()]
        )
        self.url = f"/api/v1/cohorts/{self.cohort.code}/clashes/"

    def lead(self):
        return user_with(Role.LEAD, cohort=self.cohort)


@pytest.fixture
def late() -> Late:
    return Late()


def results(client, late, query=""):
    answer = client.get(late.url + query)
    assert answer.status_code == 200
    return answer.json()["results"]


def accept(client, late, key, reason="Only this once"):
    return client.post(late.url + "accept/", {"key": key, "reason": reason}, format="json")


def test_clash_when_listed_then_its_shape(late, api_as):
    found = results(api_as(late.lead()), late)
    assert found[0] == {
        "key": found[0]["key"],
        "code": "evening",
        "severity": "soft",
        "sessions": [late.first.pk],
        "message": "Ends at 19:10, after 19:00.",
        "facts": {"day": "2026-06-08", "end": "19:10", "limit": "19:00"},
        "accepted": False,
        "reason": "",
        "reopened": False,
    }
    assert len({clash["key"] for clash in found}) == len(found) == 2


def test_clash_when_accepted_then_not_open_and_marked_on_its_session(late, api_as):
    client = api_as(late.lead())
    first, second = results(client, late)
    answer = accept(client, late, first["key"])
    assert answer.status_code == 200
    accepted = {**first, "accepted": True, "reason": "Only this once"}
    assert answer.json() == accepted
    assert results(client, late) == [second]
    assert results(client, late, "?state=open") == [second]
    assert results(client, late, "?state=accepted") == [accepted]
    assert results(client, late, "?state=all") == [accepted, second]
    session = client.get(f"/api/v1/sessions/{late.first.pk}/").json()
    assert session["clashes"] == [accepted]


def test_clash_when_its_facts_change_then_open_with_the_old_reason(late, api_as):
    client = api_as(late.lead())
    key = results(client, late)[0]["key"]
    accept(client, late, key)
    late.first.ends_at = at(8, "19:15")
    late.first.save()
    found = results(client, late)[0]
    assert found["key"] == key
    assert (found["accepted"], found["reopened"]) == (False, True)
    assert found["reason"] == "Only this once"


def test_patch_when_it_changes_an_accepted_clash_then_answers_it_as_open(late, api_as):
    client = api_as(late.lead())
    accept(client, late, results(client, late)[0]["key"])
    change = {"version": 1, "ends_at": "2026-06-08T19:30:00+08:00"}
    body = client.patch(f"/api/v1/sessions/{late.first.pk}/", change, format="json").json()
    assert [(c["accepted"], c["reopened"]) for c in body["clashes"] if c["code"] == "evening"] == [
        (False, True)
    ]


def test_clash_when_reopened_then_open_and_a_second_time_404(late, api_as):
    client = api_as(late.lead())
    key = results(client, late)[0]["key"]
    accept(client, late, key)
    url = f"{late.url}accept/{key}/"
    assert client.delete(url).status_code == 204
    assert len(results(client, late)) == 2
    again = client.delete(url)
    assert (again.status_code, again.json()["code"]) == (404, "clash_not_accepted")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"key": "{key}", "reason": ""}, 400, "malformed"),
        ({"key": "{key}", "reason": "x" * 301}, 400, "malformed"),
        ({"key": "{key}"}, 400, "malformed"),
        ({"reason": "r"}, 400, "malformed"),
        ({"key": "f" * 32, "reason": "r"}, 404, "clash_unknown"),
    ],
)
def test_accept_when_it_cannot_be_then_a_problem(late, api_as, body, status, code):
    client = api_as(late.lead())
    key = results(client, late)[0]["key"]
    sent = {name: text.replace("{key}", key) for name, text in body.items()}
    answer = client.post(late.url + "accept/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ClashAcceptance.objects.exists()


def test_accept_when_accepted_already_then_409_with_the_reason(late, api_as):
    client = api_as(late.lead())
    key = results(client, late)[0]["key"]
    accept(client, late, key)
    again = accept(client, late, key, "Again")
    assert (again.status_code, again.json()["code"]) == (409, "clash_already_accepted")
    assert again.json()["reason"] == "Only this once"


def test_filters_when_given_then_only_those_and_unknown_words_are_400(late, api_as):
    client = api_as(late.lead())
    assert [c["sessions"] for c in results(client, late, f"?leg={late.hefei.pk}")] == [
        [late.second.pk]
    ]
    assert results(client, late, "?severity=hard") == []
    assert len(results(client, late, "?code=evening&severity=soft")) == 2
    for query in ("?state=maybe", "?code=x", "?leg=x"):
        assert client.get(late.url + query).status_code == 400


def test_leg_organizer_when_the_clash_is_of_another_leg_then_403(late, api_as):
    host = api_as(user_with(Role.LEG, cohort=late.cohort, leg=late.hefei))
    first, second = results(host, late)
    assert accept(host, late, first["key"]).status_code == 403
    assert accept(host, late, second["key"]).status_code == 200
    accept(api_as(late.lead()), late, first["key"])
    assert host.delete(f"{late.url}accept/{first['key']}/").status_code == 403
    assert host.delete(f"{late.url}accept/{second['key']}/").status_code == 204


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (lambda cohort: user_with(Role.READER, cohort=cohort), 403),
        (lambda cohort: user_with(Role.DESK, cohort=cohort), 403),
        (lambda cohort: user_with(Role.LEAD, cohort=CohortFactory()), 404),
        (lambda cohort: UserFactory(), 404),
    ],
)
def test_accept_when_the_role_does_not_reach_then_refused(late, api_as, user, status):
    key = results(api_as(late.lead()), late)[0]["key"]
    client = api_as(user(late.cohort))
    assert accept(client, late, key).status_code == status
    assert client.delete(f"{late.url}accept/{key}/").status_code == status


# --- Advice -----------------------------------------------------------------------------------


def test_advice_when_asked_for_then_words_and_figures(late, api_as):
    body = api_as(late.lead()).get(f"/api/v1/cohorts/{late.cohort.code}/advice/").json()
    assert (body["next"], body["previous"]) == (None, None)
    by_code = {row["code"]: row for row in body["results"]}
    assert by_code["hours_unreachable"] == {
        "code": "hours_unreachable",
        "message": "everyone: the timetable offers 4 hours, 40 are required.",
        "facts": {
            "group": None,
            "offered_hours": 4.0,
            "compulsory_hours": 4.0,
            "required_hours": 40.0,
        },
        "sessions": [],
    }
    days = [row["facts"]["day"] for row in body["results"] if row["code"] == "day_empty"]
    assert days == ["2026-06-09", "2026-06-10", "2026-06-11", "2026-06-13"]
    assert by_code["day_empty"]["message"] == "13 June holds no programme for everyone."


def test_advice_when_every_kind_is_due_then_each_has_its_sentence(late, api_as):
    theme = Theme.objects.get(code="industry")
    TrainingSession.objects.filter(pk=late.first.pk).update(theme=theme)
    TrainingSession.objects.filter(pk=late.second.pk).update(
        starts_at=at(12, "18:00").replace(year=2050), ends_at=at(12, "19:00").replace(year=2050)
    )
    training_session(late.songjiang, 9, "09:00", "10:00", kind="ceremony", title="开班仪式")
    training_session(late.songjiang, 10, "09:00", "10:00", kind="ceremony", title="签约")
    TrainingSession.objects.create(
        cohort=late.cohort, leg=late.hefei, kind="lecture", title="讲座", hours=2
    )
    body = api_as(late.lead()).get(f"/api/v1/cohorts/{late.cohort.code}/advice/").json()
    texts = {row["code"]: row["message"] for row in body["results"]}
    assert {
        "theme_missing",
        "theme_unset",
        "unplaced",
        "ceremony_untold",
        "holidays_unknown",
    } <= set(texts)
    assert all("%(" not in text for text in texts.values())
    assert texts["unplaced"] == "1 session has no time yet (1 compulsory, 2 hours)."


@pytest.mark.parametrize("rows", [1, 3])
def test_clashes_and_advice_when_more_rows_then_the_same_queries(
    late, api_as, rows, django_assert_num_queries
):
    client = api_as(late.lead())
    for number in range(rows):
        training_session(late.hefei, 12, f"2{number}:00", f"2{number}:30")
    with django_assert_num_queries(5):
        client.get(late.url)
    with django_assert_num_queries(7):
        client.get(f"/api/v1/cohorts/{late.cohort.code}/advice/")
