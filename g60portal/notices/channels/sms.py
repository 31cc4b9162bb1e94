"""Text messages over a gateway: one signed JSON call each, as docs/deployment.md describes it.

The operator's gateway maps it to its provider. A text message holds a template and a few facts,
never the text of the notice: providers want templates registered, and a phone shows them locked.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings

from g60portal.common import clock, outgoing
from g60portal.notices.channels.addressing import address_of
from g60portal.notices.channels.carriers import ProviderRefused, Refused, Unreachable
from g60portal.notices.channels.sealed_addresses import open_context, open_secret
from g60portal.notices.choices import Channel
from g60portal.notices.kinds import Message
from g60portal.notices.models import ChannelAccount, Notice
from g60portal.notices.retry import Fate

ANY_KIND = "*"
ID_LENGTH = 120
# Seen before under this id: the first call got through although its answer did not.
DOUBLED = 409
FINAL = frozenset({400, 404, 410, 413, 422})
NOT_LET_IN = frozenset({401, 403})


class Sms:
    def __init__(self) -> None:
        self._account = ChannelAccount.objects.get(channel=Channel.SMS)
        self._secret = open_secret(self._account)

    def send(self, row: Notice, message: Message) -> str:
        body = json.dumps(call_for(row, self._account.templates, address_of(row))).encode()
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Portal-Key": self._account.key_id,
            "X-Portal-Time": stamp,
            "X-Portal-Signature": signature(self._secret, stamp, body),
        }
        try:
            answer = outgoing.request("POST", self._account.url, data=body, headers=headers)
        except requests.RequestException as error:
            raise Unreachable(f"the gateway cannot be reached ({type(error).__name__})") from error
        return accepted_id(answer)

    def close(self) -> None:
        """There is no connection."""


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over time, line end and body, in hexadecimal digits."""
    return hmac.new(secret.encode(), stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def call_for(row: Notice, templates: Mapping[str, str], phone: str) -> dict[str, Any]:
    """The call as data. `id` stays the same when it is tried again."""
    facts = {"subject": row.subject, "name": row.recipient}
    if "sealed" in row.context:
        facts["code"] = open_context(row).partition("\n")[2]
    else:
        facts["link"] = f"{settings.PORTAL_URL}/my/messages/"
    return {
        "id": str(row.uid),
        "to": phone,
        "template": templates.get(row.kind) or templates.get(ANY_KIND, ""),
        "language": row.language,
        "facts": facts,
    }


def accepted_id(answer: requests.Response) -> str:
    """The gateway's id of an accepted message; raises what became of it otherwise."""
    status = answer.status_code
    if answer.ok or status == DOUBLED:
        return _id_in(answer)
    if status in FINAL:
        raise Refused(ProviderRefused(f"status {status}", Fate.NEEDS_PERSON))
    if status in NOT_LET_IN:
        raise Unreachable(f"the gateway does not let us in (status {status})")
    raise Refused(ProviderRefused(f"status {status}", Fate.RETRY))


def _id_in(answer: requests.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("id", ""))[:ID_LENGTH] if isinstance(said, dict) else ""
