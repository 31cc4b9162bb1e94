"""A card of a cohort of 60 sessions moved on a live server, answered with every session whose clash
marks have changed.

`move_session` is the time on the clock among a million bookings (each a venue, a speaker or an
audience taken for a time, and held by an exclusion constraint), against the goal; `move_growth` is
the same time against that in a database which holds nothing but the cohort's own bookings.
"""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from knox.models import AuthToken

from benchmarks.bookings import book
from benchmarks.line import Line
from benchmarks.own_servers import copied_database
from benchmarks.processes import cpu_seconds, postgres_pids
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.rows import cohort_of, timetable_for
from benchmarks.web import Client, sent_bytes, serving
from cohorts.choices import Role
from cohorts.models import CohortRole
from g60portal.accounts.models import User
from g60portal.common import clock
from sessions.models import TrainingSession

N = 40
PEOPLE, SESSIONS = 45, 60
BOOKINGS_EACH = 3
BOOKINGS = 1_000_000
GOAL_MS = 20.0
_HOURS = (17, 18)


@dataclass
class Card:
    """The last session of a day, moved into the evening and back; both ways marks change."""

    key: int
    day: dt.date
    token: str
    version: int = 1

    def request(self) -> tuple[str, dict[str, object]]:
        starts_at = dt.datetime.combine(
            self.day, dt.time(_HOURS[self.version % 2]), tzinfo=clock.SHANGHAI
        )
        return reverse("api-session-detail", args=[self.key]), {
            "version": self.version,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + dt.timedelta(minutes=90)).isoformat(),
        }

    def moved(self, client: Client) -> None:
        path, body = self.request()
        answer = client.get(sent_bytes("PATCH", path, body, Authorization=f"Token {self.token}"))
        told = json.loads(answer.body)
        if answer.status != 200 or not told["clashes"]:
            raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
        self.version = told["version"]


def lines() -> Iterator[Line]:
    """Two lines from one set of rounds."""
    card = _card()
    statements = _sql_count(card)
    connection.close()
    with copied_database(os.environ["DATABASE_URL"]) as url:
        with _connected(url):
            book(-(-BOOKINGS // BOOKINGS_EACH))
        figures, cpu_ms = _measured(card, url)
    for name, limit, limit_name in (
        ("move_session", GOAL_MS, "the goal"),
        ("move_growth", figures["few"], f"among {SESSIONS * BOOKINGS_EACH} bookings"),
    ):
        yield Line(
            name=name,
            value=figures["many"],
            unit="ms",
            limit=limit,
            limit_name=limit_name,
            cpu_ms=cpu_ms,
            sql=statements,
            n=BOOKINGS,
            runs=ROUNDS,
        )


def _measured(card: Card, url: str) -> tuple[dict[str, float], float]:
    """The medians, and the processor time of one move among many bookings."""
    with (
        serving("g60portal.wsgi:application") as small,
        serving("g60portal.wsgi:application", DATABASE_URL=url) as large,
    ):
        few, many = Client(small.port), Client(large.port)
        elsewhere = replace(card)
        figures = in_turns(
            {
                "few": partial(_milliseconds, few, card),
                "many": partial(_milliseconds, many, elsewhere),
            }
        )
        with _connected(url):
            pids = [*large.worker_pids, *postgres_pids()]
        before = cpu_seconds(pids)
        _milliseconds(many, elsewhere)
        return figures, (cpu_seconds(pids) - before) / N * 1000


def _milliseconds(client: Client, card: Card) -> float:
    begun = time.perf_counter()
    for _number in range(N):
        card.moved(client)
    return (time.perf_counter() - begun) / N * 1000


def _card() -> Card:
    cohort = cohort_of(PEOPLE, "BENCH-MOVE", clock.today())
    timetable_for(cohort, SESSIONS)
    lead = User.objects.create_user("move@example.org", name="Lead")
    CohortRole.objects.create(user=lead, cohort=cohort, role=Role.LEAD)
    row = TrainingSession.objects.filter(cohort=cohort, starts_at__hour=_HOURS[0]).earliest("pk")
    assert row.starts_at is not None
    return Card(row.pk, clock.local(row.starts_at).date(), AuthToken.objects.create(lead)[1])


def _sql_count(card: Card) -> int:
    """Statements of one move, those of the token included; the card stands elsewhere after it."""
    path, body = card.request()
    browser = TestClient(headers={"authorization": f"Token {card.token}", "host": "localhost"})
    with CaptureQueriesContext(connection) as queries:
        answer = browser.patch(path, body, content_type="application/json")
    card.version = answer.json()["version"]
    return len(queries)


@contextmanager
def _connected(url: str) -> Iterator[None]:
    """This process speaks to another database for a while."""
    facts = connection.settings_dict
    own = facts["NAME"]
    connection.close()
    facts["NAME"] = urlsplit(url).path.lstrip("/")
    try:
        yield
    finally:
        connection.close()
        facts["NAME"] = own
