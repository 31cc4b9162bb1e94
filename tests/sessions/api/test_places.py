"""Venues, speakers and travel minutes by API."""

import pytest

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from sessions.models import CityTravel, Speaker, Venue, VenueTravel
from tests.factories import (
    CohortFactory,
    OrganizationFactory,
    SpeakerFactory,
    VenueFactory,
    city,
    user_with,
)

pytestmark = pytest.mark.django_db

VENUE = {
    "city": "songjiang",
    "name": "海尔卡奥斯",
    "name_en": "Haier COSMOPlat",
    "kind": "company",
    "address": "松江区",
    "capacity": 60,
    "largest_party": 30,
    "margin_minutes": 15,
    "opening_hours": [
        {"weekday": 1, "opens": "13:00", "closes": "17:00"},
        {"weekday": 1, "opens": "09:00", "closes": "12:00"},
    ],
    "latitude": 31.03,
    "longitude": 121.2,
}


@pytest.fixture
def lead(api_as):
    return api_as(user_with(Role.LEAD, cohort=CohortFactory()))


def test_venue_when_created_and_changed_then_the_shape_and_the_audit(lead):
    answer = lead.post("/api/v1/venues/", VENUE, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert list(body) == ["id", *VENUE]
    hours = sorted(VENUE["opening_hours"], key=lambda row: row["opens"])
    assert body == {"id": body["id"], **VENUE, "opening_hours": hours}
    changed = lead.patch(f"/api/v1/venues/{body['id']}/", {"capacity": None}, format="json").json()
    assert changed == {**body, "capacity": None}
    event = AuditEvent.objects.get(verb="venue.changed")
    assert (event.before, event.after) == ({"capacity": 60}, {"capacity": None})


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ([{"weekday": 1, "opens": "9:00", "closes": "17:00"}], "opening_time"),
        ([{"weekday": 1, "opens": "17:00", "closes": "09:00"}], "opening_order"),
        ([{"weekday": 1, "opens": "25:00", "closes": "26:00"}], "opening_time"),
        (
            [
                {"weekday": 1, "opens": "09:00", "closes": "12:00"},
                {"weekday": 1, "opens": "11:00", "closes": "13:00"},
            ],
            "opening_overlap",
        ),
    ],
)
def test_venue_when_its_hours_cannot_be_then_422(lead, hours, problem):
    answer = lead.post("/api/v1/venues/", {**VENUE, "opening_hours": hours}, format="json")
    assert (answer.status_code, answer.json()["problem"]) == (422, problem)
    assert not Venue.objects.exists()


def test_venue_when_the_name_is_taken_in_the_city_then_422(lead):
    lead.post("/api/v1/venues/", VENUE, format="json")
    answer = lead.post("/api/v1/venues/", VENUE, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "venue_name_taken")
    other = lead.post("/api/v1/venues/", {**VENUE, "city": "hefei"}, format="json")
    assert other.status_code == 201


def test_speaker_when_created_and_changed_then_windows_follow(lead):
    organization = OrganizationFactory()
    window = {"starts_at": "2026-06-08T09:00:00+08:00", "ends_at": "2026-06-08T12:00:00+08:00"}
    body = {
        "name": "陈教授",
        "name_en": "Prof. Chen",
        "title": "教授",
        "organization": organization.pk,
        "availability": [window],
    }
    made = lead.post("/api/v1/speakers/", body, format="json").json()
    assert made == {"id": made["id"], **body}
    url = f"/api/v1/speakers/{made['id']}/"
    assert lead.patch(url, {"title": "院士"}, format="json").json()["availability"] == [window]
    assert lead.patch(url, {"availability": []}, format="json").json()["availability"] == []


def test_speaker_when_a_window_is_reversed_then_422(lead):
    window = {"starts_at": "2026-06-08T12:00:00+08:00", "ends_at": "2026-06-08T09:00:00+08:00"}
    answer = lead.post("/api/v1/speakers/", {"name": "陈", "availability": [window]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "window_reversed")
    assert not Speaker.objects.exists()


def test_travel_when_set_twice_then_one_row_and_null_forgets(lead):
    one, two = VenueFactory.create_batch(2)
    body = {"origin": one.pk, "destination": two.pk, "minutes": 30}
    assert lead.post("/api/v1/travel/venues/", body, format="json").json() == {
        **body,
        "estimated": False,
    }
    again = {**body, "minutes": 45, "estimated": True}
    assert lead.post("/api/v1/travel/venues/", again, format="json").json() == again
    assert lead.get("/api/v1/travel/venues/").json()["results"] == [again]
    assert VenueTravel.objects.count() == 1
    gone = lead.post("/api/v1/travel/venues/", {**body, "minutes": None}, format="json")
    assert (gone.status_code, VenueTravel.objects.count()) == (204, 0)


def test_travel_between_cities_when_set_then_by_code(lead):
    body = {"origin": "songjiang", "destination": "hefei", "minutes": 150, "estimated": False}
    assert lead.post("/api/v1/travel/cities/", body, format="json").json() == body
    assert lead.get("/api/v1/travel/cities/").json()["results"] == [body]


@pytest.mark.parametrize("minutes", [-1, 2881])
def test_travel_when_minutes_cannot_be_then_422(lead, minutes):
    body = {"origin": "songjiang", "destination": "hefei", "minutes": minutes}
    assert lead.post("/api/v1/travel/cities/", body, format="json").status_code == 422
    itself = {"origin": "hefei", "destination": "hefei", "minutes": 5}
    assert (
        lead.post("/api/v1/travel/cities/", itself, format="json").json()["code"]
        == "journey_to_itself"
    )
    assert not CityTravel.objects.exists()


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [(Role.DESK, 200, 403), (Role.READER, 200, 403), ("nobody", 403, 403)],
)
def test_places_when_no_organizer_asks_then_no_writing(api_as, role, reads, writes):
    scope = {} if role == "nobody" else {"cohort": CohortFactory()}
    client = api_as(user_with(role, **scope))
    for path in ("venues", "speakers", "travel/venues", "travel/cities"):
        assert client.get(f"/api/v1/{path}/").status_code == reads
        assert client.post(f"/api/v1/{path}/", {}, format="json").status_code == writes


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("venues", 2), ("speakers", 3)])
def test_places_when_more_rows_then_the_same_queries(
    lead, rows, path, queries, django_assert_num_queries
):
    VenueFactory.create_batch(rows, city=city("hefei"))
    SpeakerFactory.create_batch(rows)
    with django_assert_num_queries(queries):
        assert len(lead.get(f"/api/v1/{path}/").json()["results"]) == rows


def test_fill_when_called_then_counts_and_the_places_nobody_can_find(lead):
    nowhere = VenueFactory()
    for step in (0, 1, 2):
        VenueFactory(latitude=31.0 + step / 25, longitude=121.2)
    answer = lead.post("/api/v1/travel/venues/fill/", {"city": "songjiang"}, format="json")
    assert (answer.status_code, answer.json()) == (
        200,
        {"filled": 3, "without_coordinates": [nowhere.pk]},
    )
    assert lead.post("/api/v1/travel/venues/fill/", {}, format="json").json()["filled"] == 0
    rows = lead.get("/api/v1/travel/venues/").json()["results"]
    assert [row["estimated"] for row in rows] == [True] * 3
    cities = lead.post("/api/v1/travel/cities/fill/", {}, format="json").json()
    assert cities == {"filled": 36, "without_coordinates": []}
    wrong = lead.post("/api/v1/travel/venues/fill/", {"city": "nowhere"}, format="json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["city"])


@pytest.mark.parametrize("path", ["venues", "cities"])
def test_fill_when_no_organizer_calls_then_403(api_as, path):
    reader = api_as(user_with(Role.READER, cohort=CohortFactory()))
    assert reader.post(f"/api/v1/travel/{path}/fill/", {}, format="json").status_code == 403
