"""Error pages help in both languages and need no database; every answer carries strict headers.

Tests without the `django_db` mark fail on any query: that is how “no database” is held here.
"""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.factories import UserFactory

PAGES = [
    ("/fails/400/", 400, "The request could not be read"),
    ("/fails/403/", 403, "This page is not open to you"),
    ("/no/such/page/", 404, "There is no such page"),
]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "media-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
BACKEND = "g60portal.accounts.backends.PortalBackend"
ANYWHERE = [
    "/",
    "/accounts/login/",
    "/console/",
    "/admin/",
    "/api/v1/cohorts/",
    "/healthz",
    "/verify/",
]


@pytest.fixture
def visitor(settings) -> Client:
    """Meets failing pages as a visitor would: answers, not exceptions."""
    settings.ROOT_URLCONF = "tests.web.failing_urls"
    return Client(raise_request_exception=False)


def policy_of(response) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts if part.strip())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("path", "status", "heading"), PAGES)
def test_error_page_when_met_then_in_the_reader_s_language_without_database(
    visitor: Client, path: str, status: int, heading: str, language: str
) -> None:
    with translation.override(language):
        expected = translation.gettext(heading)
    response = visitor.get(path, headers={"accept-language": language})
    assert response.status_code == status
    html = response.content.decode()
    assert f"<h1>{expected}</h1>" in html
    assert (expected == heading) is (language == "en")
    assert 'href="/"' in html


def test_failure_page_when_met_then_both_languages_and_no_detail(visitor: Client) -> None:
    response = visitor.get("/fails/500/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "<h1>系统出错了</h1>" in html
    assert "<h2>Something went wrong</h2>" in html
    assert "a detail that nobody outside may read" not in html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_form_when_its_token_is_missing_then_the_page_says_what_to_do(
    visitor: Client, language: str
) -> None:
    careful = Client(enforce_csrf_checks=True)
    response = careful.post(
        "/i18n/setlang/", {"language": "en"}, headers={"accept-language": language}
    )
    with translation.override(language):
        expected = translation.gettext("The form was open for too long")
    assert response.status_code == 403
    assert f"<h1>{expected}</h1>" in response.content.decode()


def test_host_when_not_ours_then_400_and_never_repeated(visitor: Client) -> None:
    response = visitor.get("/", headers={"host": "evil.example.com"})
    assert response.status_code == 400
    assert b"evil.example.com" not in response.content


@pytest.mark.parametrize("path", [path for path, _, _ in PAGES] + ["/fails/500/"])
def test_policy_when_page_fails_then_as_strict_as_ever(visitor: Client, path: str) -> None:
    assert policy_of(visitor.get(path)) == POLICY


@pytest.mark.django_db
@pytest.mark.parametrize("path", ANYWHERE)
@pytest.mark.parametrize("signed_in", [False, True])
def test_headers_when_page_answers_then_strict(path: str, signed_in: bool) -> None:
    client = Client()
    if signed_in:
        client.force_login(UserFactory(), BACKEND)
    response = client.get(path)
    assert response.status_code < 500
    assert policy_of(response) == POLICY
    assert "unsafe-" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_policy_when_a_picture_is_opened_by_itself_then_ours_too(settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    response = Client().get("/static/picture.svg")
    assert response.status_code == 200
    assert policy_of(response) == POLICY


@pytest.mark.django_db
def test_transport_when_production_then_only_tls(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    plain, safe = Client().get("/accounts/login/"), Client().get("/accounts/login/", secure=True)
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/accounts/login/")
    assert safe["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
