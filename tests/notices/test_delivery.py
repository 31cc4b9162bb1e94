"""Delivery against a real SMTP server: once each, whatever the server or the worker does."""

import datetime as dt
import threading
from collections import Counter
from contextlib import suppress

import pytest
from django.db import connections
from django.db.models import F

from g60portal.common import clock
from g60portal.notices import tasks
from g60portal.notices.choices import NoticeState
from g60portal.notices.claims import claim_slice, lease_end, mark_sent, renew, waiting
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> Counter[str]:
    return Counter(Notice.objects.values_list("state", flat=True))


def make_due() -> None:
    """As if the time of waiting were over."""
    Notice.objects.update(due_at=clock.now() - dt.timedelta(seconds=1))


def test_deliver_when_all_is_well_then_each_gets_one_mail_over_one_connection(mailbox, written):
    rows = written(5)
    assert deliver_slice() == 5
    assert deliver_slice() == 0
    assert mailbox.addresses == Counter({row.address: 1 for row in rows})
    assert set(mailbox.message_ids) == {row.message_id for row in rows}
    assert mailbox.connections == 1
    assert states() == {"sent": 5}
    row = Notice.objects.first()
    assert (row.attempts, row.lease_until, row.last_error) == (1, None, "")
    assert row.sent_at is not None


def test_mail_when_read_then_plain_and_html_and_one_recipient(mailbox, written):
    (row,) = written(1)
    deliver_slice()
    (mail,) = mailbox.mails
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_content_type() == "multipart/alternative"
    assert str(mail["Subject"]) == "通知 0"
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [
        ("人0", "a0@example.org")
    ]
    assert mail["Cc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"number {row.pk}" in mail.get_body(("plain",)).get_content()


def test_deliver_when_a_recipient_is_refused_for_good_then_only_that_one_needs_a_person(
    mailbox, written
):
    written(3)
    mailbox.recipient_answers["a1@example.org"] = "550 5.1.1 no such user"
    deliver_slice()
    assert states() == {"sent": 2, "needs_person": 1}
    row = Notice.objects.get(address="a1@example.org")
    assert row.last_error.startswith("SMTPRecipientsRefused: 550")
    assert deliver_slice() == 0


def test_deliver_when_greylisted_then_tried_again_later_and_sent_once(mailbox, written):
    written(2)
    mailbox.recipient_answers["a0@example.org"] = "451 try later"
    deliver_slice()
    row = Notice.objects.get(address="a0@example.org")
    assert row.state == "retrying"
    assert dt.timedelta(seconds=25) < row.due_at - clock.now() <= dt.timedelta(seconds=30)
    assert deliver_slice() == 0
    mailbox.recipient_answers.clear()
    make_due()
    deliver_slice()
    assert states() == {"sent": 2}
    assert mailbox.addresses == {"a0@example.org": 1, "a1@example.org": 1}


def test_deliver_when_refused_eight_times_then_failed(mailbox, written):
    written(1)
    mailbox.data_answers["a0@example.org"] = "451 never"
    for _attempt in range(8):
        make_due()
        assert deliver_slice() == 1
    make_due()
    assert deliver_slice() == 0
    assert Notice.objects.values_list("state", "attempts").get() == ("failed", 8)


def test_deliver_when_the_server_hangs_up_in_the_middle_of_data_then_the_others_still_get_theirs(
    mailbox, written
):
    written(4)
    mailbox.hang_up_on["a1@example.org"] = 1
    deliver_slice()
    assert states() == {"sent": 3, "retrying": 1}
    make_due()
    deliver_slice()
    assert states() == {"sent": 4}
    assert set(mailbox.addresses.values()) == {1}


def test_deliver_when_the_server_hangs_then_it_is_given_up_and_tried_again(
    mailbox, written, settings
):
    settings.EMAIL_TIMEOUT = 0.3
    written(1)
    mailbox.seconds = 1.0
    deliver_slice()
    row = Notice.objects.get()
    assert (row.state, row.attempts) == ("retrying", 1)


def test_deliver_when_there_is_no_server_then_all_wait_and_no_attempt_is_counted(
    mailbox, written, settings
):
    written(7)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    deliver_slice(limit=3)
    assert states() == {"retrying": 7}
    assert set(Notice.objects.values_list("attempts", flat=True)) == {0}
    assert deliver_slice() == 0
    make_due()
    settings.EMAIL_PORT = port
    deliver_slice()
    assert states() == {"sent": 7}


def test_deliver_when_one_cannot_be_composed_then_the_others_go_out(mailbox, written):
    written(3, a1={"poison": True})
    deliver_slice()
    assert states() == {"sent": 2, "retrying": 1}
    assert Notice.objects.get(state="retrying").last_error == "RuntimeError: cannot be composed"


def test_deliver_when_the_occasion_is_gone_then_cancelled(mailbox, written):
    written(2, a0={"unwanted": True})
    deliver_slice()
    assert states() == {"sent": 1, "cancelled": 1}
    assert set(mailbox.addresses) == {"a1@example.org"}


def test_deliver_when_a_header_holds_a_line_break_then_nothing_is_sent(mailbox, written):
    rows = written(2)
    Notice.objects.filter(pk=rows[0].pk).update(subject="Hi\r\nBcc: all@example.org")
    deliver_slice()
    assert states() == {"sent": 1, "needs_person": 1}
    assert set(mailbox.addresses) == {"a1@example.org"}


def test_deliver_when_somebody_waits_for_a_code_then_it_goes_first(mailbox, written):
    written(5)
    written(1, kind="urgent")
    deliver_slice(limit=1)
    assert Notice.objects.get(state="sent").kind == "urgent"


def test_claim_when_a_row_is_not_due_or_leased_then_left_alone(written):
    rows = written(3)
    Notice.objects.filter(pk=rows[0].pk).update(due_at=clock.now() + dt.timedelta(minutes=1))
    Notice.objects.filter(pk=rows[1].pk).update(state="sending", lease_until=lease_end())
    assert [row.pk for row in claim_slice()] == [rows[2].pk]


def test_claim_when_a_lease_has_run_out_then_taken_over(mailbox, written):
    written(2)
    assert len(claim_slice()) == 2
    assert deliver_slice() == 0
    Notice.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    assert waiting().count() == 2
    deliver_slice()
    assert states() == {"sent": 2}
    assert set(mailbox.addresses.values()) == {1}


def test_claim_when_the_worker_died_eight_times_then_put_aside(written):
    written(1)
    Notice.objects.update(state="sending", attempts=8, lease_until=None)
    assert claim_slice() == []
    assert Notice.objects.get().state == "needs_person"


def test_renew_when_another_worker_took_over_then_not_held(written):
    written(2)
    mine = claim_slice()
    Notice.objects.filter(pk=mine[0].pk).update(
        lease_until=F("lease_until") + dt.timedelta(hours=1)
    )
    assert renew(mine) == {mine[1].pk}


def test_mark_sent_when_the_lease_was_lost_then_still_sent(written):
    written(1)
    (row,) = claim_slice()
    Notice.objects.update(state="queued", lease_until=None)
    mark_sent(row)
    assert Notice.objects.get().state == "sent"


def test_sweep_when_run_twice_then_nothing_is_sent_twice(mailbox, written):
    written(3)
    tasks.sweep()
    tasks.sweep()
    tasks.deliver()
    tasks.deliver()
    assert set(mailbox.addresses.values()) == {1}
    assert states() == {"sent": 3}


def deliver_in_threads(**facts: object) -> None:
    """Two workers, each until nothing is left."""

    def run() -> None:
        try:
            while deliver_slice(limit=5, **facts):  # type: ignore[arg-type]
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_deliver_when_two_workers_run_at_once_then_each_notice_goes_out_once(mailbox, written):
    mailbox.seconds = 0.005
    written(60)
    deliver_in_threads()
    assert len(mailbox.addresses) == 60
    assert set(mailbox.addresses.values()) == {1}
    assert states() == {"sent": 60}


def test_deliver_when_rows_are_claimed_without_a_lock_then_mails_go_out_twice(mailbox, written):
    """The control: read what is due, then write that it is ours, with no lock in between."""
    both_have_read = threading.Barrier(2)

    def careless(limit: int) -> list[Notice]:
        rows = list(waiting().order_by("pk")[:limit])
        if rows and not both_have_read.broken:
            with suppress(threading.BrokenBarrierError):
                both_have_read.wait(timeout=1)
        until = lease_end()
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=NoticeState.SENDING, lease_until=until
        )
        for row in rows:
            row.lease_until = until
        return rows

    written(10)
    deliver_in_threads(claim=careless)
    assert max(mailbox.addresses.values()) == 2
