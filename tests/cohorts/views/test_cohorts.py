"""Opening a cohort in the browser."""

import pytest

from cohorts.models import Cohort, CohortRole
from tests.factories import CohortFactory, city, two_leg_cohort, user_with

pytestmark = pytest.mark.django_db

PATH = "/console/cohorts/new/"
BODY = {
    "code": " g60-2026-01 ",
    "edition": 1,
    "title": "研修班",
    "title_en": "Training",
    "seats": 45,
    "starts_on": "2026-06-08",
    "ends_on": "2026-06-13",
}


def test_cohort_when_opened_then_led_by_its_creator(client):
    user = user_with("administrator")
    client.force_login(user)
    assert client.get(PATH).status_code == 200
    answer = client.post(PATH, BODY)
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/console/cohorts/G60-2026-01/settings/legs/",
    )
    assert CohortRole.objects.filter(user=user, cohort__code="G60-2026-01", role="lead").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "G60 2026"}, "code"),
        ({"ends_on": "2026-06-01"}, "ends_on"),
        ({"seats": 0}, "seats"),
    ],
)
def test_cohort_when_opened_wrong_then_shown_at_the_field(client, change, field):
    client.force_login(user_with("administrator"))
    answer = client.post(PATH, BODY | change)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Cohort.objects.count() == 0


def test_cohort_when_code_is_taken_then_shown_at_the_field(client):
    CohortFactory(code="G60-2026-01")
    client.force_login(user_with("administrator"))
    answer = client.post(PATH, BODY)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["code"])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("lead", 200),
        ("leg", 403),
        ("desk", 403),
        ("reader", 403),
        ("coordinator", 403),
        ("nobody", 403),
    ],
)
def test_new_cohort_when_asked_by_role_then_as_designed(client, role, status):
    cohort, songjiang, _hefei = two_leg_cohort()
    scope = {
        "leg": {"cohort": cohort, "leg": songjiang},
        "coordinator": {"city": city("jiaxing")},
        "nobody": {},
    }
    client.force_login(user_with(role, **scope.get(role, {"cohort": cohort})))
    assert client.get(PATH).status_code == status
    assert client.post(PATH, {"code": ""}).status_code == (422 if status == 200 else 403)
