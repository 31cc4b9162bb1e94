"""The pages and the API of duplicates and merges of persons."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from cohorts.choices import Role
from participants.actions.merges import merge_people
from participants.models import NotSamePerson, Person, PersonMerge
from tests.factories import CohortFactory, EnrollmentFactory, PersonFactory, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(seats=500)


@pytest.fixture
def people(cohort):
    rows = [PersonFactory(name="李四", phone="13912345678", email="") for _ in range(2)]
    EnrollmentFactory(cohort=cohort, person=rows[0])
    EnrollmentFactory(cohort=cohort, person=rows[1])
    return rows


@pytest.fixture
def lead(cohort):
    return user_with(Role.LEAD, cohort=cohort)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    return client


def api_of(user) -> APIClient:
    api = APIClient()
    api.force_authenticate(user)
    return api


def test_list_when_a_pair_is_suspected_then_shown_with_reasons_and_a_way_to_compare(
    lead, people
) -> None:
    client = client_of(lead)
    page = client.get(reverse("duplicate-list"))
    [[pair]] = page.context["groups"]
    assert (pair.one.id, pair.other.id) == (people[0].pk, people[1].pk)
    assert "13912345678" not in page.content.decode()
    assert client.get(pair.url).status_code == 200
    assert not client.get(reverse("duplicate-list"), {"strength": "certain"}).context["groups"]


@pytest.mark.parametrize("name", ["duplicate-list", "api-duplicate-list"])
def test_list_when_pairs_are_three_then_queries_as_with_one(lead, people, cohort, name) -> None:
    """Without any pair there is nothing to ask about, so the list of all lists cannot hold this."""
    client = client_of(lead)

    def queries() -> int:
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name))
        return len(captured)

    one = queries()
    for number in range(4):
        person = PersonFactory(name=f"李{number // 2}", phone=f"1390000000{number // 2}")
        EnrollmentFactory(cohort=cohort, person=person)
    assert queries() == one


def test_compare_when_merged_and_undone_then_both_pages_say_so(lead, people, cohort) -> None:
    client = client_of(lead)
    kept, gone = people
    seats = {one.person_id: one.pk for one in cohort.enrollments.all()}
    url = reverse("duplicate-compare", args=[kept.pk, gone.pk])
    page = client.get(url)
    assert "13912345678" not in page.content.decode()
    assert [row.label for row in page.context["comparison"].seats] == [cohort.code]
    assert client.post(url, {"keep": kept.pk}).status_code == 409
    chosen = {"keep": kept.pk, f"seat-{cohort.code}": seats[kept.pk], "name": gone.pk}
    done = client.post(url, chosen)
    merge = PersonMerge.objects.get()
    assert done.url == reverse("person-merge", args=[merge.pk])
    assert client.get(url).url == done.url
    assert client.get(done.url).context["until"] is not None
    client.post(reverse("person-merge-undo", args=[merge.pk]))
    assert client.get(done.url).context["until"] is None
    assert Person.objects.filter(pk__in=[kept.pk, gone.pk]).count() == 2


def test_undo_when_something_was_changed_then_the_page_names_it(lead, people) -> None:
    EnrollmentFactory(cohort=CohortFactory(), person=people[0])
    admin = user_with("administrator")
    kept = PersonFactory(phone="", email="")
    merge = merge_people(kept=kept, gone=PersonFactory(), taken=["phone"], by=admin)
    Person.objects.filter(pk=kept.pk).update(phone="13900000001")
    page = client_of(admin).post(reverse("person-merge-undo", args=[merge.pk]))
    assert page.status_code == 409
    assert len(page.context["explained"]) == 1


def test_dismiss_when_a_reason_is_given_then_the_list_is_empty(lead, people) -> None:
    client = client_of(lead)
    url = reverse("duplicate-dismiss", args=[people[1].pk, people[0].pk])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "父子"}).status_code == 302
    assert NotSamePerson.objects.get().by == lead
    assert not client.get(reverse("duplicate-list")).context["groups"]


def test_pages_when_a_cohort_is_led_by_somebody_else_then_refused(lead, people) -> None:
    EnrollmentFactory(cohort=CohortFactory(), person=people[0])
    client = client_of(lead)
    assert not client.get(reverse("duplicate-list")).context["groups"]
    ids = [people[0].pk, people[1].pk]
    assert client.get(reverse("duplicate-compare", args=ids)).status_code == 403
    body = {"kept": ids[0], "gone": ids[1]}
    answer = api_of(lead).post("/api/v1/merges/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_api_when_merged_and_undone_then_problems_and_answers_have_their_shape(
    lead, people, cohort
) -> None:
    api = api_of(lead)
    listed = api.get("/api/v1/duplicates/").json()
    assert listed["count"] == 1
    assert listed["results"][0][0]["signs"] == ["phone", "name", "employer"]
    body = {"kept": people[0].pk, "gone": people[1].pk}
    refused = api.post("/api/v1/merges/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "seats_undecided")
    assert api.post("/api/v1/merges/", {"kept": 0}, format="json").status_code == 400
    body["seats"] = {cohort.code: cohort.enrollments.get(person=people[0]).pk}
    made = api.post("/api/v1/merges/", body, format="json")
    assert made.status_code == 201
    again = api.post("/api/v1/merges/", body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "person_merged")
    url = f"/api/v1/merges/{made.json()['id']}/"
    assert api.get(url).json()["undo_until"]
    assert api.post(f"{url}undo/").json()["undo_until"] is None


def test_api_when_the_key_is_sent_twice_then_merged_once(people, lead, cohort) -> None:
    client = client_of(lead)
    body = {
        "kept": people[0].pk,
        "gone": people[1].pk,
        "seats": {cohort.code: cohort.enrollments.get(person=people[0]).pk},
    }
    answers = [
        client.post("/api/v1/merges/", body, "application/json", headers={"Idempotency-Key": "one"})
        for _again in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert PersonMerge.objects.count() == 1
