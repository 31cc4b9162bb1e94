"""Row-level security as the second wall (decision 0014), with the first one switched off.

Switched off means: to the query layer everybody is an administrator of every cohort, so that every
permission is given, every list unfiltered and every column open. What a role then still obtains,
Postgres alone has let through. Controls switch both walls off and find everything.
"""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from cohorts.choices import Role
from cohorts.models import Cohort
from cohorts.queries import standing
from g60portal.accounts import middleware
from g60portal.accounts.models import User
from g60portal.common import row_walls
from g60portal.common.row_walls import SYSTEM, looking_as, user_scope
from participants.actions.erasure import _MADE as TABLES_OF_HOLDINGS
from participants.models import (
    DataCopy,
    Enrollment,
    Nomination,
    NominationConsent,
    NominationLink,
    NominationStep,
    PrivacyRequest,
    RosterImport,
    SealedIdentity,
)
from participants.queries.nominations import OVERSEEN, nominations_seen
from participants.queries.retention import HOLDINGS
from tests.architecture.test_permission_matrix import (
    NOMINATIONS,
    PEOPLE,
    address,
    client_of,
    rolled_back,
)
from tests.architecture.world import World, build_world
from tests.factories import EnrollmentFactory, PersonFactory, city

# Personal data without a wall of their own, and why.
UNWALLED = {
    "participants_person": "the names of a cohort are read by all its roles and by classmates; "
    "contacts are masked by column, which row-level security does not know",
    "participants_formercontact": "as the contacts of the person beside it; no page shows it",
    "participants_personmerge": "what was merged is sealed, and opened by its undoing alone",
    "cohorts_organizationmerge": "organizations are shared by all cohorts",
    "accounts_channelchoice": "an address of a user's own account: no role reads those of others",
    "participants_roomstay": "an enrollment and nights: participants read their roommates'",
}
# City by city in the cohort of the roles, and somebody else's cohort.
PLACES = {"hf": "hefei", "jx": "jiaxing", "oc": "hefei"}
STATES = ("draft", "submitted", "declined")
NOMINATED = ("draft", "submitted", "declined", "notes", "number", "step", "link")
HERE, OWN_CITY, ELSEWHERE = {"hf", "jx"}, {"jx"}, {"oc"}

Marks = set[str]


def marks(places: set[str], kinds: tuple[str, ...]) -> Marks:
    return {f"{place}-{kind}" for place in places for kind in kinds}


EVERYTHING = marks(set(PLACES), (*NOMINATED, "paper", "wish", "file"))
# What may be had by whom, whatever the query layer asks for.
LET_THROUGH: dict[str, Marks] = {
    "nobody": set(),
    "participant": set(),
    "reader": set(),
    "desk": marks(HERE, ("paper",)),
    "leg": marks(HERE, ("paper",)),
    "coordinator": marks(OWN_CITY, (*NOMINATED, "paper")),
    "lead": marks(HERE, (*NOMINATED, "paper", "wish", "file")),
    "elsewhere": marks(ELSEWHERE, (*NOMINATED, "paper", "wish", "file")),
    "administrator": EVERYTHING,
}


def plant(cohort: Cohort, place: str, number: int) -> None:
    """Everything behind the wall once, each with a text that says whose it is."""
    home = city(PLACES[place])
    for offset, state in enumerate(STATES):
        nomination = Nomination.objects.create(
            cohort=cohort,
            city=home,
            name=f"{place}-{state}",
            state=state,
            paper_kind="resident_id",
            blind_index=f"{number}{offset}",
            masked=f"{place}-number",
            reviewer_notes=f"{place}-notes",
        )
        NominationStep.objects.create(
            nomination=nomination, state=state, reason=f"{place}-step", at=timezone.now()
        )
        NominationConsent.objects.create(nomination=nomination, purpose="data", text_version="1")
    NominationLink.objects.create(
        kind="enterprise",
        cohort=cohort,
        city=home,
        organization_name=f"{place}-link",
        nonce=f"n{number}",
        token_hash=f"h{number}",
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    person = PersonFactory()
    EnrollmentFactory(cohort=cohort, person=person, city=home, seat=200 + number)
    SealedIdentity.objects.create(
        person=person,
        kind="resident_id",
        sealed=b"",
        key_version=1,
        blind_index=f"p{number}",
        masked=f"{place}-paper",
    )
    request = PrivacyRequest.objects.create(
        person=person, kind="copy", wish=f"{place}-wish", channel="staff", due_on=dt.date.max
    )
    DataCopy.objects.create(request=request, expires_at=timezone.now())
    for_file = {"cohort": cohort, "filename": f"{place}-file", "sha256": ""}
    RosterImport.objects.create(**for_file)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        built = build_world()
        for number, place in enumerate(PLACES):
            plant(built.other if place == "oc" else built.cohort, place, number)
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def first_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off(monkeypatch)


def switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(_user: object, cohorts: list[Cohort]) -> dict[int, standing.Standing]:
        return {cohort.pk: standing.Standing(administrator=True) for cohort in cohorts}

    monkeypatch.setattr(standing, "standings_in", everything)


def planted_in(text: str) -> Marks:
    return {mark for mark in EVERYTHING if mark in text}


@pytest.fixture(scope="module")
def telling_pages(world: World) -> dict[str, Marks]:
    """What every page and list about people and nominations, of both cohorts, with every id there
    is, tells somebody without any role when both walls are off; those that tell something."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        switch_off(monkeypatch)
        monkeypatch.setattr(middleware, "_scope_of", lambda _request: SYSTEM)
        client = client_of(world, "nobody")
        found = {url: told(client, url) for url in addresses(world)}
    return {url: marks for url, marks in found.items() if marks}


def told(client: Client, url: str) -> Marks:
    with rolled_back():
        response = client.get(url)
    return set() if response.streaming else planted_in(response.content.decode(errors="replace"))


def addresses(world: World) -> Iterator[str]:
    for row in [*PEOPLE, *NOMINATIONS]:
        if row.method == "GET" and not row.args:
            yield address(row, world.args, world)
            yield address(row, {**world.args, **world.foreign}, world)
    for nomination in Nomination.objects.select_related("cohort").filter(name__in=EVERYTHING):
        for name in ("nomination-detail", "api-nomination-detail"):
            yield reverse(name, args=[nomination.cohort.code, nomination.pk])
    for request in PrivacyRequest.objects.filter(wish__in=EVERYTHING):
        code = Cohort.objects.get(enrollments__person=request.person_id).code
        yield reverse("privacy-request", args=[code, request.pk])
    for enrollment in Enrollment.objects.select_related("cohort").filter(seat__gte=200):
        yield reverse("person-detail", args=[enrollment.cohort.code, enrollment.seat])


@pytest.mark.django_db
@pytest.mark.parametrize("role", LET_THROUGH)
def test_role_when_first_wall_is_off_then_only_what_postgres_lets_through(
    world: World, telling_pages: dict[str, Marks], first_wall_off: None, role: str
) -> None:
    client = client_of(world, role)
    assert set().union(*(told(client, url) for url in telling_pages)) == LET_THROUGH[role]


@pytest.mark.django_db
def test_nobody_when_both_walls_are_off_then_everything_comes(
    telling_pages: dict[str, Marks],
) -> None:
    """The control: the pages asked above do show everything that was planted."""
    assert set().union(*telling_pages.values()) == EVERYTHING


# The policies themselves, asked in SQL.

TEXTS = {
    "participants_nomination": "name || ' ' || reviewer_notes || ' ' || masked",
    "participants_nominationstep": "reason",
    "participants_nominationlink": "organization_name",
    "participants_sealedidentity": "masked",
    "participants_privacyrequest": "wish",
    "participants_rosterimport": "filename",
    "participants_rosterpast": "coalesce(facts->>'masked', '')",
}
BESIDE = {
    "participants_nominationconsent": "participants_nomination n ON n.id = t.nomination_id",
    "participants_datacopy": "participants_privacyrequest n ON n.id = t.request_id",
}


def scope_of(world: World, role: str) -> str:
    user = world.users[role]
    return user_scope(user.pk) if user else row_walls.NOBODY


def texts_seen() -> Marks:
    with connection.cursor() as cursor:
        union = " UNION ALL ".join(f"SELECT {text} FROM {name}" for name, text in TEXTS.items())
        cursor.execute(union)
        return planted_in(" ".join(text for (text,) in cursor.fetchall()))


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["anonymous", *LET_THROUGH])
def test_tables_when_read_in_the_scope_of_a_role_then_only_its_rows(
    world: World, role: str
) -> None:
    with looking_as(scope_of(world, role)):
        assert texts_seen() == LET_THROUGH.get(role, set())


@pytest.mark.django_db
def test_consents_and_copies_when_read_then_with_what_they_belong_to(world: World) -> None:
    with looking_as(scope_of(world, "coordinator")):
        assert count("participants_nominationconsent") == len(STATES)
        assert count("participants_datacopy") == 0
    with looking_as(scope_of(world, "lead")):
        assert count("participants_datacopy") == 0, "a copy is its person's alone"
    with looking_as(scope_of(world, "participant")):
        assert count("participants_datacopy") == 1
        assert count("participants_privacyrequest") == 1


@pytest.mark.django_db
def test_overseer_when_it_reads_nominations_then_neither_numbers_nor_notes(world: World) -> None:
    for role in ("reader", "leg"):
        user = world.users[role]
        with looking_as(scope_of(world, role)):
            rows = list(nominations_seen(world.cohort, standing.standing_in(user, world.cohort)))
        assert {row.state for row in rows} <= set(OVERSEEN)
        assert {row.city.code for row in rows} >= {"hefei", "jiaxing"}
        secrets = ("masked", "sealed", "rank", "reason", "state_reason", "reviewer_notes",
                   "conditions", "priority", "waitlist_number", "photo", "blind_index")  # fmt: skip
        assert not any(getattr(row, name) for row in rows for name in secrets)
        assert all("*" in row.phone for row in rows if row.phone)


@pytest.mark.django_db
def test_coordinator_when_it_oversees_too_then_the_own_city_only(world: World) -> None:
    user = world.users["coordinator"]
    assert user is not None
    user.cohort_roles.create(role=Role.READER, cohort=world.cohort)
    with looking_as(user_scope(user.pk)):
        assert texts_seen() == LET_THROUGH["coordinator"]
        assert count("portal_overseen_nominations(portal_overseen_cohorts())") == 0


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted({*TEXTS, *BESIDE} - {"participants_rosterpast"}))
def test_viewer_when_it_writes_then_refused(world: World, table: str) -> None:
    """Actions write, in the portal's scope. A lead sees the rows and still changes none."""
    with looking_as(scope_of(world, "lead")), connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"DELETE FROM {table}")
        assert cursor.rowcount == 0
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"CREATE TEMP TABLE one AS SELECT * FROM {table} LIMIT 1")
        with (
            looking_as(scope_of(world, "lead")),
            pytest.raises(DatabaseError, match="row-level"),
            transaction.atomic(),
        ):
            cursor.execute(f"INSERT INTO {table} SELECT * FROM one")
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["", "root", "user:", "user:1 or 1", "system'; --"])
def test_table_when_nobody_says_who_looks_then_an_error_and_no_empty_answer(
    world: World, word: str
) -> None:
    with (
        looking_as(word),
        pytest.raises(DatabaseError, match="who is looking"),
        transaction.atomic(),
    ):
        count("participants_nomination")


@pytest.mark.django_db
def test_account_when_closed_then_no_administrator_any_more(world: World) -> None:
    user = world.users["administrator"]
    assert user is not None
    with rolled_back():
        User.objects.filter(pk=user.pk).update(is_active=False)
        with looking_as(user_scope(user.pk)):
            assert texts_seen() == set()


# Nothing with personal data without a wall or a reason.


def walled_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c WHERE relrowsecurity AND relforcerowsecurity AND EXISTS"
            " (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_holding_when_it_keeps_personal_data_then_walled_or_with_a_reason() -> None:
    assert {holding.name for holding in HOLDINGS} == set(TABLES_OF_HOLDINGS)
    tables = {model._meta.db_table for model, _made in TABLES_OF_HOLDINGS.values()}
    assert tables - walled_tables() - set(UNWALLED) == set()
    assert set(UNWALLED) <= tables - walled_tables(), "a reason that is not needed any more"


@pytest.mark.django_db
def test_role_of_database_when_it_reads_then_bound_by_the_walls() -> None:
    """A superuser sees everything, whatever the policies say: these tests would prove nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
