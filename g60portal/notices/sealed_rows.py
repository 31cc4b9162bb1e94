"""The sealed texts of sign-in mails, for key rotation."""

import base64
from typing import Any

from django.db.models import QuerySet

from g60portal.common.resealing import SealedKind
from g60portal.common.sealing import Sealer
from g60portal.notices.models import Notice


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
