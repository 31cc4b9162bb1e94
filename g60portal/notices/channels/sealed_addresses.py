"""Addresses and secrets of the channels, sealed: a person's phone or robot, a gateway's key."""

import base64
import re

from g60portal.accounts.models import ChannelChoice
from g60portal.common.keyring import portal_sealer
from g60portal.common.sealing import Sealed
from g60portal.notices.models import ChannelAccount, Notice

SHOWN_AT_END = 4
_PHONE = re.compile(r"\+?\d{8,}")


def seal_choice(address: str, user_id: int, channel: str) -> Sealed:
    return portal_sealer().seal(address, choice_row(user_id, channel))


def choice_row(user_id: int, channel: str) -> str:
    return f"channel:{user_id}:{channel}"


def open_choice(choice: ChannelChoice) -> str:
    row = choice_row(choice.user_id, choice.channel)
    return portal_sealer().unseal(choice.ciphertext, choice.key_version, row)


def seal_secret(secret: str, channel: str) -> Sealed:
    return portal_sealer().seal(secret, account_row(channel))


def account_row(channel: str) -> str:
    return f"channel_account:{channel}"


def open_secret(account: ChannelAccount) -> str:
    """Nothing where none was entered."""
    if account.ciphertext is None or account.key_version is None:
        return ""
    row = account_row(account.channel)
    return portal_sealer().unseal(account.ciphertext, account.key_version, row)


def masked(address: str) -> str:
    """Enough to be recognized by its owner."""
    if _PHONE.fullmatch(address):
        return f"{address[:-8]}****{address[-SHOWN_AT_END:]}"
    return f"…{address[-SHOWN_AT_END:]}"


def sealed_in_context(text: str, dedupe_key: str) -> dict[str, object]:
    """A secret for the context of a notice, bound to its key; rotated with the sign-in mails."""
    sealed = portal_sealer().seal(text, dedupe_key)
    return {
        "sealed": base64.b64encode(sealed.ciphertext).decode(),
        "key_version": sealed.key_version,
    }


def open_context(notice: Notice) -> str:
    """KeyError when the context holds nothing sealed."""
    ciphertext = base64.b64decode(notice.context["sealed"])
    key_version = notice.context["key_version"]
    return portal_sealer().unseal(ciphertext, key_version, notice.dedupe_key)
