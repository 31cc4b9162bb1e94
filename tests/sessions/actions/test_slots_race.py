"""Two at once on two connections: the host refuses while the organizer notes that the list has gone
out, or answers twice from two devices. Each with its control, where nobody holds the slot.
"""

import threading

import pytest
from django.db import connections, transaction

from g60portal.audit.models import AuditEvent
from sessions.actions.slots import answer_slot, send_host_list
from sessions.actions.training_sessions import change_training_session
from sessions.choices import SLOT_MOVES
from sessions.models import Slot
from sessions.refusals import SlotOutdated, SlotStepRefused
from tests.factories import at
from tests.sessions.confirming import BEFORE, confirming

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


def at_once(*tries):
    """Runs the calls side by side; answers what each got."""
    got = [None] * len(tries)
    gate = threading.Barrier(len(tries))

    def run(number):
        try:
            gate.wait(5)
            got[number] = tries[number]()
        except Exception as error:  # noqa: BLE001 -- the test looks at whatever came out
            got[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(tries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return got


def agreed(world):
    """The link and the slot of a host who has confirmed."""
    link = world.ask(world.host)
    slot = world.slot(world.visit, world.host)
    return link, answer_slot(link=link, slot=slot, state="confirmed")


def refuse(link, slot):
    return answer_slot(link=link, slot=slot, state="refused", reason="flooded")


def test_refusal_when_the_list_goes_out_at_once_then_it_is_never_lost(world):
    link, slot = agreed(world)
    for _round in range(4):
        Slot.objects.filter(pk=slot.pk).update(state="confirmed")
        got = at_once(lambda: refuse(link, slot), lambda: send_host_list(slot=slot, by=world.lead))
        assert isinstance(got[0], Slot), got
        assert isinstance(got[1], Slot | SlotStepRefused), got
        slot.refresh_from_db()
        assert slot.state == "refused"


def test_refusal_when_nobody_holds_the_slot_then_it_can_be_lost(world):
    """The control: both have read `confirmed` before either writes, and the last one wins."""
    _link, slot = agreed(world)
    both_have_read, host_has_written = threading.Barrier(2), threading.Event()

    def careless(state, *, last):
        with transaction.atomic():
            row = Slot.objects.get(pk=slot.pk)
            both_have_read.wait(timeout=10)
            assert state in SLOT_MOVES[row.state]
            if last:
                assert host_has_written.wait(timeout=10)
            row.state = state
            row.save(update_fields=["state"])
        host_has_written.set()

    got = at_once(lambda: careless("refused", last=False), lambda: careless("list_sent", last=True))
    assert got == [None, None]
    slot.refresh_from_db()
    assert slot.state == "list_sent"


def test_answers_when_two_at_once_then_one_follows_on_the_other(world):
    link = world.ask(world.host)
    slot = world.slot(world.visit, world.host)
    for _round in range(4):
        Slot.objects.filter(pk=slot.pk).update(state="asked")
        known = AuditEvent.objects.filter(verb="slot.answered").count()
        got = at_once(
            lambda: answer_slot(link=link, slot=slot, state="confirmed"),
            lambda: answer_slot(link=link, slot=slot, state="pencilled"),
        )
        assert all(isinstance(row, Slot) for row in got), got
        first, second = AuditEvent.objects.filter(verb="slot.answered").order_by("pk")[known:]
        assert first.before["state"] == "asked"
        assert second.before["state"] == first.after["state"]
        slot.refresh_from_db()
        assert slot.state == second.after["state"]


def test_answer_when_the_session_moves_at_once_then_it_never_counts_for_the_lost_time(world):
    """Either the answer came first, to the old time, or it is refused as outdated."""
    link, slot = world.ask(), world.slot(world.second)
    for number in range(4):
        world.second.refresh_from_db()
        Slot.objects.filter(pk=slot.pk).update(
            state="asked", starts_at=world.second.starts_at, ends_at=world.second.ends_at
        )
        times = {"starts_at": at(9, f"1{number}:00"), "ends_at": at(9, f"1{number}:50")}
        got = at_once(
            lambda: answer_slot(link=link, slot=slot, state="confirmed"),
            lambda facts=times: change_training_session(
                training_session=world.second,
                version=world.second.version,
                facts=facts,
                by=world.lead,
            ),
        )
        assert not isinstance(got[1], Exception), got
        slot.refresh_from_db()
        if isinstance(got[0], SlotOutdated):
            assert slot.state == "asked"
        else:
            assert isinstance(got[0], Slot), got
            assert (slot.state, slot.starts_at) != ("confirmed", times["starts_at"])
