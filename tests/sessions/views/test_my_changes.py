"""The participants' log of releases: what each changed for the own group, released facts only."""

import pytest
from django.test import Client
from django.urls import reverse

from sessions.actions.releases import publish_release
from sessions.models import TrainingSession
from tests.factories import UserFactory
from tests.factories.timetables import messages_arrive
from tests.sessions.participant import Participant, a_participant, a_timetable

pytestmark = pytest.mark.django_db


@pytest.fixture
def participant() -> Participant:
    made = a_participant()
    a_timetable(made)
    return made


def client_of(made: Participant, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(made.user)
    return client


def release(made: Participant, name: str = "", comment: str = "") -> None:
    publish_release(cohort=made.cohort, name=name, comment=comment, by=None)
    messages_arrive()


def change(known_as: str, **facts: object) -> None:
    TrainingSession.objects.filter(title=known_as).update(**facts)


def entries(made: Participant, **query: object) -> list[tuple[int, set[str]]]:
    """The number of each release shown, and the titles of what changed."""
    log = client_of(made).get(reverse("my-changes"), query).context["log"]
    return [(entry.number, {line.title for line in entry.lines}) for entry in log.entries]


def test_changes_when_released_thrice_then_each_with_what_concerns_the_own_group(participant):
    release(participant, name="首版", comment="请查收")
    change("海尔现场教学", compulsory=False, title_en="Haier again")
    change("别组的参观", compulsory=False, title_en="Others again")
    release(participant, name="第二版")
    change("别组的参观", compulsory=True, title_en="Others once more")
    release(participant)
    change("区域规划", title="草稿题目", title_en="Draft title")
    assert entries(participant) == [(3, set()), (2, {"Haier again"}), (1, set())]
    text = client_of(participant).get(reverse("my-changes")).content.decode()
    for words in (
        "Release 1",
        "首版",
        "请查收",
        "The first timetable.",
        "Nothing changed for you.",
    ):
        assert words in text
    assert "Others" not in text
    assert "Draft title" not in text


def test_changes_when_read_in_chinese_then_the_chinese_title(participant):
    release(participant)
    change("海尔现场教学", compulsory=False)
    release(participant)
    text = client_of(participant, "zh-hans").get(reverse("my-changes")).content.decode()
    assert "海尔现场教学" in text


def test_changes_when_the_group_changed_between_then_both_groups_sessions(participant):
    release(participant)
    participant.enrollment.group = participant.other_group
    participant.enrollment.save()
    release(participant)
    assert entries(participant)[0] == (2, {"Inside Haier", "Visit of the others"})


def test_changes_when_there_are_many_then_in_pages(participant):
    for number in range(12):
        change("区域规划", description=f"第{number}次")
        release(participant)
    shown = entries(participant)
    assert [number for number, _titles in shown] == list(range(12, 2, -1))
    assert [number for number, _titles in entries(participant, before=3)] == [2, 1]


def test_changes_when_nothing_is_released_then_said_so(participant):
    text = client_of(participant).get(reverse("my-changes")).content.decode()
    assert "The timetable has not been released yet" in text


def test_changes_when_there_are_more_releases_then_the_same_statements(
    participant, django_assert_max_num_queries
):
    release(participant)
    client = client_of(participant)
    client.get(reverse("my-changes"))
    with django_assert_max_num_queries(12) as few:
        client.get(reverse("my-changes"))
    for number in range(3):
        change("区域规划", description=f"第{number}次")
        release(participant)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse("my-changes"))


def test_itinerary_when_read_then_it_leads_to_the_changes(participant):
    release(participant)
    for name in ("my-home", "my-itinerary"):
        text = client_of(participant).get(reverse(name)).content.decode()
        assert f'href="/my/changes/?cohort={participant.cohort.code}"' in text


def test_changes_when_the_cohort_is_not_the_own_then_not_known(participant):
    release(participant)
    other = a_participant()
    address = reverse("my-changes")
    assert client_of(participant).get(address, {"cohort": other.cohort.code}).status_code == 404
    assert Client().get(address).status_code == 302
    stranger = Client()
    stranger.force_login(UserFactory())
    assert b"Release 1" not in stranger.get(address).content


def test_api_when_asked_then_the_same_in_json(participant, api_as):
    release(participant, name="首版", comment="请查收")
    change("海尔现场教学", compulsory=False, title_en="Haier again")
    release(participant)
    body = api_as(participant.user).get("/api/v1/me/changes/").json()
    assert (body["cohort"], body["older_than"]) == (participant.cohort.code, None)
    newest, first = body["results"]
    assert (first["name"], first["comment"], first["first"], first["changes"]) == (
        "首版",
        "请查收",
        True,
        [],
    )
    assert first["released_at"].endswith("+08:00")
    (line,) = newest["changes"]
    assert (line["change"], line["title"]) == ("moved", "Haier again")


def test_api_when_no_participant_then_404(api_as):
    assert api_as(UserFactory()).get("/api/v1/me/changes/").status_code == 404


def test_api_when_the_page_is_malformed_then_400(participant, api_as):
    answer = api_as(participant.user).get("/api/v1/me/changes/?before=x")
    assert answer.status_code == 400
