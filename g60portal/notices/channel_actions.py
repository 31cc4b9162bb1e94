"""Writing channels: a person's further addresses, each proved by a code, and the administrator's
accounts of the channels with a test that takes the very way of the messages.
"""

import datetime as dt
import hmac
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from g60portal.accounts.models import ChannelChoice, ChannelUse, User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.outgoing import OutgoingRefused, check_url
from g60portal.common.refusals import Refusal
from g60portal.notices.channel_kinds import CHANNEL_CODE, CHANNEL_TEST
from g60portal.notices.channel_rules import cleaned_address
from g60portal.notices.channels.sealed_addresses import (
    masked,
    seal_choice,
    seal_secret,
    sealed_in_context,
)
from g60portal.notices.choices import PERSONAL_CHANNELS, Channel
from g60portal.notices.models import ChannelAccount
from g60portal.notices.outbox import NoticeDraft, write_notices
from g60portal.notices.pace import in_use

CODE_DIGITS = 6
CODE_MINUTES = 15
CODE_ATTEMPTS = 5
CODE_WAIT = dt.timedelta(seconds=60)


class ChannelNotOffered(Refusal):
    code = "channel_not_offered"
    text = gettext_lazy("This channel is not in use here. Choose another one.")


class AddressUnusable(Refusal):
    code = "channel_address_unusable"
    text = gettext_lazy(
        "This is no address of the channel. Copy it from the app as it is shown there."
    )


class CodeTooSoon(Refusal):
    code = "code_too_soon"
    status = 429
    text = gettext_lazy("A code was sent less than a minute ago. Wait for it, then ask again.")


class GatewayUnusable(Refusal):
    code = "gateway_unusable"
    text = gettext_lazy("The gateway needs an https:// address, a key id and a secret.")


@dataclass(frozen=True)
class AccountFacts:
    """What an administrator enters. An empty `secret` keeps the present one."""

    is_active: bool
    url: str = ""
    key_id: str = ""
    secret: str = ""
    templates: dict[str, str] | None = None
    per_minute: int | None = None
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None


@transaction.atomic
def add_channel(*, user: User, channel: str, address: str, use: str) -> ChannelChoice:
    """Keep the address and send a code to it; one that is there already is replaced."""
    if channel not in PERSONAL_CHANNELS or not in_use(channel):
        raise ChannelNotOffered
    cleaned = cleaned_address(channel, address)
    if not cleaned:
        raise AddressUnusable
    locked(user)
    row = ChannelChoice.objects.filter(user=user, channel=channel).first()
    if row is None:
        last = ChannelChoice.objects.filter(user=user).aggregate(last=Max("position"))["last"]
        row = ChannelChoice(user=user, channel=channel, position=(last or 0) + 1)
    sealed = seal_choice(cleaned, user.pk, channel)
    row.ciphertext, row.key_version = sealed.ciphertext, sealed.key_version
    row.masked, row.confirmed_at, row.use = masked(cleaned), None, _use(use)
    _send_code(row, cleaned)
    after = {"channel": channel, "use": row.use}
    record("channel_added", row, by=user, after=after)
    return row


@transaction.atomic
def confirm_channel(*, user: User, channel: str, code: str) -> bool:
    """Whether the code was right. A wrong one is counted, so nothing is raised here."""
    row = ChannelChoice.objects.select_for_update().filter(user=user, channel=channel).first()
    if row is None or row.code_sent_at is None or not row.code_digest:
        return False
    late = clock.now() - row.code_sent_at > dt.timedelta(minutes=CODE_MINUTES)
    if late or row.code_attempts >= CODE_ATTEMPTS:
        return False
    if not hmac.compare_digest(row.code_digest, _digest(row, code.strip())):
        row.code_attempts += 1
        row.save(update_fields=["code_attempts"])
        return False
    row.confirmed_at, row.code_digest = clock.now(), ""
    row.save(update_fields=["confirmed_at", "code_digest"])
    record("channel_confirmed", row, by=user, after={"channel": channel})
    return True


@transaction.atomic
def change_use(*, user: User, channel: str, use: str) -> None:
    row = ChannelChoice.objects.select_for_update().filter(user=user, channel=channel).first()
    if row is None:
        raise ChannelNotOffered
    before, row.use = row.use, _use(use)
    row.save(update_fields=["use"])
    record("channel_changed", row, by=user, before={"use": before}, after={"use": row.use})


@transaction.atomic
def put_first(*, user: User, channel: str) -> None:
    """What is not confirmed elsewhere is sent there first."""
    rows = list(ChannelChoice.objects.select_for_update().filter(user=user))
    if channel not in {row.channel for row in rows}:
        raise ChannelNotOffered
    rows.sort(key=lambda row: (row.channel != channel, row.position))
    for position, row in enumerate(rows, 1):
        row.position = position
    ChannelChoice.objects.bulk_update(rows, ["position"])
    record("channel_put_first", rows[0], by=user, after={"channel": channel})


@transaction.atomic
def remove_channel(*, user: User, channel: str) -> None:
    row = ChannelChoice.objects.select_for_update().filter(user=user, channel=channel).first()
    if row is None:
        return
    record("channel_removed", row, by=user, before={"channel": channel})
    row.delete()


@transaction.atomic
def configure_channel(*, channel: str, facts: AccountFacts, by: User) -> ChannelAccount:
    """Switch a channel on or off and set its gateway, pace and quiet hours."""
    row, _made = ChannelAccount.objects.select_for_update().get_or_create(channel=channel)
    before = _told(row)
    row.is_active = facts.is_active
    row.url, row.key_id = facts.url.strip(), facts.key_id.strip()
    row.templates = facts.templates or {}
    row.per_minute = facts.per_minute
    row.quiet_from, row.quiet_until = facts.quiet_from, facts.quiet_until
    if facts.secret:
        sealed = seal_secret(facts.secret, channel)
        row.ciphertext, row.key_version = sealed.ciphertext, sealed.key_version
    if channel == Channel.SMS and row.is_active:
        _check_gateway(row)
    row.save()
    record("channel_configured", row, by=by, before=before, after=_told(row))
    return row


@transaction.atomic
def send_test(*, channel: str, address: str, by: User) -> None:
    """A message to the given address over the very way of all others. What became of it stands
    among the tests of the channel."""
    if not in_use(channel):
        raise ChannelNotOffered
    if channel not in PERSONAL_CHANNELS:
        cleaned = by.email
    elif not (cleaned := cleaned_address(channel, address)):
        raise AddressUnusable
    with override(by.language):
        subject, text = _("Test of the channel"), _("This message arrived over this channel.")
    _write(CHANNEL_TEST, channel, cleaned, text, by, subject)
    account = ChannelAccount.objects.filter(channel=channel).first() or ChannelAccount(
        channel=channel
    )
    record("channel_tested", account, by=by, after={"channel": channel})


def _use(text: str) -> str:
    return text if text in ChannelUse.values else ChannelUse.URGENT


def _send_code(row: ChannelChoice, address: str) -> None:
    now = clock.now()
    if row.code_sent_at is not None and now - row.code_sent_at < CODE_WAIT:
        raise CodeTooSoon
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row.code_digest, row.code_sent_at, row.code_attempts = _digest(row, code), now, 0
    row.save()
    with override(row.user.language):
        subject = _("Your code for this channel")
    _write(CHANNEL_CODE, row.channel, address, code, row.user, subject)


def _write(kind: str, channel: str, address: str, text: str, user: User, subject: str) -> None:
    key = f"{kind}:{uuid.uuid4()}"
    write_notices(
        [
            NoticeDraft(
                kind=kind,
                dedupe_key=key,
                recipient=str(user),
                address=masked(address) if channel in PERSONAL_CHANNELS else address,
                language=user.language,
                subject=subject,
                context=sealed_in_context(f"{address}\n{text}", key),
                user_id=user.pk,
                channel=channel,
                urgent=True,
            )
        ]
    )


def _digest(row: ChannelChoice, code: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"{row.user_id}:{row.channel}:{code}".encode(), sha256).hexdigest()


def _check_gateway(row: ChannelAccount) -> None:
    if not row.key_id or row.ciphertext is None:
        raise GatewayUnusable
    try:
        check_url(row.url)
    except OutgoingRefused as error:
        raise GatewayUnusable from error


def _told(row: ChannelAccount) -> dict[str, object]:
    """For the audit: never the secret."""
    return {
        "is_active": row.is_active,
        "url": row.url,
        "key_id": row.key_id,
        "per_minute": row.per_minute,
        "quiet_from": row.quiet_from and row.quiet_from.isoformat(),
        "quiet_until": row.quiet_until and row.quiet_until.isoformat(),
        "templates": row.templates,
    }
