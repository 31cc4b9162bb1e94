"""Whatever body is sent to a write of the API: an answer or a refusal, never a crash.

Bodies are made from the names and types that the description gives, and from values that do not
fit. As lead, in a cohort with everything in it; each call is rolled back.
"""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g60portal.api.schema import document
from tests.architecture.test_permission_matrix import MATRIX, Row, address, client_of
from tests.architecture.world import World, build_world

pytestmark = pytest.mark.django_db

WRITES = [
    row
    for row in MATRIX
    if row.route.startswith("api-")
    and row.method in {"POST", "PATCH", "PUT"}
    and not row.args
    and "lead" in row.passing
]
TEXTS = st.sampled_from(
    ["", " ", "0", "-1", "2026-06-08", "2026-02-30", "2026-06-08T09:00:00+08:00", "24:00", "\x00",
     "𠮷", "a" * 5000, "songjiang", "lecture", "'; --", "NaN", "1e400", "\ud800", "١", "true"]
)  # fmt: skip
NUMBERS = st.sampled_from([0, 1, -1, 2**31, 2**63, 2**70, -(2**63) - 1, 0.5, 1e308])
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "weekday", "opens", "session", "state"]), inner)
    ),
    max_leaves=5,
)


def names_of() -> list[str]:
    """Every name of a field that any body of the API has."""
    schemas = document()["components"]["schemas"].values()
    return sorted({name for schema in schemas for name in schema.get("properties", {})})


@pytest.fixture(scope="module")
def names() -> list[str]:
    return names_of()


@pytest.fixture
def everything() -> World:
    return build_world()


def bodies(names: list[str], ids: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Objects with fitting ids now and then, so that the call gets past its first checks."""
    fitting = st.sampled_from([value for value in ids.values() if isinstance(value, int | str)])
    objects = st.dictionaries(st.sampled_from(names), VALUES | fitting, max_size=12)
    return st.one_of(objects, st.lists(objects, max_size=2), VALUES)


@pytest.mark.parametrize("row", WRITES, ids=str)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_write_when_body_is_anything_then_no_crash(everything, names, row: Row, data):
    client: Client = client_of(everything, "lead")
    url = address(row, everything.args, everything)
    body = data.draw(bodies(names, everything.args))
    with transaction.atomic():
        response = client.generic(row.method, url, _json(body), content_type="application/json")
        transaction.set_rollback(True)
    assert response.status_code < 500, (url, body, response.content[:300])


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()
