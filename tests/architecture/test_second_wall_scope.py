"""Who is looking is forgotten with the request, on a connection that is kept (decision 0014):
after answers, errors, streams that are left, and transactions that are rolled back. Exports carry
it onto connections of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from cohorts.choices import Role
from cohorts.models import Cohort
from g60portal import urls
from g60portal.accounts.models import User
from g60portal.common.postgresql.base import DatabaseWrapper
from g60portal.common.row_walls import NOBODY, SYSTEM, as_system, looking_as, scope, user_scope
from participants.models import Nomination
from tests.architecture.test_second_wall import (
    Marks,
    count,
    first_wall_off,  # noqa: F401 - a fixture
    plant,
    planted_in,
)
from tests.factories import city, two_leg_cohort, user_with

pytestmark = pytest.mark.django_db(transaction=True)


def scope_in_session() -> str:
    """What the server itself was told last, asked past Django."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.viewer', true)")
        return cursor.fetchone()[0]


def names(request: HttpRequest) -> HttpResponse:
    """Filters nothing: only the middleware can say who looks."""
    user = str(request.user)
    return HttpResponse(" ".join([user, *Nomination.objects.values_list("name", flat=True)]))


def breaks(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        Nomination.objects.count()
        raise ZeroDivisionError(str(request.user))


def streams(request: HttpRequest) -> StreamingHttpResponse:
    assert request.user.is_authenticated
    return StreamingHttpResponse(
        f"{Nomination.objects.filter(city__code=code).count()};" for code in ("jiaxing", "hefei")
    )


class Urls:
    urlpatterns = [
        path("names/", names), path("breaks/", breaks), path("streams/", streams),
        *urls.urlpatterns,
    ]  # fmt: skip
    handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def pages(settings: object) -> None:
    settings.ROOT_URLCONF = Urls  # type: ignore[attr-defined]


class Two:
    """A cohort with a nomination of Jiaxing and one of Hefei, and who may see which."""

    def __init__(self) -> None:
        self.cohort = two_leg_cohort()[0]
        for number, code in enumerate(("jiaxing", "hefei")):
            Nomination.objects.create(
                cohort=self.cohort, city=city(code), name=code, blind_index=str(number)
            )
        self.lead = self._client(user_with(Role.LEAD, cohort=self.cohort))
        self.coordinator_user = user_with(
            Role.COORDINATOR, cohort=self.cohort, city=city("jiaxing")
        )
        self.coordinator = self._client(self.coordinator_user)
        self.stranger = Client(raise_request_exception=False)

    def _client(self, user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
        return client


@pytest.fixture
def two() -> Two:
    return Two()


def seen_by(client: Client) -> str:
    return client.get("/names/").content.decode().partition(" ")[2]


def ask_names(two: Two) -> None:
    assert seen_by(two.lead) == "jiaxing hefei"


def fail(two: Two) -> None:
    assert two.lead.get("/breaks/").status_code == 500


def leave_the_stream(two: Two) -> None:
    response = two.lead.get("/streams/")
    assert next(iter(response.streaming_content)) == b"1;"
    response.close()


@pytest.mark.parametrize("before", [ask_names, fail, leave_the_stream])
def test_scope_when_its_request_has_ended_then_gone_from_the_connection(
    two: Two, pages: None, before: Callable[[Two], None]
) -> None:
    backend = connection.connection
    before(two)
    assert scope() == SYSTEM
    assert seen_by(two.stranger) == ""
    assert scope_in_session() == NOBODY
    before(two)
    connection.health_check_enabled, connection.health_check_done = True, False
    connection.close_if_health_check_failed()
    assert scope_in_session() == "", "forgotten before the next request begins"
    assert connection.connection is backend, "all of it on one connection"


def test_middleware_when_taken_away_then_the_scope_before_would_count(
    two: Two, pages: None, settings: object
) -> None:
    """The control of the tests around: the wall hangs on that one middleware."""
    name = "g60portal.accounts.middleware.SecondWallMiddleware"
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != name]  # type: ignore[attr-defined]
    assert seen_by(two.stranger) == "jiaxing hefei"


def test_stream_when_others_ask_in_between_then_each_in_its_own_scope(
    two: Two, pages: None
) -> None:
    chunks = iter(two.coordinator.get("/streams/").streaming_content)
    assert next(chunks) == b"1;"
    assert seen_by(two.lead) == "jiaxing hefei"
    assert next(chunks) == b"0;", "Hefei's is not Jiaxing's to count"


def test_scope_when_its_transaction_is_rolled_back_then_told_again(two: Two) -> None:
    narrow = user_scope(two.coordinator_user.pk)
    with looking_as(narrow):
        assert count("participants_nomination") == 1
        with as_system(), transaction.atomic():
            assert count("participants_nomination") == 2
            transaction.set_rollback(True)
        assert count("participants_nomination") == 1
        with as_system():
            assert count("participants_nomination") == 2
        with rolled_back_savepoint(), as_system():
            count("participants_nomination")
        assert count("participants_nomination") == 1


@contextmanager
def rolled_back_savepoint() -> Iterator[None]:
    with transaction.atomic():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


def test_rollback_when_not_noticed_then_the_wrong_scope_would_stay(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: Postgres does take the setting back with the transaction."""
    monkeypatch.delattr(DatabaseWrapper, "_rollback")
    with looking_as(user_scope(two.coordinator_user.pk)):
        count("participants_nomination")
    with as_system():
        with transaction.atomic():
            count("participants_nomination")
            transaction.set_rollback(True)
        assert count("participants_nomination") == 1
    connection.close()


def test_request_when_walled_then_not_a_statement_more(two: Two, settings: object) -> None:
    """Who looks travels with the statement that needs it."""
    url = reverse("nomination-list", args=[two.cohort.code])
    two.lead.get(url)
    with CaptureQueriesContext(connection) as walled:
        two.lead.get(url)
    name = "g60portal.accounts.middleware.SecondWallMiddleware"
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != name]  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as bare:
        two.lead.get(url)
    assert len(walled) == len(bare)


def test_cursor_on_the_server_when_others_ask_before_its_rows_then_in_its_own_scope(
    two: Two,
) -> None:
    with (
        looking_as(user_scope(two.coordinator_user.pk)),
        transaction.atomic(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute("SELECT name FROM participants_nomination")
        with as_system():
            assert count("participants_nomination") == 2
        assert cursor.fetchmany(10) == [("jiaxing",)]


# Exports read on connections of their own.


@pytest.mark.usefixtures("first_wall_off")
def test_export_when_first_wall_is_off_then_papers_of_others_stay_behind() -> None:
    cohort, other = two_leg_cohort()[0], two_leg_cohort()[0]
    plant(cohort, "hf", 0)
    plant(cohort, "jx", 1)
    expected = {
        Role.LEAD: {"hf-paper", "jx-paper"},
        Role.COORDINATOR: {"jx-paper"},
        Role.READER: set(),
    }
    for role, papers in expected.items():
        home = {"city": city("jiaxing")} if role == Role.COORDINATOR else {}
        assert exported(user_with(role, cohort=cohort, **home), cohort) == papers
    assert exported(user_with(Role.LEAD, cohort=other), cohort) == set()


def exported(user: User, cohort: Cohort) -> Marks:
    client = Client()
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    found: Marks = set()
    for form in ("csv", "jsonl"):
        url = f"{reverse('api-roster', args=[cohort.code])}?format={form}"
        found |= planted_in(b"".join(client.get(url).streaming_content).decode())
    return found
