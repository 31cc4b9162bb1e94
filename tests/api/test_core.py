"""The API's own ground: tokens, me, problem documents, idempotency, schema."""

import pytest
from django.urls import path
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from cohorts.choices import Role
from g60portal.accounts.models import User
from g60portal.api.models import IdempotentCall
from g60portal.common.refusals import Stale
from tests.factories import CohortFactory, UserFactory, user_with

pytestmark = pytest.mark.django_db


class Counter(APIView):
    """Writes a row each time, or refuses."""

    def post(self, request):
        if request.data.get("refuse"):
            User.objects.create_user("refused@example.org")
            raise Stale(facts={"current": {"version": 3}})
        User.objects.create_user(f"made{User.objects.count()}@example.org")
        return Response({"users": User.objects.count()}, status=201)


urlpatterns = [path("api/v1/counter/", Counter.as_view())]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {AuthToken.objects.create(user)[1]}")
    return client


def test_me_when_anonymous_then_401_problem():
    response = APIClient().get("/api/v1/me/")
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.json()["code"] == "not_authenticated"
    assert "Token" in response.headers["WWW-Authenticate"]


def test_me_when_lead_then_roles():
    cohort = CohortFactory()
    client = APIClient()
    client.force_authenticate(user_with(Role.LEAD, cohort=cohort))
    assert client.get("/api/v1/me/").json()["roles"] == [
        {"role": "lead", "cohort": cohort.code, "leg": None, "city": None}
    ]


def test_token_when_created_then_works_and_hash_is_kept(api):
    made = api.post("/api/v1/tokens/", {"days": 3}, format="json").json()
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert other.get("/api/v1/me/").status_code == 200
    assert not AuthToken.objects.filter(digest=made["token"]).exists()
    assert made["expires_at"].endswith("+08:00")


def test_token_when_revoked_then_401(api):
    made = api.post("/api/v1/tokens/", {}, format="json").json()
    assert api.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert other.get("/api/v1/me/").status_code == 401


def test_token_when_of_another_user_then_404(api):
    theirs = AuthToken.objects.create(UserFactory())[0]
    assert api.delete(f"/api/v1/tokens/{theirs.digest[:16]}/").status_code == 404
    assert AuthToken.objects.filter(pk=theirs.pk).exists()


@pytest.mark.urls("tests.api.test_core")
def test_idempotency_when_same_key_then_same_answer_and_one_row(api):
    headers = {"HTTP_IDEMPOTENCY_KEY": "a-1"}
    first = api.post("/api/v1/counter/", {}, format="json", **headers)
    again = api.post("/api/v1/counter/", {}, format="json", **headers)
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (201, {"users": 2})
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert User.objects.count() == 2


@pytest.mark.urls("tests.api.test_core")
def test_idempotency_when_no_key_then_two_rows(api):
    api.post("/api/v1/counter/", {}, format="json")
    api.post("/api/v1/counter/", {}, format="json")
    assert User.objects.count() == 3


@pytest.mark.urls("tests.api.test_core")
def test_idempotency_when_key_for_another_call_then_422(api):
    api.post("/api/v1/counter/", {}, format="json", HTTP_IDEMPOTENCY_KEY="a-1")
    response = api.post("/api/v1/counter/", {"other": 1}, format="json", HTTP_IDEMPOTENCY_KEY="a-1")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.urls("tests.api.test_core")
def test_idempotency_when_refused_then_nothing_stays_and_retry_is_open(api):
    refused = api.post("/api/v1/counter/", {"refuse": 1}, format="json", HTTP_IDEMPOTENCY_KEY="a-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    assert refused.json()["current"] == {"version": 3}
    assert not User.objects.filter(email="refused@example.org").exists()
    assert not IdempotentCall.objects.exists()
