"""Whatever goes wrong below /api/ is answered as a problem document, for everybody alike."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from django.urls import include, path
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db


class ThreeAMinute(UserRateThrottle):
    rate = "3/min"


class Throttled(APIView):
    throttle_classes = (ThreeAMinute,)

    def get(self, request):
        return Response({})


class Broken(APIView):
    def get(self, request):
        raise RuntimeError("secret detail")


def suspicious(request):
    raise SuspiciousOperation("secret detail")


urlpatterns = [
    path("api/v1/throttled/", Throttled.as_view()),
    path("api/v1/broken/", Broken.as_view()),
    path("api/v1/suspicious/", suspicious),
    path("", include("g60portal.urls")),
]
handler400 = "g60portal.web.views.errors.bad_request"
handler404 = "g60portal.web.views.errors.not_found"
handler500 = "g60portal.web.views.errors.server_error"

with_broken_views = pytest.mark.urls("tests.api.test_problems")


@pytest.fixture
def api():
    client = APIClient(raise_request_exception=False)
    token = AuthToken.objects.create(user_with("administrator"))[1]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def assert_problem(response, status, code):
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/problem+json")
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert "secret detail" not in response.content.decode()
    return body


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/cities/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_path_when_asked_by_anybody_then_404(api, path, method):
    assert_problem(getattr(api, method)(path), 404, "not_found")
    assert_problem(getattr(APIClient(), method)(path), 404, "not_found")


def test_known_path_when_anonymous_then_401_with_scheme():
    response = APIClient().get("/api/v1/cities/")
    assert_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"


def test_method_when_not_offered_then_405_with_allow(api):
    response = api.put("/api/v1/tokens/", {}, format="json")
    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_body_when_of_another_type_then_415(api):
    response = api.generic("POST", "/api/v1/tokens/", "days=3", content_type="text/plain")
    assert_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("body", ["{", "[1,", "\x00", "nul", '{"days": 1e999999}'])
def test_body_when_malformed_then_400(api, body):
    response = api.generic("POST", "/api/v1/tokens/", body, content_type="application/json")
    assert_problem(response, 400, "malformed")


def test_body_when_field_is_wrong_then_400_names_it(api):
    body = assert_problem(
        api.post("/api/v1/tokens/", {"days": -1}, format="json"), 400, "malformed"
    )
    assert list(body["errors"]) == ["days"]
    assert all(isinstance(text, str) for text in body["errors"]["days"])


def test_body_when_a_list_instead_of_an_object_then_400(api):
    assert_problem(api.post("/api/v1/tokens/", [1], format="json"), 400, "malformed")


def test_read_without_slash_when_sent_then_led_to_it(api):
    assert api.get("/api/v1/me").headers["Location"] == "/api/v1/me/"


def test_write_without_slash_when_sent_then_404_and_not_a_read(api):
    assert_problem(api.post("/api/v1/tokens", {}, format="json"), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("debug", [False, True])
def test_write_without_slash_when_in_development_too_then_told_of_the_slash(
    api, settings, method, debug
):
    settings.DEBUG = debug
    answer = getattr(api, method)("/api/v1/cohorts", {}, HTTP_ACCEPT_LANGUAGE="en")
    assert "end with a slash" in assert_problem(answer, 404, "not_found")["detail"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "*/*"])
def test_answer_when_browser_asks_then_json_all_the_same(api, accept):
    response = api.get("/api/v1/me/", HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")


@with_broken_views
def test_crash_when_it_happens_then_500_without_details(api):
    assert_problem(api.get("/api/v1/broken/"), 500, "server_error")


@with_broken_views
def test_suspicious_request_when_refused_then_400_without_details(api):
    assert_problem(api.get("/api/v1/suspicious/"), 400, "malformed")


@with_broken_views
def test_throttle_when_used_up_then_429_says_when_again(api):
    answers = [api.get("/api/v1/throttled/") for _n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_problem(answers[-1], 429, "throttled")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_page_when_unknown_then_still_a_page():
    response = Client().get("/nothing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_write_by_cookie_when_csrf_token_is_missing_then_403():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend="g60portal.accounts.backends.PortalBackend")
    response = client.post("/api/v1/tokens/", "{}", content_type="application/json")
    assert_problem(response, 403, "permission_denied")
