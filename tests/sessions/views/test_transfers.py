"""The pages of transfers: the list by day, vehicles with heads, lists on paper, the itinerary."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cohorts.choices import Role
from participants.choices import EnrollmentState
from sessions.actions.boarding import count_heads, fill_vehicles
from sessions.actions.vehicles import StopFacts, add_vehicle, change_vehicle
from sessions.models import HeadCount, Vehicle, VehicleSeat
from tests.factories import VenueFactory, at, training_session, user_with
from tests.sessions.participant import a_participant
from tests.sessions.riding import a_ride

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def as_role(ride, role, **scope):
    return signed_in(user_with(role, cohort=ride.cohort, **scope))


def lead_of(ride):
    return as_role(ride, Role.LEAD)


def list_url(ride):
    return f"/console/cohorts/{ride.cohort.code}/timetable/transfers/"


def url(ride, what=""):
    return f"/console/sessions/{ride.transfer.pk}/vehicles/{what}"


def text(answer):
    return answer.content.decode()


def the_line(ride):
    (day,) = lead_of(ride).get(list_url(ride)).context["days"]
    return next(line for line in day.lines if line.training_session == ride.transfer)


def test_list_when_there_are_stops_then_from_the_first_to_the_last():
    ride = a_ride(3)
    ride.bus(2)
    line = the_line(ride)
    assert (line.origin, line.destination) == ("培训基地南门", "工厂东门")
    assert (line.seats, line.people, line.missing, line.without_seat) == (2, 3, 1, 3)
    assert "seats 2 &lt; people 3" in text(lead_of(ride).get(list_url(ride)))


def test_list_when_there_are_no_stops_then_from_the_session_before_to_the_next():
    ride = a_ride(1, 1)
    hall, plant, other = (VenueFactory(name_en=name) for name in ("Hall", "Plant", "Other"))
    training_session(ride.leg, 8, "09:00", "11:00", venue=hall)
    training_session(ride.leg, 8, "14:30", "15:00", venue=plant)
    training_session(ride.leg, 9, "09:00", "10:00", venue=other)
    line = the_line(ride)
    assert (line.origin, line.destination) == ("Hall", "Plant")


def test_list_when_people_dropped_out_then_neither_counted_nor_seated():
    ride = a_ride(3)
    ride.bus(3)
    fill_vehicles(training_session=ride.transfer, by=None)
    first, second, _third = ride.people
    first.state = EnrollmentState.WITHDRAWN
    first.save()
    second.left_on = at(7, "00:00").date()
    second.save()
    line = the_line(ride)
    assert (line.people, line.seated, line.without_seat) == (1, 1, 0)


def test_list_when_there_are_none_then_says_what_to_do():
    ride = a_ride(1)
    ride.transfer.delete()
    assert "No transfers yet" in text(lead_of(ride).get(list_url(ride)))


def test_detail_when_seats_are_too_few_then_figures_and_people_without_a_seat():
    ride = a_ride(3)
    ride.bus(2)
    page = text(lead_of(ride).get(url(ride)))
    assert "seats 2 &lt; people 3" in page
    assert all(person.person.name in page for person in ride.people)


def test_detail_when_it_is_no_transfer_then_404():
    ride = a_ride(1)
    lecture = training_session(ride.leg, 9, "09:00", "10:00")
    assert lead_of(ride).get(f"/console/sessions/{lecture.pk}/vehicles/").status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "counts", "arranges"),
    [
        (Role.LEAD, True, True, True),
        (Role.DESK, True, True, False),
        (Role.READER, True, False, False),
    ],
)
def test_detail_when_opened_by_a_role_then_only_its_forms(role, sees, counts, arranges):
    ride = a_ride(1)
    bus = ride.bus(2)
    page = text(as_role(ride, role).get(url(ride)))
    assert (f"vehicles/{bus.pk}/count/" in page) is counts
    assert ("/fill/" in page) is arranges
    assert (f'/vehicles/{bus.pk}/"' in page) is arranges


def test_fill_when_pressed_then_everybody_has_a_seat_or_the_figures_are_told():
    ride = a_ride(3)
    bus = ride.bus(2)
    client = lead_of(ride)
    refused = client.post(url(ride, "fill/"))
    assert refused.status_code == 422
    assert "2 seats for 3 people: 1 too few." in text(refused)
    change_vehicle(vehicle=bus, facts={"seats": 3}, by=None)
    assert client.post(url(ride, "fill/")).status_code == 302
    assert len(ride.seating()) == 3


def test_seat_when_moved_by_hand_then_there():
    ride = a_ride(1)
    bus = ride.bus(5)
    (person,) = ride.people
    sent = {"enrollment": person.pk, "vehicle": bus.pk, "number": 4}
    client = lead_of(ride)
    assert "has moved" in text(client.post(url(ride, "seat/"), sent, follow=True))
    assert ride.seating() == {person.pk: (bus.pk, 4)}
    client.post(url(ride, "seat/"), {"enrollment": person.pk, "vehicle": ""})
    assert ride.seating() == {}


def stops_of(*rows):
    sent = {"stops-TOTAL_FORMS": len(rows), "stops-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        sent |= {f"stops-{number}-{name}": value for name, value in row.items()}
    return sent


def test_vehicle_when_entered_with_stops_then_in_the_order_of_their_minutes():
    ride = a_ride(1)
    hall = VenueFactory()
    rows = stops_of(
        {"name": "工厂东门", "minute": 50},
        {"venue": hall.pk, "minute": 0},
        {"name": "", "minute": ""},
    )
    sent = {"name": "1号车", "seats": 45, "escort": "李老师", **rows}
    assert lead_of(ride).post(url(ride, "new/"), sent).status_code == 302
    bus = Vehicle.objects.get()
    assert (bus.name, bus.seats, bus.escort) == ("1号车", 45, "李老师")
    assert [(s.venue, s.name, s.minute) for s in bus.stops.all()] == [
        (hall, "", 0),
        (None, "工厂东门", 50),
    ]


def test_vehicle_when_changed_then_its_stops_keep_their_counts():
    ride = a_ride(1)
    bus = ride.bus(5)
    gate, plant = bus.stops.all()
    count_heads(stop=gate, counted=0, note="", by=None)
    rows = stops_of(
        {"id": gate.pk, "name": "北门", "minute": 5}, {"id": plant.pk, "name": "", "minute": 50}
    )
    client = lead_of(ride)
    client.post(url(ride, f"{bus.pk}/"), {"name": "2号车", "seats": 5, **rows})
    assert [(stop.pk, stop.name) for stop in bus.stops.all()] == [(gate.pk, "北门")]
    assert HeadCount.objects.get().stop == gate


def test_vehicle_when_its_name_is_taken_then_said_at_the_field():
    ride = a_ride(1)
    ride.bus(5)
    answer = lead_of(ride).post(url(ride, "new/"), {"name": "1号车", "seats": 5, **stops_of()})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]


def test_count_when_entered_on_the_bus_then_kept_and_shown():
    ride = a_ride(2)
    bus = ride.bus(5)
    fill_vehicles(training_session=ride.transfer, by=None)
    client = as_role(ride, Role.DESK)
    sent = {"stop": bus.stops.first().pk, "counted": 1, "note": "等一人"}
    answer = client.post(url(ride, f"{bus.pk}/count/"), sent)
    assert answer["Location"].endswith(f"#vehicle-{bus.pk}")
    page = text(client.get(url(ride)))
    assert "1 of 2 aboard" in page
    assert "等一人" in page
    client.post(url(ride, f"{bus.pk}/count/"), {**sent, "counted": 2, "note": ""})
    assert "all 2 aboard" in text(client.get(url(ride)))


def test_manifests_when_printed_then_a_page_a_vehicle_without_those_who_dropped_out():
    ride = a_ride(2, 2)
    ride.bus(2)
    ride.bus(2)
    fill_vehicles(training_session=ride.transfer, by=None)
    gone = ride.people[0]
    gone.state = EnrollmentState.WITHDRAWN
    gone.save()
    page = text(as_role(ride, Role.READER).get(url(ride, "print/")))
    assert page.count('class="manifest') >= 2
    assert page.count("print-page") == 1
    assert gone.person.name not in page
    assert all(person.person.name in page for person in ride.people[1:])
    assert page.count('<td class="manifest-box">') == 3 * 2


def test_take_over_when_another_transfer_has_vehicles_then_offered_and_done():
    ride = a_ride(2)
    ride.bus(5)
    back = training_session(ride.leg, 9, "16:00", "17:00", kind="transfer")
    client = lead_of(ride)
    page = f"/console/sessions/{back.pk}/vehicles/"
    assert client.get(page).context["sources"][0] == ride.transfer
    client.post(f"{page}take-over/", {"source": ride.transfer.pk})
    assert Vehicle.objects.filter(training_session=back).count() == 1


@pytest.mark.parametrize("what", ["", "print/"])
def test_detail_when_there_are_three_vehicles_then_queries_as_with_one(what):
    small, large = a_ride(3), a_ride(3, 3, 3)
    small.bus(3)
    for _number in range(3):
        large.bus(3)
    counts = []
    for ride in (small, large):
        fill_vehicles(training_session=ride.transfer, by=None)
        client = lead_of(ride)
        client.get(url(ride, what))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(ride, what)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ---- the participant


def ridden(participant, plate="沪A12345", stop="培训基地南门"):
    transfer = training_session(
        participant.leg,
        8,
        "13:00",
        "14:00",
        kind="transfer",
        title="前往工厂",
        title_en="To the plant",
    )
    add_vehicle(
        training_session=transfer,
        facts={"name": "1号车", "seats": 45, "plate": plate},
        stops=[StopFacts(10, name=stop), StopFacts(50, name="工厂")],
        by=None,
    )
    fill_vehicles(training_session=transfer, by=None)
    return transfer


LINE = "1号车 (沪A12345), seat 1, board at 13:10: 培训基地南门"


def test_itinerary_when_the_transfer_is_released_then_vehicle_seat_and_stop(frozen_clock):
    participant = a_participant()
    ridden(participant)
    participant.release()
    client = signed_in(participant.user)
    frozen_clock(at(8, "08:00"))
    assert LINE in text(client.get("/my/itinerary/"))
    assert text(client.get("/my/")).count(LINE) == 2  # next, and in the day
    assert "<!--ride" not in text(client.get("/my/itinerary/"))


def test_itinerary_when_the_transfer_is_a_draft_then_nothing_of_it():
    participant = a_participant()
    training_session(participant.leg, 9, "09:00", "10:00")
    participant.release()
    ridden(participant)
    page = text(signed_in(participant.user).get("/my/itinerary/"))
    assert "1号车" not in page


def test_itinerary_when_another_of_the_group_looks_then_its_own_seat():
    """The picture is shared by the group; the seat is not."""
    participant, ride = a_participant(), None
    other = a_participant()
    other.enrollment.cohort = participant.cohort
    other.enrollment.group = participant.group
    other.enrollment.seat = 99
    other.enrollment.save()
    ride = ridden(participant)
    participant.release()
    seats = VehicleSeat.objects.filter(training_session=ride)
    numbers = {seat.enrollment_id: seat.number for seat in seats}
    for each in (participant, other):
        page = text(signed_in(each.user).get("/my/itinerary/"))
        assert f"seat {numbers[each.enrollment.pk]}, board" in page
    assert len(set(numbers.values())) == 2


def test_itinerary_when_the_seat_changes_then_not_304():
    participant = a_participant()
    transfer = ridden(participant)
    participant.release()
    client = signed_in(participant.user)
    etag = client.get("/my/itinerary/")["ETag"]
    assert client.get("/my/itinerary/", headers={"if-none-match": etag}).status_code == 304
    VehicleSeat.objects.filter(training_session=transfer).update(number=7)
    answer = client.get("/my/itinerary/", headers={"if-none-match": etag})
    assert answer.status_code == 200
    assert "seat 7," in text(answer)


def test_itinerary_when_texts_are_markup_then_escaped():
    participant = a_participant()
    ridden(participant, plate="<b>&", stop="<script>")
    participant.release()
    page = text(signed_in(participant.user).get("/my/itinerary/"))
    assert "<script>" not in page.replace("<script src", "").replace("<script type", "")
    assert "&lt;b&gt;&amp;" in page


def test_itinerary_when_there_are_rides_then_one_query_more_at_any_number():
    counts = []
    for rides in (0, 1, 3):
        participant = a_participant()
        training_session(participant.leg, 8, "09:00", "10:00")
        for number in range(rides):
            transfer = training_session(
                participant.leg, 8 + number % 3, "13:00", "14:00", kind="transfer"
            )
            facts = {"name": "1号车", "seats": 45}
            add_vehicle(training_session=transfer, facts=facts, by=None)
            fill_vehicles(training_session=transfer, by=None)
        participant.release()
        client = signed_in(participant.user)
        client.get("/my/itinerary/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/my/itinerary/")
        counts.append(len(captured))
    assert counts == [2, 3, 3]
