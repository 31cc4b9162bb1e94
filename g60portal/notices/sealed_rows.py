"""What notices keep sealed, for key rotation: texts of sign-in mails, addresses, secrets."""

import base64
from typing import Any

from django.db.models import QuerySet

from g60portal.accounts.models import ChannelChoice
from g60portal.common.resealing import SealedKind
from g60portal.common.sealing import Sealer
from g60portal.notices.channels.sealed_addresses import account_row, choice_row
from g60portal.notices.models import ChannelAccount, Notice


def _stale(sealer: Sealer) -> QuerySet[Any]:
    return Notice.objects.filter(context__has_key="sealed").exclude(
        context__key_version=sealer.newest
    )


def _resealed(notice: Notice, sealer: Sealer) -> dict[str, Any]:
    ciphertext = base64.b64decode(notice.context["sealed"])
    text = sealer.unseal(ciphertext, notice.context["key_version"], notice.dedupe_key)
    sealed = sealer.seal(text, notice.dedupe_key)
    facts = {
        "sealed": base64.b64encode(sealed.ciphertext).decode(),
        "key_version": sealed.key_version,
    }
    return {"context": {**notice.context, **facts}}


ACCOUNT_MAILS = SealedKind("sign-in mails", _stale, _resealed)


def _stale_choices(sealer: Sealer) -> QuerySet[Any]:
    return ChannelChoice.objects.exclude(key_version=sealer.newest)


def _resealed_choice(choice: ChannelChoice, sealer: Sealer) -> dict[str, Any]:
    return _again(choice, choice_row(choice.user_id, choice.channel), sealer)


def _stale_accounts(sealer: Sealer) -> QuerySet[Any]:
    return ChannelAccount.objects.filter(ciphertext__isnull=False).exclude(
        key_version=sealer.newest
    )


def _resealed_account(account: ChannelAccount, sealer: Sealer) -> dict[str, Any]:
    return _again(account, account_row(account.channel), sealer)


def _again(row: Any, name: str, sealer: Sealer) -> dict[str, Any]:
    sealed = sealer.seal(sealer.unseal(row.ciphertext, row.key_version, name), name)
    return {"ciphertext": sealed.ciphertext, "key_version": sealed.key_version}


CHANNEL_ADDRESSES = SealedKind("channel addresses", _stale_choices, _resealed_choice)
CHANNEL_SECRETS = SealedKind("channel secrets", _stale_accounts, _resealed_account)
