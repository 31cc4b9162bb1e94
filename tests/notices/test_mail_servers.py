"""Bad mail servers of every kind: nothing is lost, what is doubled carries the same id, and no page
and no other queue ever waits for one."""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from g60portal.embedded import portal
from g60portal.notices import delivery
from g60portal.notices.actions import NothingToStop, retry_all, stop_sending
from g60portal.notices.claims import claim_slice
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.models import Notice
from tests.factories import UserFactory
from tests.notices.test_delivery import make_due, states

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 40


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what `talk` says to each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(2)
                    with suppress(OSError):
                        talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def hang(connection: socket.socket) -> None:
    connection.recv(1000)


def busy(connection: socket.socket) -> None:
    connection.sendall(b"421 4.3.2 try later\r\n")


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"\x15\x03\x01\x00\x02\x02F\r\n" * 3)


def without_tls(connection: socket.socket) -> None:
    """Speaks SMTP, and knows no STARTTLS."""
    connection.sendall(b"220 ready\r\n")
    while connection.recv(1000):
        connection.sendall(b"250 fine\r\n")


@pytest.mark.parametrize("talk", [hang, busy, nonsense])
def test_server_when_no_talk_is_possible_then_all_wait_and_go_later(
    mailbox, written, settings, talk
):
    written(COUNT)
    settings.EMAIL_TIMEOUT = 0.3
    good = settings.EMAIL_PORT
    with raw_server(talk) as settings.EMAIL_PORT:
        deliver_slice()
    assert states() == {"retrying": COUNT}
    assert set(Notice.objects.values_list("attempts", flat=True)) == {0}
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = good, 5
    make_due()
    deliver_slice()
    assert states() == {"sent": COUNT}
    assert set(mailbox.addresses.values()) == {1}


@pytest.mark.parametrize(
    ("option", "talk"), [("EMAIL_USE_TLS", without_tls), ("EMAIL_USE_SSL", nonsense)]
)
def test_server_when_tls_is_bad_then_nothing_goes_in_clear_and_nothing_is_lost(
    mailbox, written, settings, option, talk
):
    written(COUNT)
    good = settings.EMAIL_PORT
    setattr(settings, option, True)
    with raw_server(talk) as settings.EMAIL_PORT:
        deliver_slice()
    assert states() == {"retrying": COUNT}
    setattr(settings, option, False)
    settings.EMAIL_PORT = good
    make_due()
    deliver_slice()
    assert states() == {"sent": COUNT}


@pytest.mark.parametrize("answer", ["421 4.7.0 slow down", "450 4.2.0 greylisted", "451 later"])
def test_server_when_it_puts_off_every_recipient_once_then_all_arrive_once(
    mailbox, written, answer
):
    rows = written(COUNT)
    mailbox.recipient_answers = {row.address: answer for row in rows}
    deliver_slice()
    assert "failed" not in states()
    assert "needs_person" not in states()
    mailbox.recipient_answers.clear()
    for _round in range(3):
        make_due()
        deliver_slice()
    assert states() == {"sent": COUNT}
    assert set(mailbox.addresses.values()) == {1}


def test_server_when_it_refuses_one_in_twenty_then_these_alone_need_a_person(mailbox, written):
    rows = written(COUNT)
    bad = {row.address for row in rows[::20]}
    mailbox.recipient_answers = dict.fromkeys(bad, "550 5.1.1 no such user")
    deliver_slice()
    assert states() == {"sent": COUNT - len(bad), "needs_person": len(bad)}
    mailbox.recipient_answers.clear()
    assert retry_all(notices=Notice.objects.all(), scope="G60-2026-01", by=None) == len(bad)
    deliver_slice()
    assert states() == {"sent": COUNT}


def test_server_when_it_hangs_up_after_data_then_doubled_under_the_same_id_at_most(
    mailbox, written
):
    """It has the mail, and we cannot know: the one case in which a second copy is right."""
    rows = written(COUNT)
    mailbox.hang_up_after = {row.address for row in rows[::10]}
    deliver_slice()
    assert states() == {"sent": COUNT - 4, "retrying": 4}
    make_due()
    deliver_slice()
    assert states() == {"sent": COUNT}
    assert len(mailbox.message_ids) == COUNT
    assert sum(mailbox.message_ids.values()) == COUNT + 4


def test_server_when_slow_then_a_slice_ends_and_the_rest_goes_back_untouched(
    mailbox, written, monkeypatch
):
    written(20)
    mailbox.seconds = 0.05
    monkeypatch.setattr(delivery, "SLICE_SECONDS", 0.2)
    assert deliver_slice() == 20
    left = Notice.objects.filter(state="queued")
    assert 0 < left.count() < 20
    assert set(left.values_list("attempts", flat=True)) == {0}
    while deliver_slice():
        pass
    assert states() == {"sent": 20}
    assert set(mailbox.addresses.values()) == {1}


def test_page_when_it_sends_mail_then_no_server_is_asked(settings, monkeypatch):
    """Why pages are as fast with a bad mail server as with a good one: they never meet it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def asked(*facts: object, **more: object) -> None:
        raise AssertionError("a page asked the mail server")

    monkeypatch.setattr(smtplib.SMTP, "__init__", asked)
    user = UserFactory()
    response = Client().post("/accounts/login/code/", {"email": user.email})
    assert response.status_code == 302
    assert Notice.objects.get().state == "queued"


def test_queues_when_the_portal_runs_then_bulk_mail_has_a_worker_of_its_own():
    programs = portal._programs(portal.Address("127.0.0.1", 1), {})
    queues = {
        program.name: program.arguments[program.arguments.index("--queues") + 1].split(",")
        for program in programs
        if "--queues" in program.arguments
    }
    assert queues["mailer"] == ["notices"]
    everything = sorted(name for names in queues.values() for name in names)
    routed = {route["queue"] for route in portal_settings.CELERY_TASK_ROUTES.values()}
    assert everything == sorted(routed | {portal_settings.CELERY_TASK_DEFAULT_QUEUE})
    routes = portal_settings.CELERY_TASK_ROUTES
    bulk = [name for name, route in routes.items() if route["queue"] == "notices"]
    assert bulk == ["g60portal.notices.tasks.deliver"]


def test_send_when_aborted_then_what_is_not_on_its_way_stays_here(mailbox, written):
    written(10)
    held = claim_slice(3)
    done = stop_sending(notices=Notice.objects.all(), scope="G60-2026-01", by=None)
    assert (done.stopped, done.on_way) == (7, 3)
    Notice.objects.filter(pk__in=[row.pk for row in held]).update(lease_until=None)
    deliver_slice()
    assert states() == {"sent": 3, "cancelled": 7}
    with pytest.raises(NothingToStop):
        stop_sending(notices=Notice.objects.all(), scope="G60-2026-01", by=None)
