"""A participant's itinerary of 60 sessions on a live server, against a bare greeting.

`itinerary_page` is a repeated view, `…_first` one whose picture has to be drawn, `…_304` one that
the phone still has. `signed_in_floor` is a page of two letters behind the portal's own middleware,
asked for by the same person: what no page of ours can undercut.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from django.core.cache import cache
from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from benchmarks.line import Line
from benchmarks.processes import cpu_seconds, postgres_pids
from benchmarks.rounds import ROUNDS, in_turns
from benchmarks.rows import cohort_of, timetable_for
from benchmarks.web import Client, Server, request_bytes, serving
from g60portal.accounts.models import User
from g60portal.common import clock
from participants.models import Enrollment
from sessions.actions.releases import publish_release
from sessions.queries.itinerary import seats_of
from sessions.views.itinerary_picture import picture_key

N = 200
PEOPLE, SESSIONS = 45, 60
LANGUAGE = "en"
Forget = Callable[[], object]


@dataclass(frozen=True)
class View:
    """One way to ask for the page."""

    name: str
    request: bytes
    status: int = 200
    before: Forget = lambda: None


def lines() -> Iterator[Line]:
    """Three lines from one set of rounds."""
    user = _participant()
    cookies, etag = _signed_in(user)
    forget = _forget_for(user)
    address = reverse("my-itinerary")
    plain = request_bytes(address, Cookie=cookies, Accept_Language=LANGUAGE)
    known = request_bytes(address, Cookie=cookies, Accept_Language=LANGUAGE, If_None_Match=etag)
    floor = request_bytes(reverse("health-alive"), Cookie=cookies, Accept_Language=LANGUAGE)
    views = (
        View("signed_in_floor", floor),
        View("itinerary_page", plain),
        View("itinerary_page_first", plain, before=forget),
        View("itinerary_page_304", known, status=304),
    )
    counts = {view.name: _sql_count(user, view, etag) for view in views[1:]}
    with (
        serving("benchmarks.hello:application", DJANGO_SETTINGS_MODULE="benchmarks.hello") as hello,
        serving("g60portal.wsgi:application") as portal,
    ):
        yield from _measured(hello, portal, views, counts)


def _measured(
    hello: Server, portal: Server, views: tuple[View, ...], counts: Mapping[str, int]
) -> Iterator[Line]:
    greeter, client = Client(hello.port), Client(portal.port)
    greeting = View("hello", request_bytes("/hello/"))
    figures = in_turns(
        {"hello": lambda: _rate(hello, greeter, greeting)}
        | {view.name: partial(_rate, portal, client, view) for view in views}
    )
    for view in views:
        yield Line(
            name=view.name,
            value=figures[view.name],
            unit="requests/CPU s",
            limit=figures["hello"],
            limit_name="hello, default middleware",
            cpu_ms=1000 / figures[view.name],
            sql=counts.get(view.name),
            n=N,
            runs=ROUNDS,
        )


def _rate(server: Server, client: Client, view: View) -> float:
    """Requests a second of processor time of the web worker and of Postgres together.

    Not a second of the clock: it is the same on an idle machine and does not depend on what else
    runs on a busy one.
    """
    before = _cpu(server)
    client.ask(view.request, N, view.status, view.before)
    return N / (_cpu(server) - before)


def _participant() -> User:
    """Somebody in the middle of the week of a released timetable."""
    cohort = cohort_of(PEOPLE, "BENCH-ITINERARY", clock.today() - dt.timedelta(days=3))
    timetable_for(cohort, SESSIONS)
    publish_release(cohort=cohort, name="", comment="", by=None)
    enrollment = Enrollment.objects.filter(cohort=cohort).select_related("person").earliest("seat")
    user = User.objects.create_user("bench@example.org", name=enrollment.person.name)
    enrollment.person.user = user
    enrollment.person.save(update_fields=["user"])
    return user


def _signed_in(user: User) -> tuple[str, str]:
    """The cookies of a browser that has seen the page, and the page's ETag."""
    browser = TestClient(headers={"accept-language": LANGUAGE, "host": "localhost"})
    browser.force_login(user)
    response = browser.get(reverse("my-itinerary"))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    return cookies, response["ETag"]


def _forget_for(user: User) -> Forget:
    """Drops the kept picture of that person's group."""
    with override(LANGUAGE):
        key = picture_key(seats_of(user.pk, clock.today())[0])
    return lambda: cache.delete(key)


def _sql_count(user: User, view: View, etag: str) -> int:
    """Statements of one view, the user's own row included."""
    known = {"if-none-match": etag} if view.status == 304 else {}
    browser = TestClient(headers={"accept-language": LANGUAGE, "host": "localhost"})
    browser.force_login(user)
    browser.get(reverse("my-itinerary"))
    view.before()
    with CaptureQueriesContext(connection) as queries:
        browser.get(reverse("my-itinerary"), headers=known)
    return len(queries)


def _cpu(server: Server) -> float:
    return cpu_seconds([*server.worker_pids, *postgres_pids()])
