"""Pages of one's messages and channels, and the administrator's page of channels."""

import pytest
from django.test import Client

from g60portal.accounts.models import ChannelChoice, User
from g60portal.common import clock
from g60portal.notices.channels.sealed_addresses import open_context
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.kinds import Message
from g60portal.notices.models import ChannelAccount, Notice
from g60portal.notices.outbox import NoticeDraft, write_notices
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
HOSTILE = "<script>alert(1)</script> https://evil.example"


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def client(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def told(user: User, count: int, subject: str = "Hello") -> list[Notice]:
    write_notices(
        NoticeDraft(
            kind="plain", dedupe_key=f"{user.pk}:{number}", recipient="王",
            address="wang@example.org", language="en", subject=f"{subject} {number}",
            user_id=user.pk,
        )
        for number in range(count)
    )  # fmt: skip
    return list(Notice.objects.filter(user=user).order_by("pk"))


def unread(client: Client) -> int:
    return int(client.get("/my/messages/unread/").json()["unread"])


def test_messages_when_opened_then_read_and_counted(client, user):
    rows = told(user, 3)
    assert unread(client) == 3
    response = client.get(f"/my/messages/{rows[0].uid}/")
    assert f"number {rows[0].pk}" in response.content.decode()
    assert unread(client) == 2
    client.post("/my/messages/read/")
    assert unread(client) == 0
    rows[0].refresh_from_db()
    assert rows[0].read_at <= clock.now()


def test_messages_when_somebody_elses_or_private_or_not_out_then_not_there(client, user):
    (foreign,) = told(UserFactory(), 1)
    own = told(user, 4)
    Notice.objects.filter(pk=own[0].pk).update(kind="account_mail")
    Notice.objects.filter(pk=own[1].pk).update(state="cancelled")
    Notice.objects.filter(pk=own[2].pk).update(copy_of=own[3])
    for row in (foreign, *own[:3]):
        assert client.get(f"/my/messages/{row.uid}/").status_code == 404
    assert unread(client) == 1


def test_messages_when_many_then_the_same_queries_in_pages(client, user, django_assert_num_queries):
    told(user, 35)
    client.get("/my/messages/")
    with django_assert_num_queries(3):
        first = client.get("/my/messages/")
    assert len(first.context["rows"]) == 30
    assert len(client.get(first.context["next_url"]).context["rows"]) == 5


def test_message_when_its_text_is_hostile_then_only_text(client, user, monkeypatch):
    (row,) = told(user, 1, HOSTILE)
    monkeypatch.setattr(
        "g60portal.notices.inbox.text_of", lambda notice: Message(text=HOSTILE, html=HOSTILE)
    )
    page = client.get(f"/my/messages/{row.uid}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="https://evil' not in page


def test_channel_when_added_and_proved_then_shown_masked(client, user):
    ChannelAccount.objects.create(channel="wecom", is_active=True)
    answer = client.post("/my/channels/wecom/", {"address": ROBOT, "use": "all"})
    assert answer.status_code == 302
    code = open_context(Notice.objects.get(kind="channel_code")).partition("\n")[2]
    page = client.get("/my/channels/").content.decode()
    assert "693a91f6" not in page
    client.post("/my/channels/wecom/confirm/", {"code": code})
    row = ChannelChoice.objects.get(user=user)
    assert row.confirmed_at is not None
    client.post("/my/channels/wecom/change/", {"use": "urgent"})
    row.refresh_from_db()
    assert row.use == "urgent"
    client.post("/my/channels/wecom/remove/")
    assert not ChannelChoice.objects.exists()


@pytest.mark.parametrize("address", ["", "https://10.0.0.1/", HOSTILE])
def test_channel_when_the_address_is_none_then_said_beside_it(client, address):
    ChannelAccount.objects.create(channel="wecom", is_active=True)
    answer = client.post("/my/channels/wecom/", {"address": address, "use": "all"})
    assert answer.status_code == 422
    assert not Notice.objects.exists()


def test_channels_when_put_in_order_then_the_first_is_asked_first(client, user):
    for position, channel in enumerate(("sms", "wecom"), 1):
        ChannelChoice.objects.create(
            user=user, channel=channel, position=position, ciphertext=b"x", key_version=1
        )
    client.post("/my/channels/wecom/change/", {"first": "1"})
    order = ChannelChoice.objects.order_by("position").values_list("channel", flat=True)
    assert list(order) == ["wecom", "sms"]


@pytest.fixture
def administrator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_with("administrator"))
    return client


def test_account_when_saved_then_the_secret_is_sealed_and_never_shown(administrator):
    facts = {
        "is_active": "on", "url": "https://sms.example.org/", "key_id": "k", "secret": "hush-hush",
        "templates": "* = SMS_1", "per_minute": "60", "quiet_from": "22:00", "quiet_until": "07:00",
    }  # fmt: skip
    assert administrator.post("/console/channels/sms/", facts).status_code == 302
    row = ChannelAccount.objects.get()
    assert b"hush-hush" not in bytes(row.ciphertext)
    assert row.templates == {"*": "SMS_1"}
    page = administrator.get("/console/channels/sms/").content.decode()
    assert "hush-hush" not in page
    assert administrator.post("/console/channels/sms/", facts | {"secret": ""}).status_code == 302
    before = bytes(row.ciphertext)
    row.refresh_from_db()
    assert bytes(row.ciphertext) == before


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://sms.example.org/"}, {"url": ""}, {"key_id": ""}, {"secret": ""},
        {"templates": "nonsense"}, {"per_minute": "0"}, {"quiet_until": ""},
    ],
)  # fmt: skip
def test_account_when_something_is_missing_then_not_saved(administrator, change):
    facts = {
        "is_active": "on", "url": "https://sms.example.org/", "key_id": "k", "secret": "hush-hush",
        "quiet_from": "22:00", "quiet_until": "07:00", "templates": "",
    }  # fmt: skip
    assert administrator.post("/console/channels/sms/", facts | change).status_code == 422
    assert not ChannelAccount.objects.filter(is_active=True).exists()


def test_account_when_tested_then_the_very_way_is_taken(administrator, mailbox):
    administrator.post("/console/channels/email/test/")
    assert deliver_slice() == 1
    assert len(mailbox.raw) == 1
    assert 'class="badge' in administrator.get("/console/channels/email/").content.decode()
