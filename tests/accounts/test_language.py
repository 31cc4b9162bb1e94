"""The language of pages and messages: by choice, else by the browser, else Chinese."""

import pytest
from django.test import Client
from django.urls import reverse

from g60portal.audit.models import AuditEvent
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


def language_of(client: Client, **headers: str) -> str:
    return client.get("/", headers=headers).headers["Content-Language"]


def test_language_when_nothing_is_known_then_chinese(client):
    assert language_of(client) == "zh-hans"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-hans"), ("de,en;q=0.5", "en"), ("fr", "zh-hans")],
)
def test_language_when_browser_asks_then_followed(client, accept, expected):
    assert language_of(client, **{"accept-language": accept}) == expected


def test_language_when_chosen_then_kept_against_the_browser(client):
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert language_of(client, **{"accept-language": "zh-CN"}) == "en"


def test_language_when_chosen_signed_in_then_messages_follow_once_audited(client):
    user = UserFactory()
    person = PersonFactory(user=user)
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    for _again in range(2):
        client.post(reverse("set_language"), {"language": "en", "next": "/"})
    user.refresh_from_db()
    person.refresh_from_db()
    assert (user.language, person.language) == ("en", "en")
    assert AuditEvent.objects.filter(verb="account.language_chosen").count() == 1
    assert AuditEvent.objects.filter(verb="person.language_chosen").count() == 1


@pytest.mark.parametrize("language", ["xx", "", "zh-hant", "../etc"])
def test_language_when_unknown_then_account_stays(client, language):
    user = UserFactory()
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


def test_language_when_next_leads_away_then_home(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "//evil.example/"})
    assert response.headers["Location"] == "/"
