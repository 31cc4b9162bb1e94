"""Nominations over the API: the whole way, the exact shape, who sees which rows and fields."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from g60portal.accounts.models import User
from participants.models import Enrollment, Nomination
from tests.factories import OrganizationFactory, UserFactory, city, user_with
from tests.participants.nominating import admitted, checked, drafted, open_cohort, submitted
from tests.participants.people import identity_number

pytestmark = pytest.mark.django_db
SHAPE = (
    "id", "city", "name", "gender", "organization", "title", "phone", "email", "identity",
    "reason", "rank", "state", "enrollment",
)  # fmt: skip
PERSON = {
    "city": "jiaxing",
    "name": "钱一",
    "gender": "2",
    "organization": "嘉兴示例科技有限公司",
    "title": "总经理",
    "phone": "13900001111",
    "email": "qian@example.org",
    "identity": identity_number(1),
    "reason": "行业骨干",
    "rank": 1,
}


class Api:
    """Calls as one user."""

    def __init__(self, cohort, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.list_url = reverse("api-nomination-list", args=[cohort.code])

    def post(self, path: str = "", body: Any = None, status: int = 200) -> dict[str, Any]:
        response = self.client.post(
            self.list_url + path, body or {}, content_type="application/json"
        )
        assert response.status_code == status, response.content.decode()
        return response.json()

    def patch(self, path: str, body: Any, status: int = 200) -> dict[str, Any]:
        response = self.client.patch(self.list_url + path, body, content_type="application/json")
        assert response.status_code == status, response.content.decode()
        return response.json()

    def rows(self, query: str = "") -> list[dict[str, Any]]:
        response = self.client.get(self.list_url + query)
        assert response.status_code == 200, response.content.decode()
        return response.json()["results"]


@pytest.fixture
def cohort():
    return open_cohort({"songjiang": 2, "jiaxing": 1})


@pytest.fixture
def coordinator(cohort):
    return Api(cohort, user_with(Role.COORDINATOR, cohort=cohort, city=city("jiaxing")))


@pytest.fixture
def lead(cohort):
    return Api(cohort, user_with(Role.LEAD, cohort=cohort))


def test_nomination_when_it_goes_the_whole_way_then_enrolled(cohort, coordinator, lead):
    made = coordinator.post(body=PERSON, status=201)
    assert tuple(made)[: len(SHAPE)] == SHAPE
    number = PERSON["identity"]
    assert {name: made[name] for name in SHAPE[1:]} == {
        **PERSON,
        "identity": number[:3] + "*" * 11 + number[-4:],
        "state": "draft",
        "enrollment": None,
    }
    one = f"{made['id']}/"
    changed = coordinator.patch(one, {"title": "董事长", "gender": "female"})
    assert (changed["title"], changed["gender"]) == ("董事长", "2")
    assert coordinator.post(f"{one}submit/")["state"] == "submitted"
    assert coordinator.post(f"{one}check/")["state"] == "checked"
    answer = lead.post(f"{one}admit/")
    enrollment = Enrollment.objects.get()
    assert (answer["state"], answer["enrollment"]) == ("admitted", enrollment.pk)
    assert enrollment.title == "董事长"


def test_admit_when_no_seat_is_free_then_waits_and_says_why_and_where(cohort, lead):
    admitted(cohort, 1, "jiaxing")
    row = checked(cohort, 2, "jiaxing")
    refused = lead.post(f"{row.pk}/admit/", {"if_full": "refuse"}, status=422)
    assert refused["code"] == "quota_full"
    answer = lead.post(f"{row.pk}/admit/")
    assert (answer["state"], answer["waitlist_place"]) == ("waitlisted", 1)
    assert answer["state_reason"]
    again = lead.post(f"{row.pk}/admit/", status=422)
    assert again["code"] == "quota_full"
    assert [one["id"] for one in lead.rows("?ordering=waitlist")] == [row.pk]


def test_steps_when_they_need_a_reason_then_422_without(cohort, lead):
    row = checked(cohort, 1)
    for step in ("return", "waitlist", "decline", "withdraw"):
        refused = lead.post(f"{row.pk}/{step}/", status=422)
        assert (refused["code"], set(refused["errors"])) == ("reason_missing", {"reason"})
    assert lead.post(f"{row.pk}/decline/", {"reason": "领域不符"})["state"] == "declined"
    refused = lead.post(f"{row.pk}/admit/", status=422)
    assert refused["code"] == "no_such_move"


def test_replace_when_by_somebody_new_then_the_substitute_is_answered(cohort, lead):
    old = admitted(cohort, 1, "jiaxing")
    person = {name: value for name, value in PERSON.items() if name != "city"}
    answer = lead.post(f"{old.pk}/replace/", {"reason": "出差", "person": person})
    assert answer["state"] == "admitted"
    old.refresh_from_db()
    assert (old.state, old.replaced_by_id) == ("replaced", answer["id"])
    lead.post(f"{old.pk}/replace/", {"reason": "x"}, status=400)


def test_coordinator_when_it_asks_then_exactly_the_own_city(cohort, coordinator):
    own = [drafted(cohort, 1, "jiaxing"), admitted(cohort, 2, "jiaxing")]
    foreign = submitted(cohort, 3, "songjiang")
    assert {row["id"] for row in coordinator.rows()} == {row.pk for row in own}
    assert coordinator.rows("?city=songjiang") == coordinator.rows("?q=钱丅3") == []
    for path in ("", "submit/", "check/", "withdraw/", "return/"):
        url = f"{coordinator.list_url}{foreign.pk}/{path}"
        call = coordinator.client.post if path else coordinator.client.get
        assert call(url).status_code == 404
    response = coordinator.client.post(
        coordinator.list_url, {**PERSON, "city": "songjiang"}, content_type="application/json"
    )
    assert response.status_code == 403
    assert coordinator.post(f"{own[0].pk}/admit/", status=403)["code"] == "not_allowed"


def test_coordinator_when_city_is_left_out_then_the_own_one(cohort, coordinator):
    person = {name: value for name, value in PERSON.items() if name != "city"}
    assert coordinator.post(body=person, status=201)["city"] == "jiaxing"


def test_overseer_when_it_asks_then_no_drafts_no_ranks_no_numbers(cohort):
    reader = Api(cohort, user_with(Role.READER, cohort=cohort))
    drafted(cohort, 1)
    row = submitted(cohort, 2, rank=1)
    shown = {row["id"]: row for row in reader.rows()}
    assert set(shown) == {row.pk}
    one = shown[row.pk]
    assert (one["identity"], one["rank"], one["reason"], one["waitlist_place"]) == (
        None, None, "", None,
    )  # fmt: skip
    assert one["phone"] == "139****0002"
    assert one["email"] == "n***@example.org"
    reader.post(body=PERSON, status=403)


def test_lead_when_it_asks_then_all_in_the_official_order(cohort, lead):
    later = drafted(cohort, 1, "jiaxing")
    first = submitted(cohort, 2, "songjiang")
    assert [row["id"] for row in lead.rows()] == [first.pk, later.pk]
    assert [row["id"] for row in lead.rows("?state=draft")] == [later.pk]
    assert [row["id"] for row in lead.rows("?city=songjiang")] == [first.pk]


def test_organization_when_given_by_id_then_answered_by_id(cohort, lead):
    organization = OrganizationFactory(city=city("jiaxing"), name="嘉兴已登记公司")
    made = lead.post(body={**PERSON, "organization": organization.pk}, status=201)
    assert made["organization"] == organization.pk
    row = Nomination.objects.get()
    assert row.organization_name == "嘉兴已登记公司"
    by_name = lead.patch(f"{made['id']}/", {"organization": "嘉兴另一公司"})
    assert by_name["organization"] == "嘉兴另一公司"
    lead.patch(f"{made['id']}/", {"organization": True}, status=400)


def test_second_city_when_person_is_nominated_then_not_told_where(cohort, lead, coordinator):
    submitted(cohort, 1, "songjiang", identity=PERSON["identity"])
    made = coordinator.post(body=PERSON, status=201)
    refused = coordinator.post(f"{made['id']}/submit/", status=422)
    assert (refused["code"], refused["where"]) == ("already_nominated", "another_city")
    assert "songjiang" not in str(refused)


def test_submit_when_called_twice_with_one_key_then_answered_twice_alike(cohort, coordinator):
    row = drafted(cohort, 1, "jiaxing")
    answers = [
        coordinator.client.post(
            f"{coordinator.list_url}{row.pk}/submit/",
            content_type="application/json",
            headers={"idempotency-key": "once"},
        )
        for _again in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert row.steps.filter(state="submitted").count() == 1


def test_nobody_when_it_asks_then_the_cohort_does_not_exist(cohort):
    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("api-nomination-list", args=[cohort.code])).status_code == 404
