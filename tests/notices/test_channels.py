"""Channels besides e-mail: a person's addresses, pace and quiet hours, robots, text messages."""

import datetime as dt
import json
import sys
from collections.abc import Callable

import pytest
import requests
from django.db import connection
from pytest_django.fixtures import Settings

from g60portal.accounts.models import ChannelChoice
from g60portal.common import clock, outgoing
from g60portal.common.lanes import lane
from g60portal.notices import channel_actions, pace, tasks
from g60portal.notices.channel_rules import apprise_url, cleaned_address, cut_to_bytes
from g60portal.notices.channels import robots, sms
from g60portal.notices.channels.carriers import Refused
from g60portal.notices.channels.sealed_addresses import open_context
from g60portal.notices.claims import claim_slice, waiting
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.escalation import escalate
from g60portal.notices.models import ChannelAccount, Notice
from g60portal.notices.outbox import NoticeDraft, write_notices
from tests.factories import UserFactory
from tests.race import other_connection

pytestmark = pytest.mark.django_db(transaction=True)
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
DING = "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123456789"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/c0ffee00-1111"


def account(channel: str, **facts: object) -> ChannelAccount:
    return ChannelAccount.objects.create(channel=channel, is_active=True, **facts)


def gateway() -> None:
    facts = channel_actions.AccountFacts(
        is_active=True,
        url="https://sms.example.org/send",
        key_id="portal",
        secret="very secret",
        templates={"*": "SMS_1", "channel_code": "SMS_2"},
    )
    channel_actions.configure_channel(channel="sms", facts=facts, by=UserFactory())


def chosen(user: object, channel: str, address: str, use: str = "urgent") -> ChannelChoice:
    """A proved address."""
    row = channel_actions.add_channel(user=user, channel=channel, address=address, use=use)
    Notice.objects.filter(kind="channel_code").delete()
    row.confirmed_at = clock.now()
    row.save()
    return row


def told(user: object, key: str = "one", **facts: object) -> Notice:
    write_notices(
        [
            NoticeDraft(
                kind="plain", dedupe_key=key, recipient="王", address="wang@example.org",
                language="en", subject="Hello <at user_id=\"all\">", user_id=user.pk, **facts,
            )
        ]
    )  # fmt: skip
    return Notice.objects.get(dedupe_key=key)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, object], list[tuple[str, dict]]]:
    """Answers every call in the place of the network; the calls are in the list it returns."""

    def answering(status: int, said: object) -> list[tuple[str, dict]]:
        made: list[tuple[str, dict]] = []

        def begun(caller, method, url, facts):
            made.append((url, facts))
            answer = requests.Response()
            answer.status_code, answer._content = status, json.dumps(said).encode()
            answer.iter_content = lambda size: [answer._content]  # type: ignore[method-assign]
            answer.close = lambda: None  # type: ignore[method-assign]
            return answer

        monkeypatch.setattr(outgoing, "_begun", begun)
        return made

    return answering


@pytest.mark.parametrize(
    ("channel", "typed", "address"),
    [
        ("sms", "138 0013 8000", "+8613800138000"),
        ("sms", "12345", ""),
        ("wecom", f" {ROBOT} ", ROBOT),
        ("wecom", ROBOT.replace("https", "http"), ""),
        ("wecom", ROBOT.replace("qyapi.weixin.qq.com", "evil.example"), ""),
        ("wecom", ROBOT + "&verify=no", ""),
        ("dingtalk", DING + " SECabcdef123", DING + " SECabcdef123"),
        ("feishu", FEISHU, FEISHU),
        ("other", "schan://abcdef", "schan://abcdef"),
        ("other", "ntfys://ntfy.example/topic?verify=no", ""),
        ("other", "json://evil.example/", ""),
        ("other", "file:///etc/passwd", ""),
        ("email", "a@example.org", ""),
    ],
)
def test_address_when_typed_then_only_a_known_service_is_taken(channel, typed, address):
    assert cleaned_address(channel, typed) == address


def test_apprise_url_when_a_robot_has_a_secret_then_before_its_token():
    assert apprise_url("dingtalk", DING) == "dingtalk://abcdef0123456789/"
    assert apprise_url("dingtalk", f"{DING} SEC12345678") == (
        "dingtalk://SEC12345678@abcdef0123456789/"
    )


def test_text_when_too_long_then_cut_at_a_whole_sign():
    assert cut_to_bytes("松江" * 10, 20).encode().__len__() <= 20
    assert cut_to_bytes("松江", 20) == "松江"


@pytest.mark.parametrize(
    ("channel", "address", "content", "host"),
    [
        ("wecom", ROBOT, '{"errcode": 0}', "https://qyapi.weixin.qq.com/"),
        ("dingtalk", f"{DING} SEC12345678", '{"errcode": 0}', "https://oapi.dingtalk.com/"),
        ("feishu", FEISHU, '{"code": 0}', "https://open.feishu.cn/"),
    ],
)
def test_robot_when_told_then_called_once_the_guarded_way(calls, channel, address, content, host):
    made = calls(200, json.loads(content))
    account(channel)
    user = UserFactory()
    chosen(user, channel, address, use="all")
    first = told(user)
    copy = first.copies.get()
    assert deliver_slice(channel=channel) == 1
    copy.refresh_from_db()
    assert copy.state == "sent", copy.last_error
    ((url, facts),) = made
    assert url.startswith(host)
    body = facts["data"]
    text = body.decode() if isinstance(body, bytes) else body
    assert f"number {copy.pk}" in text
    assert channel != "feishu" or "<at" not in text
    assert "****" not in copy.address or channel == "sms"


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        (200, {"errcode": 45009}, "retrying"),
        (200, {"errcode": 93000}, "needs_person"),
        (429, {}, "retrying"),
        (502, {}, "retrying"),
        (404, {}, "needs_person"),
    ],
)
def test_robot_when_the_service_refuses_then_not_taken_for_sent(calls, status, said, state):
    calls(status, said)
    account("wecom")
    user = UserFactory()
    chosen(user, "wecom", ROBOT, use="all")
    copy = told(user).copies.get()
    deliver_slice(channel="wecom")
    copy.refresh_from_db()
    assert copy.state == state
    assert "693a91f6" not in copy.last_error


def test_robot_when_its_package_has_another_way_out_then_refused(monkeypatch):
    module = sys.modules[robots.robot_at("wecom", ROBOT).__module__]
    assert isinstance(module.requests, outgoing.GuardedRequests)
    monkeypatch.delattr(module, "requests")
    with pytest.raises(Refused):
        robots.robot_at("wecom", ROBOT)


def test_sms_when_sent_then_signed_and_without_the_text(calls):
    made = calls(200, {"id": "gate-7"})
    gateway()
    user = UserFactory()
    chosen(user, "sms", "13800138000", use="all")
    copy = told(user).copies.get()
    deliver_slice(channel="sms")
    copy.refresh_from_db()
    assert (copy.state, copy.provider_id, copy.address) == ("sent", "gate-7", "+86138****8000")
    ((url, facts),) = made
    said = json.loads(facts["data"])
    assert (url, said["to"], said["template"]) == (
        "https://sms.example.org/send", "+8613800138000", "SMS_1",
    )  # fmt: skip
    assert said["id"] == str(copy.uid)
    assert "number" not in facts["data"].decode()
    headers = facts["headers"]
    expected = sms.signature("very secret", headers["X-Portal-Time"], facts["data"])
    assert headers["X-Portal-Signature"] == expected


@pytest.mark.parametrize(
    ("status", "state", "attempts"),
    [(409, "sent", 1), (400, "needs_person", 1), (500, "retrying", 1), (401, "retrying", 0)],
)
def test_sms_when_the_gateway_answers_otherwise_then_nothing_is_lost(
    calls, status, state, attempts
):
    calls(status, {})
    gateway()
    user = UserFactory()
    chosen(user, "sms", "13800138000", use="all")
    copy = told(user).copies.get()
    deliver_slice(channel="sms")
    copy.refresh_from_db()
    assert (copy.state, copy.attempts) == (state, attempts)


def test_secrets_when_kept_then_not_in_clear():
    gateway()
    user = UserFactory()
    chosen(user, "sms", "13800138000")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(c)::text FROM accounts_channelchoice c UNION ALL "
            "SELECT to_jsonb(a)::text FROM notices_channelaccount a UNION ALL "
            "SELECT to_jsonb(n)::text FROM notices_notice n UNION ALL "
            "SELECT to_jsonb(e)::text FROM audit_auditevent e"
        )
        kept = "\n".join(row for (row,) in cursor.fetchall())
    assert "13800138000" not in kept
    assert "very secret" not in kept


def test_channel_when_its_code_is_entered_then_confirmed_and_only_then_used():
    account("wecom")
    user = UserFactory()
    channel_actions.add_channel(user=user, channel="wecom", address=ROBOT, use="all")
    code = open_context(Notice.objects.get(kind="channel_code")).partition("\n")[2]
    assert not told(user, "before").copies.exists()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert not channel_actions.confirm_channel(user=user, channel="wecom", code=wrong)
    assert channel_actions.confirm_channel(user=user, channel="wecom", code=code)
    assert told(user, "after").copies.count() == 1


def test_channel_when_codes_are_guessed_then_closed_after_five():
    account("wecom")
    user = UserFactory()
    channel_actions.add_channel(user=user, channel="wecom", address=ROBOT, use="all")
    code = open_context(Notice.objects.get(kind="channel_code")).partition("\n")[2]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _guess in range(5):
        channel_actions.confirm_channel(user=user, channel="wecom", code=wrong)
    assert not channel_actions.confirm_channel(user=user, channel="wecom", code=code)
    with pytest.raises(channel_actions.CodeTooSoon):
        channel_actions.add_channel(user=user, channel="wecom", address=ROBOT, use="all")


def test_channel_when_the_administrator_has_not_switched_it_on_then_not_offered():
    with pytest.raises(channel_actions.ChannelNotOffered):
        channel_actions.add_channel(user=UserFactory(), channel="wecom", address=ROBOT, use="all")


def test_copy_when_its_first_was_taken_back_then_not_sent(calls):
    made = calls(200, {"errcode": 0})
    account("wecom")
    user = UserFactory()
    chosen(user, "wecom", ROBOT, use="all")
    first = told(user)
    Notice.objects.filter(pk=first.pk).update(state="cancelled")
    deliver_slice(channel="wecom")
    assert first.copies.get().state == "cancelled"
    assert made == []


def test_channel_when_switched_off_afterwards_then_what_waits_is_cancelled():
    row = account("wecom")
    user = UserFactory()
    chosen(user, "wecom", ROBOT, use="all")
    copy = told(user).copies.get()
    row.is_active = False
    row.save()
    deliver_slice(channel="wecom")
    copy.refresh_from_db()
    assert (copy.state, copy.last_error) == ("cancelled", "channel switched off")


def test_mail_when_another_channel_is_stuck_then_goes_out(mailbox):
    """Rows of one channel are never claimed, postponed or waited for by another."""
    gateway()
    user = UserFactory()
    chosen(user, "sms", "13800138000", use="all")
    told(user)
    claim_slice(channel="sms")
    assert deliver_slice() == 1
    assert len(mailbox.raw) == 1


def test_mail_server_when_away_then_other_channels_are_not_postponed(mailbox, settings: Settings):
    gateway()
    user = UserFactory()
    chosen(user, "sms", "13800138000", use="all")
    told(user)
    settings.EMAIL_PORT = 1
    deliver_slice()
    states = dict(Notice.objects.values_list("channel", "state"))
    assert states == {"email": "retrying", "sms": "queued"}


def test_lane_when_taken_then_the_second_leaves_at_once():
    def second() -> bool:
        with lane("x") as free:
            return free

    with other_connection() as start:
        with lane("x") as free:
            assert free
            assert start(second).result() is False
        with lane("x") as free:
            assert free


@pytest.mark.parametrize(
    ("begins", "ends", "at", "quiet"),
    [
        ("22:00", "07:00", "23:30", True),
        ("22:00", "07:00", "06:59", True),
        ("22:00", "07:00", "07:00", False),
        ("12:00", "14:00", "13:00", True),
        ("12:00", "14:00", "11:59", False),
        ("12:00", "12:00", "12:00", False),
    ],
)
def test_quiet_hours_when_over_midnight_or_not_then_by_the_clock(begins, ends, at, quiet):
    row = ChannelAccount(
        quiet_from=dt.time.fromisoformat(begins), quiet_until=dt.time.fromisoformat(ends)
    )
    instant = dt.datetime.combine(dt.date(2026, 9, 8), dt.time.fromisoformat(at), clock.SHANGHAI)
    assert pace.is_quiet(row, instant) is quiet


def test_quiet_hours_when_now_then_only_the_urgent_goes(mailbox, frozen_clock):
    account("email", quiet_from=dt.time(22), quiet_until=dt.time(7))
    user = UserFactory()
    frozen_clock(dt.datetime(2026, 9, 8, 23, 0, tzinfo=clock.SHANGHAI))
    told(user, "calm")
    told(user, "now", urgent=True)
    assert deliver_slice() == 1
    assert Notice.objects.get(state="sent").dedupe_key == "now"
    frozen_clock(dt.datetime(2026, 9, 9, 7, 0, tzinfo=clock.SHANGHAI))
    assert deliver_slice() == 1


def test_pace_when_limited_then_no_minute_sees_more(mailbox, written, frozen_clock):
    account("email", per_minute=8)
    written(40)
    start = dt.datetime(2030, 9, 8, 10, 0, tzinfo=clock.SHANGHAI)
    sent: list[tuple[dt.datetime, int]] = []
    for step in range(0, 300, 5):
        now = frozen_clock(start + dt.timedelta(seconds=step))
        sent.append((now, deliver_slice()))
    assert sum(count for _at, count in sent) > 25
    for at, _count in sent:
        window = [n for then, n in sent if at <= then < at + dt.timedelta(minutes=1)]
        assert sum(window) <= 8


def test_escalation_when_not_acknowledged_then_next_channel_once_at_a_time():
    account("wecom")
    gateway()
    user = UserFactory()
    chosen(user, "wecom", ROBOT)
    chosen(user, "sms", "13800138000")
    first = told(user, urgent=True, needs_acknowledgement=True, escalate_after=10)
    assert not first.copies.exists()
    assert escalate() == 0
    an_hour_ago = clock.now() - dt.timedelta(hours=1)
    Notice.objects.update(sent_at=an_hour_ago, state="sent")
    assert escalate() == 1
    assert escalate() == 0
    assert first.copies.get().channel == "wecom"
    Notice.objects.update(sent_at=an_hour_ago, state="sent")
    assert escalate() == 1
    assert set(first.copies.values_list("channel", flat=True)) == {"wecom", "sms"}
    Notice.objects.update(sent_at=an_hour_ago)
    assert escalate() == 0


def test_escalation_when_acknowledged_then_none():
    account("wecom")
    user = UserFactory()
    chosen(user, "wecom", ROBOT)
    told(user, urgent=True, needs_acknowledgement=True, escalate_after=10)
    long_ago = clock.now() - dt.timedelta(hours=1)
    Notice.objects.update(sent_at=long_ago, state="sent", acknowledged_at=clock.now())
    assert escalate() == 0


def test_clock_when_set_back_then_what_waits_still_goes(mailbox, written, frozen_clock):
    """Written at ten; then the clock is set back by an hour."""
    ten = dt.datetime(2026, 9, 8, 10, 0, tzinfo=clock.SHANGHAI)
    frozen_clock(ten)
    written(4)
    held = claim_slice(2)
    frozen_clock(ten - dt.timedelta(hours=1))
    assert deliver_slice() == 2
    # The two that a worker held: nobody waits an hour for their lease.
    tasks.sweep()
    lease = max(Notice.objects.filter(pk__in=[row.pk for row in held]).values_list(
        "lease_until", flat=True
    ))  # fmt: skip
    assert lease <= clock.now() + dt.timedelta(seconds=150)
    frozen_clock(ten - dt.timedelta(minutes=57))
    assert deliver_slice() == 2
    assert set(mailbox.addresses.values()) == {1}


def test_clock_when_set_forward_then_nothing_is_lost(mailbox, written, frozen_clock):
    ten = dt.datetime(2026, 9, 8, 10, 0, tzinfo=clock.SHANGHAI)
    frozen_clock(ten)
    written(4)
    claim_slice(2)
    frozen_clock(ten + dt.timedelta(hours=1))
    while deliver_slice():
        pass
    assert len(mailbox.addresses) == 4
    assert not waiting().exists()
