"""A page of 50 of a roster of 100,000: by the API at the front and far behind, and on the screen.

Processor time of the web worker and of Postgres together, against the goal of 15 ms; the page far
behind is in an order by strokes, and must cost what the first one does.
"""

import base64
from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.line import Line
from benchmarks.processes import cpu_seconds, postgres_pids
from benchmarks.rosters import PEOPLE, Roster, roster_portal
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.web import Client, request_bytes
from g60portal.accounts.models import User
from participants.models import Enrollment

GOAL_MS = 15
N = 100
# Near the end, where an OFFSET would have read nearly everybody.
_DEPTH = 0.95
_LANGUAGE = "en"


def lines() -> Iterator[Line]:
    """Three lines from one set of rounds."""
    with roster_portal() as roster:
        api = reverse("api-roster", args=[roster.cohort.code])
        page = reverse("people-list", args=[roster.cohort.code])
        deep = f"{api}?limit=50&ordering=stroke&cursor={_far_cursor(roster)}"
        sent = {"Authorization": f"Token {roster.token}"}
        browser = _browser()
        cookies = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())
        views = {
            "roster_page": (f"{api}?limit=50&ordering=stroke", sent),
            "roster_page_deep": (deep, sent),
            "roster_page_html": (page, {"Cookie": cookies}),
        }
        client = Client(roster.portal.port)
        figures = in_turns(
            {
                name: partial(
                    _rate, roster, client, request_bytes(path, Accept_Language=_LANGUAGE, **headers)
                )
                for name, (path, headers) in views.items()
            }
        )
        for name, (path, _headers) in views.items():
            yield Line(
                name=name,
                value=figures[name],
                unit="requests/CPU s",
                limit=1000 / GOAL_MS,
                limit_name=f"goal of {GOAL_MS} ms",
                cpu_ms=1000 / figures[name],
                sql=_sql_count(browser, path),
                n=PEOPLE,
                runs=ROUNDS,
            )


def _rate(roster: Roster, client: Client, request: bytes) -> float:
    """Requests a second of processor time."""
    pids = [*roster.portal.worker_pids, *postgres_pids()]
    before = cpu_seconds(pids)
    client.ask(request, N, 200)
    return N / (cpu_seconds([*roster.portal.worker_pids, *postgres_pids()]) - before)


def _far_cursor(roster: Roster) -> str:
    rows = Enrollment.objects.filter(cohort=roster.cohort).order_by("stroke_key", "seat")
    seat = rows.values_list("seat", flat=True)[int(PEOPLE * _DEPTH)]
    return base64.urlsafe_b64encode(f"a{seat}".encode()).decode().rstrip("=")


def _browser() -> TestClient:
    """Signed in as the account that the downloads use."""
    browser = TestClient(headers={"accept-language": _LANGUAGE, "host": "localhost"})
    browser.force_login(User.objects.get(email="bench-roster@example.org"))
    return browser


def _sql_count(browser: TestClient, path: str) -> int:
    """Statements of one request by session, the user's own row included."""
    browser.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(answer.content[:300])
    return len(queries)
