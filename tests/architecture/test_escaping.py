"""Texts that are markup are shown as texts: on every page, to every role, in both languages."""

import pytest

from tests.architecture.test_permission_matrix import MATRIX, PASSED, ask, client_of
from tests.architecture.world import World, build_world

pytestmark = pytest.mark.django_db

MARK = "<script>\"'&"


@pytest.fixture
def marked() -> World:
    return build_world(mark=MARK)


@pytest.mark.parametrize(
    ("role", "language"),
    [("lead", "zh-hans"), ("lead", "en"), ("participant", "zh-hans"), ("participant", "en")],
)
def test_page_when_texts_are_markup_then_escaped(marked, role, language):
    client = client_of(marked, role)
    client.cookies["django_language"] = language
    raw, shown = [], 0
    for row in MATRIX:
        if row.method != "GET" or row.expected(role) != PASSED:
            continue
        response = ask(client, row, marked, marked.args)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = response.content.decode()
        shown += "&lt;script&gt;" in page
        if MARK in page or "<script>" in page:
            raw.append(str(row))
    assert raw == []
    assert shown >= 4
