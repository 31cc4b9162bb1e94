"""The same people in the page, the API and the files, and the same columns, for each role: compared
as whole sets, so that one row or one column too many fails."""

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from tests.factories import EnrollmentFactory, PersonFactory, city, two_leg_cohort, user_with

pytestmark = pytest.mark.django_db(transaction=True)

CITIES = ("songjiang", "jiaxing", "jiaxing", "hefei")
PHONE, MAIL = "13812345678", "qian@example.org"
MASKED_PHONE, MASKED_MAIL = "138****5678", "q***@example.org"
PLAIN_COLUMNS = (
    "seat", "name", "name_latin", "gender", "city", "organization", "title", "group", "state",
    "phone", "email",
)  # fmt: skip


class Roster:
    """A cohort of four people from three cities."""

    def __init__(self) -> None:
        self.cohort, self.leg, _hefei = two_leg_cohort()
        for seat, code in enumerate(CITIES, 1):
            EnrollmentFactory(
                cohort=self.cohort,
                seat=seat,
                city=city(code),
                person=PersonFactory(name=f"钱{seat}", phone=PHONE, email=MAIL),
            )

    def client(self, role: str) -> Client:
        scope = {
            Role.COORDINATOR: {"city": city("jiaxing")},
            Role.LEG: {"leg": self.leg},
        }.get(role, {})
        client = Client()
        user = user_with(role, cohort=self.cohort, **scope)
        client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
        return client

    def address(self, name: str) -> str:
        return reverse(name, args=[self.cohort.code])

    def json_rows(self, client: Client) -> list[dict[str, object]]:
        return client.get(self.address("api-roster")).json()["results"]

    def file(self, client: Client, query: str, name: str = "api-roster") -> str:
        response = client.get(f"{self.address(name)}?{query}")
        assert response.status_code == 200, response.content
        return b"".join(response.streaming_content).decode("utf-8-sig")

    def csv_rows(self, client: Client, name: str = "api-roster") -> list[dict[str, str]]:
        text = self.file(client, "format=csv&header=keys", name)
        return list(csv.DictReader(io.StringIO(text)))

    def jsonl_rows(self, client: Client) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file(client, "format=jsonl").splitlines()]


@pytest.fixture
def roster():
    return Roster()


SEATS = {
    Role.COORDINATOR: {2, 3},
    Role.READER: {1, 2, 3, 4},
    Role.DESK: {1, 2, 3, 4},
    Role.LEG: {1, 2, 3, 4},
    Role.LEAD: {1, 2, 3, 4},
    "administrator": {1, 2, 3, 4},
}


@pytest.mark.parametrize("role", SEATS)
def test_role_when_it_reads_people_then_the_same_people_everywhere(roster, role):
    client = roster.client(role)
    expected = SEATS[role]
    assert {int(row["seat"]) for row in roster.json_rows(client)} == expected
    assert {int(row["seat"]) for row in roster.csv_rows(client)} == expected
    assert {int(row["seat"]) for row in roster.csv_rows(client, "people-export")} == expected
    assert {int(row["seat"]) for row in roster.jsonl_rows(client)} == expected
    page = client.get(roster.address("people-list")).content.decode()
    assert {seat for seat in range(1, 5) if f"钱{seat}" in page} == expected


@pytest.mark.parametrize("role", SEATS)
def test_role_when_it_reads_people_then_exactly_its_columns(roster, role):
    client = roster.client(role)
    identity = () if role == Role.READER else ("identity",)
    expected = [*PLAIN_COLUMNS, *identity]
    assert list(roster.json_rows(client)[0]) == expected
    assert list(roster.csv_rows(client)[0]) == expected
    assert list(roster.jsonl_rows(client)[0]) == expected


@pytest.mark.parametrize("role", SEATS)
def test_role_when_it_reads_contacts_then_in_clear_only_for_leads(roster, role):
    client = roster.client(role)
    plain = role in {Role.LEAD, "administrator"}
    expected = (PHONE, MAIL) if plain else (MASKED_PHONE, MASKED_MAIL)
    for rows in (roster.json_rows(client), roster.csv_rows(client), roster.jsonl_rows(client)):
        assert {(row["phone"], row["email"]) for row in rows} == {expected}
    page = client.get(roster.address("people-list")).content.decode()
    assert (PHONE in page) is plain
    detail = client.get(reverse("person-detail", args=[roster.cohort.code, 2])).content.decode()
    assert (PHONE in detail) is plain
    assert (MAIL in detail) is plain


@pytest.mark.parametrize(
    "role", [role for role in SEATS if role not in {Role.LEAD, "administrator"}]
)
def test_role_when_it_asks_to_reveal_then_403(roster, role):
    client = roster.client(role)
    response = client.get(
        roster.address("api-roster") + "?format=csv&reveal=1", headers={"x-reason": "curious"}
    )
    assert response.status_code == 403


def test_coordinator_when_filter_names_another_city_then_nobody(roster):
    client = roster.client(Role.COORDINATOR)
    rows = client.get(roster.address("api-roster") + "?city=hefei").json()
    assert rows.get("results", []) == []


def test_coordinator_when_search_matches_others_then_only_own(roster):
    client = roster.client(Role.COORDINATOR)
    rows = client.get(roster.address("api-roster") + "?q=钱").json()["results"]
    assert {row["seat"] for row in rows} == {2, 3}


def test_masked_role_when_it_searches_by_phone_then_not_told_by_the_back_door(roster):
    """Whoever sees four digits may search by these, not by those that are masked."""
    client = roster.client(Role.READER)
    rows = client.get(roster.address("api-roster") + f"?q={PHONE}").json()["results"]
    assert rows == []
