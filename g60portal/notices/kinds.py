"""The registry of notice kinds: how the rows of a kind become messages.

Each app registers its kinds in `AppConfig.ready`. A kind composes a whole slice at once, so that
what the messages share is read and built once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from g60portal.common.refusals import Text
from g60portal.notices.models import Notice


@dataclass(frozen=True)
class Attachment:
    """`invites`: a calendar file of the one event that the mail is about; it also stands beside the
    text, where mail programs look for an invitation."""

    filename: str
    content: bytes
    mimetype: str
    invites: bool = False


@dataclass(frozen=True)
class Message:
    """The body of one notice; its subject and address stand in the row."""

    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Kind:
    """`compose` answers messages by notice id, with a constant number of queries a slice; a notice
    missing in the answer is no longer wanted and becomes cancelled.

    `address_of` finds the person's present address when a notice is tried again by hand. An
    `urgent` kind (somebody waits before the screen) goes before all others. A `private` kind
    carries a secret: it goes over the channel it was written for, never over another one, and is
    not shown in the inbox.
    """

    name: str
    label: Text
    compose: Callable[[Sequence[Notice]], Mapping[int, Message]]
    address_of: Callable[[Notice], str] | None = None
    urgent: bool = False
    private: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_named(name: str) -> Kind:
    """KeyError for a kind nobody registered."""
    return _kinds[name]


def known_kinds() -> Sequence[Kind]:
    return tuple(_kinds.values())


def private_kinds() -> list[str]:
    """The names of those that carry a secret."""
    return [kind.name for kind in _kinds.values() if kind.private]
