"""The portal as an app on a phone: manifest, worker, offline page, and whose pages are kept."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_manifest_when_read_then_installable_in_that_language(client: Client, language: str):
    response = client.get(reverse("install-manifest", args=[language]))
    assert response["Content-Type"] == "application/manifest+json"
    facts = json.loads(response.content)
    assert facts["start_url"] == "/my/"
    assert facts["scope"] == "/"
    assert facts["display"] == "standalone"
    assert facts["lang"].lower() == language
    purposes = {(icon["purpose"], icon["sizes"]) for icon in facts["icons"]}
    assert purposes == {
        (purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")
    }
    for icon in facts["icons"]:
        path = finders.find(icon["src"].removeprefix(settings.STATIC_URL))
        header = Path(path).read_bytes()[:24]
        width = int.from_bytes(header[16:20], "big")
        assert f"{width}x{width}" == icon["sizes"]


def test_manifest_when_language_is_unknown_then_404(client: Client):
    assert client.get(reverse("install-manifest", args=["fr"])).status_code == 404


def test_worker_when_read_then_names_the_build_the_pages_and_its_script(client: Client):
    response = client.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    head, script = response.content.decode().splitlines()
    facts = json.loads(re.fullmatch(r"self\.portal = (.*);", head)[1])
    assert {"/my/", "/my/itinerary/", "/my/people/", "/my/code/"} <= set(facts["pages"])
    assert not [page for page in facts["pages"] if not page.startswith("/my/")]
    assert facts["version"]
    assert script == 'importScripts("/static/js/sw.js");'


def test_offline_page_when_read_then_for_anybody_and_without_a_question(
    client: Client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        response = client.get(reverse("install-offline"))
    text = response.content.decode()
    assert 'href="/my/"' in text
    assert "csrfmiddlewaretoken" not in text
    assert not response.cookies


def test_own_pages_when_read_by_two_then_each_carries_its_own_mark():
    marks = []
    for user in (UserFactory(), UserFactory()):
        client = Client()
        client.force_login(user)
        marks += [client.get(path)["X-Portal-Owner"] for path in ("/my/", "/my/certificate/")]
        assert "X-Portal-Owner" not in client.get("/")
    assert marks[0] == marks[1] != marks[2] == marks[3]
    assert "X-Portal-Owner" not in Client().get("/my/")


def test_sign_out_when_done_then_the_browser_throws_everything_away(client: Client):
    client.force_login(UserFactory())
    address = reverse("account_logout")
    assert "Clear-Site-Data" not in client.get(address)
    assert client.post(address)["Clear-Site-Data"] == '"cache", "storage"'
