"""The two notices about channels themselves: the code that proves an address, and the test.

Address and text are sealed in the row: the address is personal, the code a secret.
"""

from collections.abc import Mapping, Sequence

from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from g60portal.notices.channels.sealed_addresses import open_context
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice

CHANNEL_CODE = "channel_code"
CHANNEL_TEST = "channel_test"


def _code_messages(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return {notice.pk: _code_message(notice) for notice in notices}


def _code_message(notice: Notice) -> Message:
    code = open_context(notice).partition("\n")[2]
    with override(notice.language):
        text = _(
            "%(code)s is the code for this channel in the G60 Portal. It holds for 15 minutes. "
            "If you did not ask for it, ignore this message: nothing will be sent here."
        )
    return _message(text % {"code": code})


def _test_messages(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return {notice.pk: _message(open_context(notice).partition("\n")[2]) for notice in notices}


def _message(text: str) -> Message:
    return Message(text=text, html=linebreaks(text, autoescape=True))


KINDS = (
    Kind(
        name=CHANNEL_CODE,
        label=gettext_lazy("Code for a channel"),
        compose=_code_messages,
        urgent=True,
        private=True,
    ),
    Kind(
        name=CHANNEL_TEST,
        label=gettext_lazy("Test of a channel"),
        compose=_test_messages,
        urgent=True,
        private=True,
    ),
)
