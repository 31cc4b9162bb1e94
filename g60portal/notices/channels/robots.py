"""Robots of chat services, through apprise: WeCom, DingTalk, Feishu, and a few push services.

apprise knows how each service wants to be called; the calls themselves take the guarded way, and
what the services answered is read here: several say "refused" with a 200.
"""

import logging
import sys
from typing import Any

import requests
from apprise import Apprise, NotifyFormat
from apprise.exception import AppriseException

from g60portal.common import outgoing
from g60portal.notices.channel_rules import apprise_url, cut_to_bytes, plain_robot_text
from g60portal.notices.channels.addressing import address_of, plain_text
from g60portal.notices.channels.carriers import ProviderRefused, Refused
from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from g60portal.notices.retry import Fate

LARGEST_TEXT = 1800  # bytes; WeCom takes 2,048
# Said by services when the robot is gone: WeCom, DingTalk, Feishu. Everything else may pass.
GONE_CODES = frozenset({93000, 40058, 300005, 400102, 19001, 19002})
TOO_MANY = 429
SERVER_TROUBLE = 500
CLIENT_TROUBLE = 400
# apprise writes addresses, keys and texts into its log.
logging.getLogger("apprise").disabled = True


class Robots:
    """Each notice goes to a robot of its reader; there is nothing to keep open between them."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def send(self, row: Notice, message: Message) -> str:
        robot = robot_at(self._channel, address_of(row))
        text = plain_robot_text(self._channel, plain_text(row, message))
        with outgoing.recorded() as answers:
            taken = robot.notify(
                body=cut_to_bytes(text, LARGEST_TEXT), body_format=NotifyFormat.TEXT
            )
        for answer in answers:
            check_answer(answer)
        if not taken or not answers:
            raise Refused(ProviderRefused("the service did not take it", Fate.RETRY))
        return ""

    def close(self) -> None:
        """There is no connection."""


def robot_at(channel: str, address: str) -> Any:
    """apprise's plugin for this address, its calls guarded. Refused for what is none."""
    try:
        robot = Apprise.instantiate(apprise_url(channel, address))
    except (ValueError, TypeError, AppriseException) as error:
        raise Refused(
            ProviderRefused("not an address of this channel", Fate.NEEDS_PERSON)
        ) from error
    if not robot:
        raise Refused(ProviderRefused("not an address of this channel", Fate.NEEDS_PERSON))
    _guard(type(robot).__module__)
    return robot


def check_answer(answer: requests.Response) -> None:
    """Refused when the service did not take the message, whatever its status says."""
    status = answer.status_code
    if status == TOO_MANY or status >= SERVER_TROUBLE:
        raise Refused(ProviderRefused(f"status {status}", Fate.RETRY))
    if status >= CLIENT_TROUBLE:
        raise Refused(ProviderRefused(f"status {status}", Fate.NEEDS_PERSON))
    code = _code_in(answer)
    if code:
        fate = Fate.NEEDS_PERSON if code in GONE_CODES else Fate.RETRY
        raise Refused(ProviderRefused(f"code {code}", fate))


def _code_in(answer: requests.Response) -> int:
    """The service's own code, 0 when it is content or has none."""
    try:
        said = answer.json()
    except ValueError:
        return 0
    if not isinstance(said, dict):
        return 0
    for name in ("errcode", "code", "StatusCode"):
        value = said.get(name)
        if isinstance(value, int) and value not in (0, 200):
            return value
    return 0


def _guard(module_name: str) -> None:
    """Put the guarded way in the place of `requests` inside a plugin of apprise. One that calls out
    by other means is not used."""
    module = sys.modules[module_name]
    if not hasattr(module, "requests"):
        raise Refused(ProviderRefused("this service is not offered", Fate.NEEDS_PERSON))
    if not isinstance(module.requests, outgoing.GuardedRequests):
        module.requests = outgoing.GuardedRequests()  # type: ignore[attr-defined]  # as above
