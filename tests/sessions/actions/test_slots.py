"""Asking speakers and hosts, their answers, the organizers' steps: states, audit, notices."""

import json

import pytest

from cohorts.choices import Role
from cohorts.models import CohortRole
from cohorts.refusals import CohortClosed, ReasonMissing
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.notices.models import Notice
from sessions import refusals
from sessions.actions.slot_links import (
    open_slot_link,
    renew_slot_link,
    revoke_slot_link,
    show_slot_link,
)
from sessions.actions.slots import (
    Answer,
    answer_slot,
    answer_slots,
    ask_again,
    ask_for_slots,
    ask_parties,
    mark_done,
    note_host_list,
    record_answer,
    send_host_list,
    take_over_times,
)
from sessions.choices import SLOT_MOVES, SlotState
from sessions.models import SessionSpeaker, Slot, SlotLink
from sessions.queries.slot_links import link_of_token, link_url
from sessions.queries.slot_parties import Party
from sessions.queries.slots import SlotMark, slot_states
from tests.factories import SpeakerFactory, UserFactory, at, user_with
from tests.sessions.confirming import BEFORE, MAIL, confirming

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


def token_of(link):
    return link_url(link).rstrip("/").rpartition("/")[2]


def states(world):
    return {slot.training_session_id: slot.state for slot in Slot.objects.all()}


def test_ask_when_first_then_link_slots_audit_and_one_mail(world):
    link = world.ask(contact="Prof. Wang")
    assert states(world) == {world.lecture.pk: "asked", world.second.pk: "asked"}
    slot = world.slot(world.lecture)
    assert (slot.starts_at, slot.ends_at) == (world.lecture.starts_at, world.lecture.ends_at)
    assert slot.asked_venue_id == world.lecture.venue_id
    assert link.expires_at == at(15, "00:00")
    notice = Notice.objects.get()
    assert (notice.kind, notice.address, notice.recipient) == ("slot_asked", MAIL, "Prof. Wang")
    verbs = sorted(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs == ["slot.asked", "slot.asked", "slot_link.made"]


def test_ask_when_written_then_the_token_stands_nowhere_in_the_database(world):
    link = world.ask()
    show_slot_link(link=link, by=world.lead)
    link = renew_slot_link(cohort=world.cohort, party=world.speaker, by=world.lead)
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    token = token_of(link)
    assert len(token) == 43
    for model in (SlotLink, Slot, Notice, AuditEvent):
        for row in model.objects.values():
            assert token not in json.dumps(row, default=str)
    assert link.token_hash != token
    assert MAIL not in json.dumps(list(AuditEvent.objects.values("before", "after")), default=str)


def test_ask_when_venue_then_its_sessions_and_no_place_to_compare(world):
    world.ask(world.host)
    slots = world.host.slots(world.cohort)
    assert {slot.training_session_id for slot in slots} == {
        world.made.visit_of_first.pk,
        world.made.visit_of_second.pk,
    }
    assert {slot.asked_venue_id for slot in slots} == {None}


def test_ask_when_some_sessions_named_then_only_these(world):
    world.ask(training_sessions=[world.second])
    assert states(world) == {world.second.pk: "asked"}


def test_ask_when_legs_are_others_then_nothing(world):
    with pytest.raises(refusals.NothingToAsk):
        world.ask(legs=[0])
    assert not Slot.objects.exists()
    assert not SlotLink.objects.exists()


def test_ask_when_session_is_not_theirs_then_refused(world):
    with pytest.raises(refusals.NotTheirSession):
        world.ask(training_sessions=[world.visit])


def test_ask_when_party_has_nothing_here_then_refused(world):
    with pytest.raises(refusals.NothingToAsk):
        world.ask(Party(speaker=SpeakerFactory()))


def test_ask_when_everything_is_answered_then_nothing_to_ask(world):
    link = world.ask()
    answers = [Answer(slot, "confirmed") for slot in Slot.objects.all()]
    answer_slots(link=link, answers=answers)
    with pytest.raises(refusals.NothingToAsk):
        world.ask()


def test_ask_when_questions_are_open_then_asked_once_more_with_the_same_link(world, frozen_clock):
    first = world.ask()
    frozen_clock(at(2, "10:00"))
    second = world.ask()
    assert link_url(first) == link_url(second)
    assert Notice.objects.filter(kind="slot_asked").count() == 2
    assert AuditEvent.objects.filter(verb="slot.asked").count() == 2


def test_ask_when_clicked_twice_then_one_mail(world):
    world.ask()
    world.ask()
    assert Notice.objects.count() == 1


def test_ask_when_named_and_refused_then_asked_again(world, frozen_clock):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason="abroad")
    world.ask(training_sessions=[world.lecture])
    slot = world.slot(world.lecture)
    assert (slot.state, slot.reason, slot.answered_at) == ("asked", "", None)


def test_ask_when_reader_is_another_then_the_old_link_dies(world):
    old = world.ask()
    new = world.ask(email="assistant@example.org")
    assert link_of_token(token_of(old)) is None
    assert link_of_token(token_of(new)) == new
    assert SlotLink.objects.count() == 1


def test_ask_when_no_address_then_link_and_no_mail(world):
    asked = ask_for_slots(cohort=world.cohort, party=world.speaker, by=world.lead)
    assert not asked.told
    assert link_url(asked.link).startswith("http")
    assert not Notice.objects.exists()


def test_ask_when_cohort_is_closed_then_refused(world):
    world.cohort.state = "cancelled"
    world.cohort.save()
    with pytest.raises(CohortClosed):
        world.ask()


def test_ask_parties_when_one_has_nothing_open_then_the_other_is_asked(world):
    link = world.ask()
    answers = [Answer(slot, "confirmed") for slot in Slot.objects.all()]
    answer_slots(link=link, answers=answers)
    asked = ask_parties(
        cohort=world.cohort, parties=[world.speaker, world.host], legs=None, by=world.lead
    )
    assert [one.party.key for one in asked] == [world.host.key]
    with pytest.raises(refusals.NothingToAsk):
        ask_parties(cohort=world.cohort, parties=[world.speaker], by=world.lead)


def test_renew_when_done_then_old_address_is_dead_and_opening_forgotten(world):
    old = world.ask()
    open_slot_link(link=old)
    before = token_of(old)
    new = renew_slot_link(cohort=world.cohort, party=world.speaker, by=world.lead)
    assert link_of_token(before) is None
    assert link_of_token(token_of(new)) == new
    assert new.opened_at is None
    assert states(world)[world.lecture.pk] == "asked"


def test_renew_when_party_is_of_elsewhere_then_refused(world):
    with pytest.raises(refusals.NotTheirSession):
        renew_slot_link(cohort=world.cohort, party=Party(speaker=SpeakerFactory()), by=world.lead)


def test_link_when_expired_or_cohort_closed_then_leads_nowhere(world, frozen_clock):
    link = world.ask()
    frozen_clock(at(14, "23:59"))
    assert link_of_token(token_of(link)) == link
    frozen_clock(at(15, "00:00"))
    assert link_of_token(token_of(link)) is None
    frozen_clock(BEFORE)
    world.cohort.state = "archived"
    world.cohort.save()
    assert link_of_token(token_of(link)) is None


def test_link_when_the_secret_changes_then_a_new_one_is_made(world, settings):
    old = world.ask()
    settings.SECRET_KEY = "another" * 10
    assert link_url(old) == ""
    new = world.ask()
    assert link_of_token(token_of(new)) == new


def test_open_when_twice_then_the_first_time_stays(world, frozen_clock):
    link = world.ask()
    open_slot_link(link=link)
    frozen_clock(at(2, "10:00"))
    open_slot_link(link=link)
    link.refresh_from_db()
    assert link.opened_at == BEFORE


def test_answer_when_confirmed_then_written_audited_and_told(world):
    user = user_with(Role.LEG, cohort=world.cohort, leg=world.made.leg)
    CohortRole.objects.create(user=UserFactory(), role=Role.LEAD, cohort=world.cohort)
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    slot = world.slot(world.lecture)
    assert (slot.state, slot.answered_at) == ("confirmed", BEFORE)
    event = AuditEvent.objects.get(verb="slot.answered")
    assert (event.actor_id, event.before["state"], event.after["state"]) == (
        None,
        "asked",
        "confirmed",
    )
    assert event.after["through"] == "private link"
    notice = Notice.objects.get(kind="slot_answered")
    assert notice.user_id == user.pk
    assert notice.due_at > clock.now()


def test_answer_when_leg_has_no_organizer_then_the_lead_hears(world):
    lead = user_with(Role.LEAD, cohort=world.cohort)
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    assert Notice.objects.get(kind="slot_answered").user_id == lead.pk


def test_answer_when_several_within_minutes_then_one_mail(world, frozen_clock):
    user_with(Role.LEAD, cohort=world.cohort)
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    frozen_clock(at(1, "10:04"))
    answer_slot(link=link, slot=world.slot(world.second), state="pencilled")
    assert Notice.objects.filter(kind="slot_answered").count() == 1
    frozen_clock(at(1, "10:05"))
    answer_slot(link=link, slot=world.slot(world.second), state="confirmed")
    assert Notice.objects.filter(kind="slot_answered").count() == 2


@pytest.mark.parametrize("state", SlotState.values)
@pytest.mark.parametrize("answer", SlotState.values)
def test_answer_when_state_stands_then_only_what_the_table_allows(world, state, answer):
    link = world.ask()
    Slot.objects.filter(training_session=world.lecture).update(state=state)
    slot = world.slot(world.lecture)
    sayable = answer in {"confirmed", "pencilled", "refused"}
    allowed = sayable and (answer == state or answer in SLOT_MOVES[state])
    if allowed:
        answer_slot(link=link, slot=slot, state=answer, reason="because")
        assert world.slot(world.lecture).state == answer
    else:
        with pytest.raises(refusals.SlotStepRefused) as refusal:
            answer_slot(link=link, slot=slot, state=answer, reason="because")
        assert refusal.value.facts == {"from": state, "to": answer}
        assert world.slot(world.lecture).state == state


def test_answer_when_refused_without_reason_then_refused_by_name(world):
    link = world.ask()
    with pytest.raises(ReasonMissing):
        answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason="  ")
    assert world.slot(world.lecture).state == "asked"


def test_answer_when_refused_with_times_then_kept_in_order(world):
    link = world.ask()
    times = [(at(9, "14:00"), at(9, "16:00")), (at(8, "14:00"), at(8, "16:00"))]
    answer_slot(
        link=link,
        slot=world.slot(world.lecture),
        state="refused",
        reason=" on \n duty ",
        times=times,
    )
    slot = world.slot(world.lecture)
    assert slot.reason == "on duty"
    assert [window["starts_at"] for window in slot.times] == [
        "2026-06-08T14:00:00+08:00",
        "2026-06-09T14:00:00+08:00",
    ]
    answer_slot(link=link, slot=slot, state="confirmed")
    assert world.slot(world.lecture).times == []


def test_answer_when_times_are_wrong_then_refused_and_nothing_written(world):
    link = world.ask()
    times = [(at(9, "16:00"), at(9, "14:00"))]
    with pytest.raises(refusals.SlotTimesWrong) as refusal:
        answer_slot(
            link=link, slot=world.slot(world.lecture), state="refused", reason="x", times=times
        )
    assert refusal.value.facts == {"problem": "times_order"}
    assert world.slot(world.lecture).state == "asked"


def test_answer_when_day_has_come_then_closed(world, frozen_clock):
    link = world.ask()
    frozen_clock(at(7, "23:59"))
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    frozen_clock(at(8, "00:00"))
    with pytest.raises(refusals.AnswersClosed):
        answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason="ill")
    answer_slot(link=link, slot=world.slot(world.second), state="confirmed")


def test_answer_when_session_has_moved_since_then_outdated(world):
    link = world.ask()
    slot = world.slot(world.lecture)
    world.move(world.lecture, "19:00", "21:00")
    with pytest.raises(refusals.SlotOutdated) as refusal:
        answer_slot(link=link, slot=slot, state="confirmed")
    assert (refusal.value.status, refusal.value.facts) == (409, {"standing": "moved"})


def test_answer_when_one_of_many_is_outdated_then_none_is_written(world):
    link = world.ask()
    answers = [Answer(slot, "confirmed") for slot in Slot.objects.order_by("-pk")]
    world.move(world.lecture, "19:00", "21:00")
    with pytest.raises(refusals.SlotOutdated):
        answer_slots(link=link, answers=answers)
    assert set(states(world).values()) == {"asked"}


def test_answer_when_slot_is_somebody_elses_then_refused(world):
    link = world.ask()
    world.ask(world.host)
    with pytest.raises(refusals.NotTheirSession):
        answer_slot(link=link, slot=world.slot(world.visit, world.host), state="confirmed")


@pytest.mark.parametrize("kill", ["revoked", "renewed", "expired"])
def test_answer_when_link_is_dead_then_refused(world, frozen_clock, kill):
    link = world.ask()
    slot = world.slot(world.second)
    if kill == "revoked":
        revoke_slot_link(link=link, by=world.lead)
    elif kill == "renewed":
        renew_slot_link(cohort=world.cohort, party=world.speaker, by=world.lead)
    else:
        SlotLink.objects.update(expires_at=BEFORE)
    with pytest.raises(refusals.LinkDead):
        answer_slot(link=link, slot=slot, state="confirmed")
    assert world.slot(world.second).state == "asked"


def test_record_when_called_on_the_day_then_taken_with_name(world, frozen_clock):
    world.ask()
    frozen_clock(at(8, "08:00"))
    record_answer(
        cohort=world.cohort,
        party=world.speaker,
        training_session=world.lecture,
        state="refused",
        reason="train broke down",
        by=world.lead,
    )
    assert world.slot(world.lecture).state == "refused"
    event = AuditEvent.objects.get(verb="slot.answered")
    assert (event.actor_id, event.reason) == (world.lead.pk, "train broke down")
    assert not Notice.objects.filter(kind="slot_answered").exists()


def test_record_when_never_asked_then_slot_at_the_present_time(world):
    record_answer(
        cohort=world.cohort,
        party=world.host,
        training_session=world.visit,
        state="confirmed",
        by=world.lead,
    )
    slot = world.slot(world.visit, world.host)
    assert (slot.state, slot.starts_at) == ("confirmed", world.visit.starts_at)
    assert not SlotLink.objects.exists()


def test_record_when_session_has_moved_then_answer_counts_for_the_new_time(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    world.move(world.lecture, "19:00", "21:00")
    record_answer(
        cohort=world.cohort,
        party=world.speaker,
        training_session=world.lecture,
        state="pencilled",
        by=world.lead,
    )
    slot = world.slot(world.lecture)
    assert (slot.state, slot.starts_at) == ("pencilled", at(8, "19:00"))


def test_record_when_session_is_off_then_refused(world):
    world.lecture.state = "cancelled"
    world.lecture.save()
    with pytest.raises(refusals.SlotWithoutTime):
        record_answer(
            cohort=world.cohort,
            party=world.speaker,
            training_session=world.lecture,
            state="confirmed",
            by=world.lead,
        )


def test_ask_again_when_moved_then_asked_for_the_new_time_and_told(world, frozen_clock):
    link = world.ask()
    answer_slots(link=link, answers=[Answer(slot, "confirmed") for slot in Slot.objects.all()])
    world.move(world.lecture, "19:00", "21:00")
    frozen_clock(at(2, "10:00"))
    [asked] = ask_again(cohort=world.cohort, by=world.lead)
    assert asked.told
    assert states(world) == {world.lecture.pk: "asked", world.second.pk: "confirmed"}
    assert world.slot(world.lecture).starts_at == at(8, "19:00")
    notice = Notice.objects.get(kind="slot_changed")
    assert notice.context["changes"] == [
        {
            "training_session": world.lecture.pk,
            "starts_at": "2026-06-08T09:00:00+08:00",
            "ends_at": "2026-06-08T11:00:00+08:00",
            "off": False,
        }
    ]
    with pytest.raises(refusals.NothingToAsk):
        ask_again(cohort=world.cohort, by=world.lead)


@pytest.mark.parametrize("change", ["cancelled", "unplaced", "unbooked"])
def test_ask_again_when_off_then_taken_back_and_told(world, change):
    world.ask()
    if change == "cancelled":
        world.lecture.state = "cancelled"
    elif change == "unplaced":
        world.lecture.starts_at = world.lecture.ends_at = None
    else:
        SessionSpeaker.objects.filter(training_session=world.lecture).delete()
    world.lecture.save()
    [asked] = ask_again(cohort=world.cohort, by=world.lead)
    assert asked.slots == []
    assert states(world) == {world.second.pk: "asked"}
    assert Notice.objects.get(kind="slot_changed").context["changes"][0]["off"]
    assert AuditEvent.objects.get(verb="slot.taken_back").before["standing"] == change


def test_ask_again_when_the_refused_is_cancelled_then_nobody_is_bothered(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason="abroad")
    world.lecture.state = "cancelled"
    world.lecture.save()
    [asked] = ask_again(cohort=world.cohort, by=world.lead)
    assert not asked.told
    assert not Notice.objects.filter(kind="slot_changed").exists()


def test_ask_again_when_place_moves_then_speakers_are_asked_and_legs_respected(world):
    world.ask()
    world.lecture.venue = world.made.plant
    world.lecture.save()
    with pytest.raises(refusals.NothingToAsk):
        ask_again(cohort=world.cohort, legs=[0], by=world.lead)
    ask_again(cohort=world.cohort, legs=[world.made.leg.pk], by=world.lead)
    assert world.slot(world.lecture).asked_venue_id == world.made.plant.pk


def test_list_when_host_has_confirmed_then_sent_and_done_after_the_visit(world, frozen_clock):
    link = world.ask(world.host)
    slot = world.slot(world.visit, world.host)
    with pytest.raises(refusals.SlotStepRefused):
        send_host_list(slot=slot, by=world.lead)
    answer_slot(link=link, slot=slot, state="confirmed")
    send_host_list(slot=slot, by=world.lead)
    with pytest.raises(refusals.SlotNotOver):
        mark_done(slot=slot, by=world.lead)
    frozen_clock(at(8, "15:30"))
    mark_done(slot=slot, by=world.lead)
    assert world.slot(world.visit, world.host).state == "done"
    assert AuditEvent.objects.filter(verb="slot.stepped").count() == 2


def test_list_when_speaker_then_refused(world):
    link = world.ask()
    slot = answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    with pytest.raises(refusals.SlotStepRefused):
        send_host_list(slot=slot, by=world.lead)


def test_list_when_visit_has_moved_then_outdated(world):
    link = world.ask(world.host)
    slot = answer_slot(link=link, slot=world.slot(world.visit, world.host), state="confirmed")
    world.move(world.visit, "18:00", "19:00")
    with pytest.raises(refusals.SlotOutdated):
        send_host_list(slot=slot, by=world.lead)


def test_host_list_when_numbers_then_reason_is_demanded_and_kept(world):
    world.ask(world.host)
    slot = world.slot(world.visit, world.host)
    with pytest.raises(ReasonMissing):
        note_host_list(slot=slot, file_kind="csv", numbers=True, reason=" ", by=world.lead)
    note_host_list(slot=slot, file_kind="csv", numbers=True, reason="gate", by=world.lead)
    note_host_list(slot=slot, file_kind="xlsx", numbers=False, by=world.lead)
    revealed = AuditEvent.objects.get(verb="host_list.revealed")
    assert (revealed.reason, revealed.scope) == ("gate", world.cohort.code)
    assert AuditEvent.objects.get(verb="host_list.exported").after["format"] == "xlsx"


def test_times_when_taken_over_then_windows_with_what_was_agreed(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.second), state="confirmed")
    times = [(at(8, "14:00"), at(8, "17:00"))]
    slot = answer_slot(
        link=link, slot=world.slot(world.lecture), state="refused", reason="class", times=times
    )
    take_over_times(slot=slot, by=world.lead)
    windows = world.made.speaker.windows.values_list("starts_at", "ends_at")
    assert sorted(windows) == [*times, (world.second.starts_at, world.second.ends_at)]
    take_over_times(slot=slot, by=world.lead)
    assert world.made.speaker.windows.count() == 2


def test_times_when_none_were_named_then_refused(world):
    world.ask()
    with pytest.raises(refusals.NoTimesGiven):
        take_over_times(slot=world.slot(world.lecture), by=world.lead)


def test_slot_states_when_asked_for_the_board_then_marks_in_one_query(
    world, django_assert_num_queries
):
    link = world.ask()
    world.ask(world.host)
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    world.move(world.lecture, "19:00", "21:00")
    SessionSpeaker.objects.filter(training_session=world.second).delete()
    with django_assert_num_queries(1):
        marks = slot_states(world.cohort)
    plant = world.made.plant.local_name
    assert marks == {
        world.lecture.pk: [SlotMark(world.made.speaker.local_name, "confirmed", False)],
        world.made.visit_of_first.pk: [SlotMark(plant, "asked", True)],
        world.made.visit_of_second.pk: [SlotMark(plant, "asked", True)],
    }
