"""Vehicles by API: whole plans, boarding, heads; and transfers that go along with a session."""

import pytest

from cohorts.choices import Role
from sessions.actions.boarding import fill_vehicles
from sessions.models import TrainingSession, Vehicle
from sessions.queries.transfers import transfers_around
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    training_session,
    two_leg_cohort,
    user_with,
)
from tests.sessions.riding import a_ride

pytestmark = pytest.mark.django_db


@pytest.fixture
def ride():
    return a_ride(2, 1)


@pytest.fixture
def lead(ride, api_as):
    return api_as(user_with(Role.LEAD, cohort=ride.cohort))


def plan_url(ride):
    return f"/api/v1/sessions/{ride.transfer.pk}/vehicles/"


def boarding_url(ride):
    return f"/api/v1/sessions/{ride.transfer.pk}/boarding/"


def test_plan_when_put_and_read_then_the_whole_shape(ride, lead):
    first, second, _third = (person.pk for person in ride.people)
    sent = {
        "vehicles": [
            {
                "name": "1号车",
                "seats": 2,
                "plate": "沪A12345",
                "stops": [{"name": "南门", "minute": 0}],
                "boarding": [{"enrollment": second, "number": 2}, {"enrollment": first}],
            }
        ]
    }
    answer = lead.put(plan_url(ride), sent, format="json")
    assert answer.status_code == 200
    shape = lead.get(plan_url(ride)).json()
    assert shape == answer.json()
    (vehicle,) = shape.pop("vehicles")
    assert shape.pop("revision")
    assert shape == {
        "session": ride.transfer.pk,
        "seats": 2,
        "people": 3,
        "unassigned": [ride.people[2].pk],
        "gone": [],
    }
    bus = Vehicle.objects.get()
    assert vehicle == {
        "id": bus.pk,
        "position": 1,
        "name": "1号车",
        "plate": "沪A12345",
        "driver": "",
        "driver_phone": "",
        "escort": "",
        "seats": 2,
        "stops": [
            {
                "id": bus.stops.get().pk,
                "venue": None,
                "name": "南门",
                "minute": 0,
                "at": "2026-06-08T13:00:00+08:00",
                "counted": None,
                "expected": None,
            }
        ],
        "boarding": [{"enrollment": first, "number": 1}, {"enrollment": second, "number": 2}],
    }


def test_plan_when_the_revision_is_old_then_409_with_the_plan(ride, lead):
    read = lead.get(plan_url(ride)).json()["revision"]
    ride.bus(5)
    answer = lead.put(plan_url(ride), {"vehicles": [], "revision": read}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert [row["name"] for row in answer.json()["current"]["vehicles"]] == ["1号车"]
    assert Vehicle.objects.count() == 1


@pytest.mark.parametrize(
    ("vehicle", "error"),
    [
        ({"name": "1号车", "seats": 0}, "vehicles.0.seats"),
        ({"seats": 5}, "vehicles.0.name"),
        ({"name": "1号车", "seats": 5, "stops": [{"minute": -1}]}, "vehicles.0.stops.0.minute"),
    ],
)
def test_plan_when_malformed_then_400_at_the_place(ride, lead, vehicle, error):
    answer = lead.put(plan_url(ride), {"vehicles": [vehicle]}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [error])


def test_boarding_when_filled_then_seats_else_422_with_figures(ride, lead):
    bus = ride.bus(2)
    refused = lead.post(boarding_url(ride))
    body = refused.json()
    assert (refused.status_code, body["code"]) == (422, "too_few_seats")
    assert (body["seats"], body["people"], body["missing"]) == (2, 3, 1)
    bus.seats = 3
    bus.save()
    shape = lead.post(boarding_url(ride)).json()
    assert [row["enrollment"] for row in shape["vehicles"][0]["boarding"]] == [
        person.pk for person in ride.people
    ]
    assert lead.get(boarding_url(ride)).json() == shape


def test_boarding_when_one_is_moved_then_there_or_refused(ride, lead):
    one, two = ride.bus(5), ride.bus(5)
    first, second, _third = ride.people
    shape = lead.patch(
        boarding_url(ride),
        {"enrollment": first.pk, "vehicle": two.pk, "number": 3},
        format="json",
    ).json()
    assert shape["vehicles"][1]["boarding"] == [{"enrollment": first.pk, "number": 3}]
    taken = lead.patch(
        boarding_url(ride), {"enrollment": second.pk, "vehicle": two.pk, "number": 3}, format="json"
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "seat_taken")
    beyond = lead.patch(
        boarding_url(ride), {"enrollment": second.pk, "vehicle": one.pk, "number": 6}, format="json"
    )
    assert (beyond.status_code, beyond.json()["code"], beyond.json()["seats"]) == (
        422,
        "seat_beyond_vehicle",
        5,
    )
    stranger = EnrollmentFactory()
    unknown = lead.patch(boarding_url(ride), {"enrollment": stranger.pk}, format="json")
    assert unknown.status_code == 404


def test_head_counts_when_posted_by_the_desk_then_listed_and_in_the_plan(ride, api_as, lead):
    bus = ride.bus(5)
    fill_vehicles(training_session=ride.transfer, by=None)
    place = f"/api/v1/vehicles/{bus.pk}/head-counts/"
    stop = bus.stops.first()
    desk = api_as(user_with(Role.DESK, cohort=ride.cohort))
    answer = desk.post(place, {"stop": stop.pk, "counted": 2}, format="json")
    assert answer.status_code == 201
    shape = answer.json()
    assert (shape["stop"], shape["counted"], shape["expected"]) == (stop.pk, 2, 3)
    (listed,) = lead.get(place).json()["results"]
    assert listed["id"] == shape["id"]
    assert lead.get(plan_url(ride)).json()["vehicles"][0]["stops"][0]["counted"] == 2
    elsewhere = a_ride(1).bus(5).stops.first()
    sent = {"stop": elsewhere.pk, "counted": 2}
    assert desk.post(place, sent, format="json").status_code == 404


def test_plan_when_it_is_no_transfer_then_404(ride, lead):
    lecture = training_session(ride.leg, 9, "09:00", "10:00")
    assert lead.get(f"/api/v1/sessions/{lecture.pk}/vehicles/").status_code == 404


# ---- transfers around a session


@pytest.fixture
def day():
    """A visit of one group between two transfers, with the other group elsewhere."""
    cohort, leg, hefei = two_leg_cohort()
    one, two = GroupFactory(cohort=cohort), GroupFactory(cohort=cohort)
    rows = {
        "there": training_session(leg, 8, "13:15", "13:45", kind="transfer", groups=[one]),
        "visit": training_session(leg, 8, "14:00", "15:30", kind="site_visit", groups=[one]),
        "back": training_session(leg, 8, "15:40", "16:10", kind="transfer", groups=[one]),
        "other": training_session(leg, 8, "13:00", "16:00", groups=[two]),
        "rail": training_session(hefei, 11, "08:00", "09:00", kind="transfer"),
    }
    return cohort, leg, rows


def around_url(row):
    return f"/api/v1/sessions/{row.pk}/transfers/"


def test_around_when_the_session_moves_then_changes_ready_for_the_batch(day, api_as):
    cohort, _leg, rows = day
    client = api_as(user_with(Role.LEAD, cohort=cohort))
    new = {"starts_at": "2026-06-08T14:20:00+08:00", "ends_at": "2026-06-08T16:00:00+08:00"}
    shape = client.get(around_url(rows["visit"]), new).json()
    assert [(row["id"], row["before"], row["editable"]) for row in shape["transfers"]] == [
        (rows["there"].pk, True, True),
        (rows["back"].pk, False, True),
    ]
    assert shape["changes"] == [
        {
            "id": rows["there"].pk,
            "version": 1,
            "starts_at": "2026-06-08T13:35:00+08:00",
            "ends_at": "2026-06-08T14:05:00+08:00",
        },
        {
            "id": rows["back"].pk,
            "version": 1,
            "starts_at": "2026-06-08T16:10:00+08:00",
            "ends_at": "2026-06-08T16:40:00+08:00",
        },
    ]
    own = {"id": rows["visit"].pk, "version": 1, **new}
    batch = f"/api/v1/cohorts/{cohort.code}/sessions/batch/"
    done = client.post(batch, {"changes": [own, *shape["changes"]]}, format="json")
    assert done.status_code == 200, done.json()
    assert TrainingSession.objects.get(pk=rows["back"].pk).version == 2


def test_around_when_the_session_has_no_time_or_no_transfer_then_nothing(day, api_as):
    cohort, leg, rows = day
    client = api_as(user_with(Role.READER, cohort=cohort))
    tray = TrainingSession.objects.create(cohort=cohort, leg=leg, kind="meal", title="午餐")
    for row in (tray, rows["other"], rows["there"]):
        assert client.get(around_url(row)).json() == {"transfers": [], "changes": []}


def test_around_when_the_transfer_is_of_another_leg_then_shown_but_no_change(day, api_as):
    cohort, leg, rows = day
    TrainingSession.objects.filter(pk=rows["there"].pk).update(leg=rows["rail"].leg)
    client = api_as(user_with(Role.LEG, cohort=cohort, leg=leg))
    shape = client.get(around_url(rows["visit"])).json()
    assert [row["editable"] for row in shape["transfers"]] == [False, True]
    assert [row["id"] for row in shape["changes"]] == [rows["back"].pk]


def test_around_when_times_cannot_be_read_then_400(day, api_as):
    cohort, _leg, rows = day
    client = api_as(user_with(Role.LEAD, cohort=cohort))
    assert client.get(around_url(rows["visit"]), {"starts_at": "noon"}).status_code == 400


def test_around_when_there_are_more_sessions_then_one_query(day, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(transfers_around(day[2]["visit"])) == 2
