"""Repairs read from the database: what the search stands on, in a constant number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.models import Theme
from cohorts.queries.standing import Standing
from g60portal.common.refusals import Stale
from sessions.actions.clash_acceptances import accept_clash
from sessions.actions.releases import publish_release
from sessions.actions.repairs import apply_repair
from sessions.actions.session_changes import undo_last
from sessions.actions.training_sessions import change_training_session
from sessions.choices import RepairKind
from sessions.models import SpeakerWindow, TrainingSession, VenueTravel
from sessions.queries.clashes import clashes_of
from sessions.queries.repairs import (
    delay_of,
    editable_legs,
    fallbacks_of,
    repairs_of,
    repairs_of_session,
)
from sessions.refusals import RepairOutdated
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    city,
    training_session,
    two_leg_cohort,
)

pytestmark = pytest.mark.django_db


class Day:
    """A lecture and a visit with too little time between them, 60 minutes instead of 80."""

    def __init__(self) -> None:
        self.cohort, self.leg, self.hefei = two_leg_cohort()
        self.group = GroupFactory(cohort=self.cohort, position=1)
        for seat in (1, 2, 3):
            EnrollmentFactory(cohort=self.cohort, group=self.group, seat=seat)
        self.hall = VenueFactory()
        self.plant = VenueFactory(kind="company")
        VenueTravel.objects.create(origin=self.hall, destination=self.plant, minutes=80)
        self.lecture = training_session(self.leg, 8, "09:00", "10:00", venue=self.hall)
        self.visit = training_session(
            self.leg, 8, "10:30", "11:20", venue=self.plant, kind="site_visit"
        )

    def key(self, code: str = "travel") -> str:
        (clash,) = [clash for clash in clashes_of(self.cohort) if clash.code == code]
        return clash.key

    def repair(self, kind: RepairKind, **facts):
        found = repairs_of(self.cohort, self.key(), **facts)
        return next(repair for repair in found.repairs if repair.kind == kind)


@pytest.fixture
def day(frozen_clock):
    frozen_clock(at(1, "12:00"))
    return Day()


def now(row: TrainingSession) -> TrainingSession:
    return TrainingSession.objects.get(pk=row.pk)


def test_repair_when_applied_then_the_clash_is_gone_and_one_undo_brings_it_back(day):
    by, key = UserFactory(), day.key()
    found = repairs_of(day.cohort, key)
    assert [clash.key for clash in found.clashes] == [key]
    for position, repair in enumerate(found.repairs):
        fresh = repairs_of(day.cohort, key).repairs[position]
        assert (fresh.text, fresh.cost) == (repair.text, repair.cost)
        rows = apply_repair(cohort=day.cohort, changes=fresh.changes, by=by)
        assert {row.pk for row in rows} == {move.id for move in fresh.moves}
        present = {clash.key for clash in clashes_of(day.cohort)}
        assert present == {clash.key for clash in fresh.added}
        assert repairs_of(day.cohort, key) is None
        undo_last(cohort=day.cohort, by=by)
        assert {clash.key for clash in clashes_of(day.cohort)} == {key}


def test_repair_when_the_session_has_changed_since_then_it_is_refused(day):
    repair = day.repair(RepairKind.SHIFT)
    row = day.lecture if repair.changes[0].id == day.lecture.pk else day.visit
    change_training_session(training_session=row, version=1, facts={"title": "改"}, by=None)
    with pytest.raises(Stale):
        apply_repair(cohort=day.cohort, changes=repair.changes, by=UserFactory())


def test_repair_when_its_session_is_deleted_then_it_is_outdated(day):
    repair = day.repair(RepairKind.SHIFT)
    TrainingSession.objects.filter(pk=repair.changes[0].id).delete()
    with pytest.raises(RepairOutdated):
        apply_repair(cohort=day.cohort, changes=repair.changes, by=UserFactory())


def test_repairs_when_released_then_the_people_of_the_audience_are_told(day):
    assert day.repair(RepairKind.SHIFT).cost.people_told == 0
    publish_release(cohort=day.cohort, name="", comment="", by=None)
    assert day.repair(RepairKind.SHIFT).cost.people_told == 3


def test_repairs_when_another_cohort_is_in_the_venue_then_another_time_or_place(day):
    free = VenueFactory()
    VenueTravel.objects.create(origin=free, destination=day.plant, minutes=10)
    assert day.repair(RepairKind.VENUE).moves[0].after.venue == free.pk
    other = two_leg_cohort()[1]
    training_session(other, 8, "08:00", "12:00", venue=free)
    kinds = {repair.kind for repair in repairs_of(day.cohort, day.key()).repairs}
    assert RepairKind.VENUE not in kinds


def test_repairs_when_only_one_leg_may_be_edited_then_only_its_sessions_move(day):
    found = repairs_of(day.cohort, day.key(), legs={day.hefei.pk})
    assert found.repairs == []
    assert found.tried > 0
    assert found.blocked


def test_repairs_when_the_cohort_is_under_way_then_nothing_moves_into_the_past(day, frozen_clock):
    frozen_clock(at(8, "10:10"))
    found = repairs_of(day.cohort, day.key())
    assert {move.id for repair in found.repairs for move in repair.moves} == {day.visit.pk}
    frozen_clock(at(20, "10:10"))
    found = repairs_of(day.cohort, day.key())
    assert {move.id for repair in found.repairs for move in repair.moves} > {day.visit.pk}


def test_editable_legs_when_lead_leg_or_reader_then_all_own_or_all_to_look_at():
    assert editable_legs(Standing(lead=True)) is None
    assert editable_legs(Standing(leg_ids=frozenset({4}))) == {4}
    assert editable_legs(Standing(reader=True)) is None


def test_repairs_when_the_visiting_party_is_too_large_then_waves_that_can_be_applied(day):
    second = GroupFactory(cohort=day.cohort, position=2)
    EnrollmentFactory(cohort=day.cohort, group=second, seat=4)
    day.visit.delete()
    small = VenueFactory(kind="company", largest_party=3)
    visit = training_session(day.leg, 9, "09:00", "10:00", venue=small, kind="site_visit")
    found = repairs_of(day.cohort, day.key("party"))
    waves = next(repair for repair in found.repairs if repair.kind == RepairKind.WAVES)
    by = UserFactory()
    first, other = apply_repair(cohort=day.cohort, changes=waves.changes, by=by)
    assert (first.pk, first.starts_at, other.starts_at) == (
        visit.pk,
        at(9, "09:00"),
        at(9, "10:00"),
    )
    assert clashes_of(day.cohort) == []
    undo_last(cohort=day.cohort, by=by)
    assert [clash.code for clash in clashes_of(day.cohort)] == ["party"]


def test_repairs_when_a_swap_is_applied_then_both_change_places_in_one_step(day):
    day.visit.delete()
    visit = training_session(day.leg, 9, "09:00", "10:00", venue=day.hall, kind="discussion")
    lecture = training_session(day.leg, 9, "10:00", "11:00", venue=day.hall)
    visit.prepared_by = lecture
    visit.save(update_fields=["prepared_by"])
    found = repairs_of(day.cohort, day.key("order"))
    swap = next(repair for repair in found.repairs if repair.kind == RepairKind.SWAP)
    apply_repair(cohort=day.cohort, changes=swap.changes, by=UserFactory())
    assert now(lecture).starts_at == at(9, "09:00")
    assert now(visit).starts_at == at(9, "10:00")


def test_accepted_clash_when_repairs_are_asked_then_they_are_found_all_the_same(day):
    key = day.key()
    accept_clash(cohort=day.cohort, key=key, reason="走路就到", by=UserFactory())
    found = repairs_of(day.cohort, key)
    assert found.clashes[0].accepted
    assert found.repairs


def test_session_when_in_the_tray_then_free_times_and_when_nothing_is_wrong_then_nothing(day):
    tray = training_session(day.leg, 9, "09:00", "10:00", venue=day.hall)
    TrainingSession.objects.filter(pk=tray.pk).update(starts_at=None, ends_at=None)
    found = repairs_of_session(day.cohort, tray.pk)
    assert {repair.kind for repair in found.repairs} == {RepairKind.PLACE}
    apply_repair(cohort=day.cohort, changes=found.repairs[0].changes, by=UserFactory())
    assert now(tray).starts_at is not None
    assert repairs_of_session(day.cohort, tray.pk).repairs == ()
    assert repairs_of_session(day.cohort, 0) is None


def test_session_when_wanted_where_the_place_is_taken_then_ways_to_get_there(day):
    wanted = {"starts_at": at(8, "09:00"), "ends_at": at(8, "09:50")}
    found = repairs_of_session(day.cohort, day.visit.pk, wanted=wanted)
    assert found.repairs
    by = UserFactory()
    apply_repair(cohort=day.cohort, changes=found.repairs[0].changes, by=by)


def test_fallbacks_when_a_speaker_refuses_then_one_who_has_taught_the_theme(day):
    theme, other_theme = Theme.objects.order_by("pk")[:2]
    chen, wu, li, zhou = (SpeakerFactory(city=city()) for _ in range(4))
    elsewhere = two_leg_cohort()[1]
    training_session(elsewhere, 8, "14:00", "15:00", speakers=[wu], theme=theme)
    training_session(elsewhere, 8, "15:00", "16:00", speakers=[li], theme=other_theme)
    training_session(elsewhere, 9, "14:00", "15:00", speakers=[zhou], theme=theme)
    SpeakerWindow.objects.create(speaker=zhou, starts_at=at(10, "09:00"), ends_at=at(10, "10:00"))
    lesson = training_session(
        day.leg, 9, "09:00", "10:00", venue=day.hall, speakers=[chen], theme=theme
    )
    found = fallbacks_of(lesson, refused_speaker=chen.pk)
    assert found[0].moves[0].after.speakers == (wu.pk,)
    assert found[0].cost.clashes_added == 0
    assert li.pk not in {key for repair in found for key in repair.moves[0].after.speakers}
    suitable = [(at(9, "14:00"), at(9, "15:00"))]
    found = fallbacks_of(lesson, refused_speaker=chen.pk, times=suitable)
    assert any(repair.moves[0].after_text == "14:00–15:00" for repair in found)
    apply_repair(cohort=day.cohort, changes=found[0].changes, by=UserFactory())


def test_fallbacks_when_a_site_refuses_then_another_of_its_kind_in_the_city(day):
    near = VenueFactory(kind="company")
    VenueFactory(kind="company", city=city("hefei"))
    VenueFactory(kind="company", capacity=2)
    found = fallbacks_of(day.visit, refused_venue=day.plant.pk)
    assert [repair.moves[0].after.venue for repair in found] == [near.pk]


def test_delay_when_the_trip_is_late_then_what_follows_is_shown_and_can_be_applied(day):
    found = delay_of(day.cohort, day.lecture.pk, 60)
    assert {clash.code for clash in found.effects} == {"group"}
    push = next(repair for repair in found.repairs if repair.kind == RepairKind.PUSH)
    apply_repair(cohort=day.cohort, changes=push.changes, by=UserFactory())
    assert now(day.lecture).starts_at == at(8, "10:00")
    assert now(day.visit).starts_at > at(8, "11:00")
    assert delay_of(day.cohort, 0, 20) is None


@pytest.mark.parametrize("rows", [1, 3])
def test_repairs_when_more_sessions_then_the_same_number_of_queries(day, rows):
    for number in range(rows):
        training_session(
            day.leg, 9, f"{9 + number:02}:00", f"{9 + number:02}:50",
            venue=VenueFactory(), speakers=[SpeakerFactory(city=city())], groups=[day.group],
            theme=Theme.objects.first(),
        )  # fmt: skip
    publish_release(cohort=day.cohort, name="", comment="", by=None)
    key = day.key()
    with CaptureQueriesContext(connection) as finding:
        clashes_of(day.cohort)
    with CaptureQueriesContext(connection) as repairing:
        assert repairs_of(day.cohort, key).repairs
    assert len(repairing) == len(finding) + 9
