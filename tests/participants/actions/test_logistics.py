"""The logistics form: what is kept, under which consent, after which deadline, and until when."""

import datetime as dt

import pytest

from g60portal.audit.models import AuditEvent
from g60portal.common.clock import SHANGHAI
from g60portal.notices.models import Notice
from participants.actions.consents import withdraw_consent
from participants.actions.erasure import purge_due
from participants.actions.hotels import add_hotel, add_rooms
from participants.actions.lodging import assign_room
from participants.actions.logistics import (
    note_late_changes,
    save_logistics,
    set_logistics_deadline,
)
from participants.actions.logistics_reminders import remind_missing, remind_of_logistics
from participants.models import LogisticsForm, RoomChange, RoomStay
from participants.queries.logistics import forms_of_leg, meals_of
from participants.queries.logistics_papers import opened_texts
from participants.queries.own_data import own_data
from participants.refusals import LogisticsConsentMissing, LogisticsWrong, NotOfLeg
from tests.factories import EnrollmentFactory, two_leg_cohort

pytestmark = pytest.mark.django_db
NEED = "花生过敏QZX"


def moment(day: int, hour: int, month: int = 6) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def leg(frozen_clock, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    frozen_clock(moment(20, 9, 5))
    return two_leg_cohort()[1]


@pytest.fixture
def enrollment(leg):
    return EnrollmentFactory(cohort=leg.cohort)


def save(enrollment, leg, consent=None, **facts) -> LogisticsForm:
    return save_logistics(enrollment=enrollment, leg=leg, facts=facts, consent=consent, by=None)


def test_save_when_filled_in_twice_then_only_what_is_said_changes(enrollment, leg) -> None:
    save(enrollment, leg, arrival_number=" g7 ", arrival_at=moment(8, 8), shirt_size="L")
    form = save(enrollment, leg, shirt_size="XL")
    assert (form.arrival_number, form.shirt_size, form.arrival_at) == ("G7", "XL", moment(8, 8))
    lines = AuditEvent.objects.filter(verb__startswith="logistics.").order_by("pk")
    assert [line.verb for line in lines] == ["logistics.filled", "logistics.changed"]
    assert lines[1].after["fields"] == ["shirt_size"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"arrival_at": moment(30, 8)}, "arrival_at"),
        ({"arrival_at": moment(9, 8), "departure_at": moment(8, 8)}, "departure_at"),
        ({"arrival_pickup": True}, "arrival_pickup"),
        ({"nights": [dt.date(2026, 6, 20)]}, "nights"),
        ({"car_plate": "沪A"}, "car_plate"),
        ({"emergency_name": "李四"}, "emergency_phone"),
        ({"emergency_phone": "12345"}, "emergency_phone"),
    ],
)
def test_save_when_it_cannot_be_right_then_said_at_the_field(enrollment, leg, facts, field) -> None:
    with pytest.raises(LogisticsWrong) as refused:
        save(enrollment, leg, **facts)
    assert set(refused.value.fields) == {field}
    assert not LogisticsForm.objects.exists()


def test_save_when_the_leg_is_of_another_cohort_then_refused(enrollment) -> None:
    with pytest.raises(NotOfLeg):
        save(enrollment, two_leg_cohort()[1])


def test_needs_when_there_is_no_consent_then_refused_and_with_it_sealed(enrollment, leg) -> None:
    with pytest.raises(LogisticsConsentMissing):
        save(enrollment, leg, diet="halal")
    form = save(enrollment, leg, consent=True, diet="halal", allergy=NEED)
    form.refresh_from_db()
    assert opened_texts(form)["allergy"] == NEED
    assert NEED.encode() not in bytes(form.sealed or b"")
    assert not AuditEvent.objects.filter(after__icontains=NEED).exists()


def test_consent_when_taken_back_then_needs_are_gone_in_every_leg(enrollment, leg) -> None:
    other = leg.cohort.legs.get(position=2)
    save(enrollment, leg, consent=True, diet="halal", allergy=NEED, shirt_size="M")
    save(enrollment, other, accessibility=NEED)
    withdraw_consent(person=enrollment.person, purpose="diet", by=None)
    rows = LogisticsForm.objects.values_list("diet", "sealed", "shirt_size").order_by("leg_id")
    assert list(rows) == [("", None, "M"), ("", None, "")]


def test_deadline_when_passed_then_changes_wait_for_a_look(enrollment, leg, frozen_clock) -> None:
    set_logistics_deadline(leg=leg, due_at=moment(1, 18), by=None)
    save(enrollment, leg, shirt_size="M")
    frozen_clock(moment(2, 9))
    form = save(enrollment, leg, shirt_size="L", arrival_number="G1")
    late = EnrollmentFactory(cohort=leg.cohort)
    assert form.late_fields == ["arrival_number", "shirt_size"]
    assert save(late, leg, shirt_size="S").late_fields == []
    assert [row.state for row in forms_of_leg(leg)] == ["late", "filled"]
    assert note_late_changes(form=form, by=None).late_fields == []


def test_reminder_when_the_deadline_is_near_then_once_for_those_missing(
    enrollment, leg, frozen_clock
) -> None:
    missing = EnrollmentFactory(cohort=leg.cohort)
    set_logistics_deadline(leg=leg, due_at=moment(5, 18), by=None)
    save(enrollment, leg)
    assert remind_of_logistics() == 0
    frozen_clock(moment(4, 9))
    assert (remind_of_logistics(), remind_of_logistics()) == (1, 0)
    assert Notice.objects.get(kind="logistics_due").recipient == missing.person.name
    assert (remind_missing(leg=leg, by=None), remind_missing(leg=leg, by=None)) == (1, 0)


def test_meals_when_people_come_late_and_go_early_then_counted_while_there(enrollment, leg) -> None:
    EnrollmentFactory(cohort=leg.cohort)
    save(
        enrollment, leg, consent=True, diet="vegetarian", arrival_at=moment(8, 15),
        departure_at=moment(10, 9),
    )  # fmt: skip
    counts = {
        (one.day.day, one.meal): dict(one.by_diet) for one in meals_of(forms_of_leg(leg), leg)
    }
    assert counts[8, "lunch"] == {"": 1}
    assert counts[8, "dinner"] == {"": 1, "vegetarian": 1}
    assert counts[10, "breakfast"] == {"": 1, "vegetarian": 1}
    assert counts[10, "lunch"] == {"": 1}
    assert (8, "breakfast") not in counts


def test_own_data_when_asked_for_then_with_form_and_room(enrollment, leg) -> None:
    save(enrollment, leg, consent=True, allergy=NEED, arrival_number="G7")
    _bed(enrollment, leg)
    data = own_data(enrollment.person)
    assert (data["logistics"][0]["allergy"], data["logistics"][0]["arrival_number"]) == (NEED, "G7")
    assert data["rooms"][0]["room__number"] == "801"


def test_purge_when_the_term_is_over_then_forms_and_beds_are_gone(
    enrollment, leg, frozen_clock
) -> None:
    save(enrollment, leg)
    _bed(enrollment, leg)
    frozen_clock(moment(12, 9, 7))
    assert "logistics" not in purge_due()
    frozen_clock(moment(13, 9, 7))
    counts = purge_due()
    assert (counts["logistics"], counts["room_stay"]) == (1, 1)
    assert not LogisticsForm.objects.exists()
    assert not RoomStay.objects.exists()
    assert not RoomChange.objects.exists()


def _bed(enrollment, leg) -> None:
    hotel = add_hotel(leg=leg, name="示例酒店", by=None)
    [room] = add_rooms(
        hotel=hotel, numbers="801", kind="single", places=1, first_on=leg.starts_on,
        last_on=leg.ends_on, by=None,
    )  # fmt: skip
    assign_room(leg=leg, enrollments=[enrollment.pk], room=room, by=None)
