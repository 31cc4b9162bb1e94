"""Bounces: what came back is marked, once, with its reason; everything else is left alone."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as some

from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.notices.bounce_mailbox import BounceUrlUnusable, place_of, read_bounces
from g60portal.notices.bounce_reports import read_report
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.models import BounceMailbox, Notice
from tests.notices.imapserver import Box, imap_server
from tests.race import other_connection

UID = uuid.UUID("12345678-1234-4234-8234-123456789abc")
DSN = """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system. I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; a0@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 <a0@example.org>: {reason}

--b
Content-Type: {kind}

Message-ID: <{uid}@notices.g60portal>
Subject: Hello
To: a0@example.org

--b--
"""
# A text of the kind that QQ sends: no report in parts, in Chinese, the mail it is about below.
QQ = """Return-Path: <>
From: "QQ" <PostMaster@qq.com>
To: portal@example.org
Subject: =?gb18030?B?z7XNs83L0MUvU3lzdGVtcyBib3VuY2U=?=
Content-Type: text/html; charset="gb18030"
Content-Transfer-Encoding: 8bit

<html><p>抱歉，您的邮件被退回来了</p>
<table><tr><td>退信原因</td><td>收件人邮箱地址不存在</td></tr></table>
<p>host mx3.qq.com said: 550 Mailbox unavailable or access denied</p>
<p>Message-ID: &lt;{uid}@notices.g60portal&gt;</p></html>
"""
# A text of the kind that 163 sends, with the mail it is about attached.
NETEASE = """Return-Path: <>
From: postmaster@163.com
To: portal@example.org
Subject: =?UTF-8?B?57O757uf6YCA5L+h?=
Content-Type: multipart/mixed; boundary="n"

--n
Content-Type: text/plain; charset=utf-8

您的邮件未能送达： SMTP error, RCPT TO: 552 5.2.2 Mailbox full
--n
Content-Type: message/rfc822

Message-ID: <{uid}@notices.g60portal>
Subject: Hello

text
--n--
"""
ABSENCE = """Return-Path: <a0@example.org>
From: A <a0@example.org>
To: portal@example.org
Subject: Out of office
In-Reply-To: <{uid}@notices.g60portal>
References: <{uid}@notices.g60portal>
Auto-Submitted: auto-replied

I am away. In urgent cases call 550 1234. Your mail: <{uid}@notices.g60portal>
"""


def dsn(uid: object = UID, **facts: str) -> bytes:
    known = {
        "to": "portal@example.org",
        "action": "failed",
        "status": "5.1.1",
        "reason": "no such user",
        "kind": "text/rfc822-headers",
    }
    return DSN.format(uid=uid, **(known | facts)).encode()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_report_when_of_the_standard_then_read(kind):
    report = read_report(dsn(kind=kind))
    assert (report.notice_uid, report.is_hard, report.status) == (UID, True, "5.1.1")
    assert "no such user" in report.reason


@pytest.mark.parametrize(
    ("facts", "is_hard"),
    [({"status": "4.4.7"}, False), ({"status": "5.2.2"}, False), ({"status": "5.7.1"}, True)],
)
def test_report_when_it_may_pass_then_soft(facts, is_hard):
    assert read_report(dsn(**facts)).is_hard is is_hard


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_report_when_nothing_failed_then_none(action):
    assert read_report(dsn(action=action)) is None


def test_report_when_it_came_to_the_address_of_the_notice_then_found_by_it():
    data = dsn("nobody", to=f"bounces+{UID.hex}@example.org")
    assert read_report(data).notice_uid == UID


def test_report_when_a_provider_writes_text_then_read():
    qq = read_report(QQ.format(uid=UID).encode("gb18030"))
    assert (qq.notice_uid, qq.is_hard, qq.status) == (UID, True, "5.0.0")
    assert "Mailbox unavailable" in qq.reason
    netease = read_report(NETEASE.format(uid=UID).encode())
    assert (netease.notice_uid, netease.is_hard, netease.status) == (UID, False, "5.2.2")


@pytest.mark.parametrize(
    "data",
    [
        ABSENCE.format(uid=UID).encode(),
        QQ.format(uid=UID).replace("PostMaster@qq.com", "friend@qq.com").encode("gb18030"),
        QQ.format(uid=UID).replace("Return-Path: <>", "Return-Path: <a@b.c>").encode("gb18030"),
        QQ.format(uid="1").encode("gb18030"),
        b"",
        b"From: a\r\n\r\nHello",
    ],
)
def test_mail_when_no_report_of_ours_then_none(data):
    assert read_report(data) is None


@given(some.binary(max_size=400), some.integers(0, 900))
def test_report_when_bytes_are_broken_then_no_crash(noise, at):
    whole = dsn()
    read_report(whole[:at] + noise + whole[at:])
    read_report(noise)


@pytest.fixture
def box(settings) -> Iterator[Box]:
    box = Box()
    with imap_server(box) as port:
        settings.BOUNCE_IMAP_URL = f"imap://portal:secret@127.0.0.1:{port}/INBOX"
        yield box


@pytest.fixture
def sent(mailbox, written) -> list[Notice]:
    rows = written(3)
    deliver_slice()
    return rows


@pytest.mark.django_db(transaction=True)
def test_mailbox_when_a_report_is_there_then_bounced_once_and_the_rest_left_alone(box, sent):
    ours = box.add(dsn(sent[0].uid))
    stranger = box.add(b"From: friend@example.org\r\nSubject: Hi\r\n\r\nHow are you?")
    foreign = box.add(dsn(uuid.uuid4()))
    assert read_bounces() == 1
    row = Notice.objects.get(pk=sent[0].pk)
    assert row.state == "bounced"
    assert row.last_error.startswith("5.1.1 ")
    assert "a0@example.org" not in row.last_error
    assert box.seen == {ours}
    assert {stranger, foreign} & box.seen == set()
    assert not any("BODY[]" in command for command in box.commands)
    assert set(Notice.objects.exclude(pk=row.pk).values_list("state", flat=True)) == {"sent"}
    assert read_bounces() == 0
    assert AuditEvent.objects.filter(verb="notice_bounced").count() == 1


@pytest.mark.django_db(transaction=True)
def test_mailbox_when_numbered_anew_then_nothing_counts_twice(box, sent):
    box.add(dsn(sent[0].uid, status="4.2.2"))
    read_bounces()
    assert Notice.objects.get(pk=sent[0].pk).state == "retrying"
    box.validity += 1
    Notice.objects.filter(pk=sent[0].pk).update(state="sent")
    read_bounces()
    row = Notice.objects.get(pk=sent[0].pk)
    assert (row.state, row.bounces.count()) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_notice_when_it_softly_comes_back_twice_then_bounced(box, sent):
    box.add(dsn(sent[0].uid, status="4.2.2"))
    read_bounces()
    row = Notice.objects.get(pk=sent[0].pk)
    assert (row.state, row.attempts) == ("retrying", 1)
    assert row.due_at - clock.now() > dt.timedelta(minutes=55)
    Notice.objects.filter(pk=row.pk).update(due_at=clock.now())
    deliver_slice()
    box.add(dsn(sent[0].uid, status="4.2.2", reason="still full"))
    read_bounces()
    assert Notice.objects.get(pk=row.pk).state == "bounced"


@pytest.mark.django_db(transaction=True)
def test_notice_when_it_was_not_sent_then_a_report_changes_nothing(box, written):
    (row,) = written(1)
    box.add(dsn(row.uid))
    read_bounces()
    assert Notice.objects.get().state == "queued"


@pytest.mark.django_db(transaction=True)
def test_mailbox_when_another_reads_then_left_to_it(box, sent):
    read_bounces()
    box.add(dsn(sent[0].uid))
    with transaction.atomic(), other_connection() as start:
        BounceMailbox.objects.select_for_update().get()
        assert start(read_bounces).result() == 0
    assert read_bounces() == 1


@pytest.mark.django_db(transaction=True)
def test_mail_when_an_address_for_bounces_is_set_then_each_has_its_own(mailbox, written, settings):
    settings.BOUNCE_ADDRESS = "bounces+{notice}@example.org"
    (row,) = written(1)
    deliver_slice()
    (mail,) = mailbox.mails
    assert mailbox.senders == [f"bounces+{row.uid.hex}@example.org"]
    assert "portal@example.org" in str(mail["From"])


@pytest.mark.parametrize("url", ["http://a/", "imaps://host/INBOX", "imaps://u:p@host:x/", "x"])
def test_url_when_unusable_then_said(url):
    with pytest.raises(BounceUrlUnusable):
        place_of(url)
