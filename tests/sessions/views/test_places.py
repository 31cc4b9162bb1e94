"""Pages of venues, speakers and travel minutes."""

import pytest

from cohorts.choices import Role
from sessions.models import CityTravel, Speaker, Venue, VenueTravel
from tests.factories import (
    CohortFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

PATHS = ["/console/venues/", "/console/speakers/", "/console/travel/"]


@pytest.fixture
def lead(client):
    client.force_login(user_with(Role.LEAD, cohort=CohortFactory()))
    client.cookies["django_language"] = "en"
    return client


def test_venue_when_filled_then_its_hours_are_kept_and_shown_again(lead):
    entries = {
        "name": "科技馆",
        "city": city().pk,
        "kind": "exhibition_hall",
        "opening_1": "9:00-12:00，13:00–17:00",
    }
    assert lead.post("/console/venues/new/", entries).status_code == 302
    venue = Venue.objects.get()
    assert venue.opening_hours == [
        {"weekday": 1, "opens": "09:00", "closes": "12:00"},
        {"weekday": 1, "opens": "13:00", "closes": "17:00"},
    ]
    page = lead.get(f"/console/venues/{venue.pk}/").content.decode()
    assert "09:00–12:00, 13:00–17:00" in page


@pytest.mark.parametrize("hours", ["morning", "12:00-09:00", "09:00-12:00,11:00-13:00"])
def test_venue_when_its_hours_cannot_be_then_422_at_the_day(lead, hours):
    entries = {"name": "科技馆", "city": city().pk, "kind": "other", "opening_3": hours}
    answer = lead.post("/console/venues/new/", entries)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["opening_3"])


def test_venue_when_unused_then_removed_else_kept(lead):
    free, used = VenueFactory.create_batch(2)
    training_session(two_leg_cohort()[1], 8, "09:00", "10:00", venue=used)
    for venue in (free, used):
        lead.post(f"/console/venues/{venue.pk}/remove/")
    assert list(Venue.objects.all()) == [used]


def test_speaker_when_filled_then_windows_are_kept_and_shown_again(lead):
    lines = "2026-06-08 9:00-12:00\n2026-06-09 20:00 – 2026-06-10 08:00"
    assert (
        lead.post("/console/speakers/new/", {"name": "陈教授", "availability": lines}).status_code
        == 302
    )
    speaker = Speaker.objects.get()
    assert [(row.starts_at, row.ends_at) for row in speaker.windows.all()] == [
        (at(8, "09:00"), at(8, "12:00")),
        (at(9, "20:00"), at(10, "08:00")),
    ]
    page = lead.get(f"/console/speakers/{speaker.pk}/").content.decode()
    assert "2026-06-08 09:00–12:00" in page


@pytest.mark.parametrize("line", ["Monday", "2026-13-01 09:00-10:00", "2026-06-08 12:00-09:00"])
def test_speaker_when_a_window_cannot_be_then_422(lead, line):
    answer = lead.post("/console/speakers/new/", {"name": "陈教授", "availability": line})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["availability"])


def test_travel_when_cells_are_filled_then_written_and_emptied_then_forgotten(lead):
    one, two = VenueFactory.create_batch(2)
    there, back = f"m-{one.pk}-{two.pk}", f"m-{two.pk}-{one.pk}"
    url = "/console/travel/?city=songjiang"
    assert lead.post(url, {there: "35", back: ""}).status_code == 302
    assert list(VenueTravel.objects.values_list("origin", "minutes")) == [(one.pk, 35)]
    assert f'name="{back}" value="" placeholder="35"' in lead.get(url).content.decode()
    lead.post(url, {there: "", back: ""})
    assert not VenueTravel.objects.exists()


def test_travel_when_a_cell_holds_no_minutes_then_422_and_nothing_is_written(lead):
    hefei, wuhu, suzhou = (city(code).pk for code in ("hefei", "wuhu", "suzhou"))
    answer = lead.post(
        "/console/travel/", {f"m-{hefei}-{wuhu}": "soon", f"m-{wuhu}-{suzhou}": "90"}
    )
    assert answer.status_code == 422
    assert not CityTravel.objects.exists()


def test_travel_fill_when_pressed_then_estimates_are_marked_until_written(lead):
    one, two = (VenueFactory(latitude=31.0 + step / 25, longitude=121.2) for step in (0, 1))
    nowhere = VenueFactory(name_en="Nowhere hall")
    url = "/console/travel/?city=songjiang"
    page = lead.get(url).content.decode()
    assert "3 journeys are unknown" in page
    assert f'<a href="/console/venues/{nowhere.pk}/">Nowhere hall</a>' in page
    answer = lead.post("/console/travel/fill/", {"city": "songjiang"})
    assert (answer.status_code, answer.url) == (302, url)
    row = VenueTravel.objects.get()
    assert row.estimated
    assert lead.get(url).content.decode().count(">estimated<") == 2  # the way back counts too
    cell = f"m-{row.origin_id}-{row.destination_id}"
    assert {row.origin_id, row.destination_id} == {one.pk, two.pk}
    lead.post(url, {cell: "33"})
    row.refresh_from_db()
    assert (row.minutes, row.estimated) == (33, False)
    assert ">estimated<" not in lead.get(url).content.decode()


def test_travel_fill_when_between_cities_then_the_corridor_and_no_more_button(lead):
    assert lead.post("/console/travel/fill/", {}).status_code == 302
    assert CityTravel.objects.filter(estimated=True).count() == 36
    assert "/console/travel/fill/" not in lead.get("/console/travel/").content.decode()


def test_travel_fill_when_the_city_is_unknown_then_404(lead):
    assert lead.post("/console/travel/fill/", {"city": "nowhere"}).status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.READER, 200), ("nobody", 403)])
def test_places_when_no_organizer_asks_then_reading_only(client, role, status):
    client.force_login(user_with(role, **({} if role == "nobody" else {"cohort": CohortFactory()})))
    for path in PATHS:
        assert client.get(path).status_code == status
    assert client.post("/console/travel/", {}).status_code == 403
    assert client.post("/console/travel/fill/", {}).status_code == 403
    for kind in ("venues", "speakers"):
        assert client.get(f"/console/{kind}/new/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"), [(PATHS[0], 6), (PATHS[1], 7), ("/console/travel/?city=hefei", 6)]
)
def test_places_when_more_rows_then_the_same_queries(
    lead, rows, path, queries, django_assert_num_queries
):
    VenueFactory.create_batch(rows, city=city("hefei"))
    SpeakerFactory.create_batch(rows)
    with django_assert_num_queries(queries):
        lead.get(path)
