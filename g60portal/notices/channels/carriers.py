"""What every channel can do: carry one notice after the other over one connection.

A channel is one class here and one word of `choices.Channel`; delivery knows nothing else of it.
"""

from collections.abc import Callable
from typing import Protocol

from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from g60portal.notices.retry import Fate, told


class Unreachable(Exception):
    """The service as a whole does not answer; nothing was attempted."""


class Refused(Exception):
    """This one notice was not accepted; `cause` is the answer or the broken connection."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause
        super().__init__(told(cause))


class ProviderRefused(Exception):
    """A service answered that it does not take the notice: for good, or for now."""

    def __init__(self, text: str, fate: Fate) -> None:
        self.fate = fate
        super().__init__(text)


class Carrier(Protocol):
    """One open way to a service, used for a whole slice.

    `send` returns when the service has accepted the notice, with the id that it gave (or nothing),
    and raises `Unreachable` or `Refused` otherwise.
    """

    def send(self, row: Notice, message: Message) -> str: ...

    def close(self) -> None: ...


_makers: dict[str, Callable[[], Carrier]] = {}


def register(channel: str, maker: Callable[[], Carrier]) -> None:
    _makers[channel] = maker


def carrier_for(channel: str) -> Carrier:
    """KeyError for a channel that nobody registered."""
    return _makers[channel]()


def known_channels() -> tuple[str, ...]:
    return tuple(_makers)
