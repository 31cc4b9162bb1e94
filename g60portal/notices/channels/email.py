"""E-mail: the connection to the mail server, opened when first needed, and again after it broke."""

import structlog
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from g60portal.common.refusals import Refusal
from g60portal.notices.channels.carriers import Refused, Unreachable
from g60portal.notices.kinds import Message
from g60portal.notices.mime import mail_of
from g60portal.notices.models import Notice
from g60portal.notices.retry import Fate, fate_of, told

logger = structlog.get_logger(__name__)


class Post:
    """One connection for a whole slice."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend = get_connection()
        self._open = False

    def send(self, row: Notice, message: Message) -> str:
        """The mail is written before the server is asked for, so that a broken one stands alone."""
        try:
            mail = mail_of(row, message)
        except (Refusal, ValueError) as error:
            raise Refused(error) from error
        self._connect()
        try:
            count = self._backend.send_messages([mail])
        except (OSError, ValueError) as error:
            if fate_of(error) is Fate.RETRY:
                self.close()
            raise Refused(error) from error
        if not count:
            raise Refused(OSError("the mail server took nothing"))
        return ""

    def close(self) -> None:
        try:
            self._backend.close()
        except OSError as error:
            logger.info("mail_not_closed", error=type(error).__name__)
        self._open = False

    def _connect(self) -> None:
        if self._open:
            return
        try:
            self._backend.open()
        except OSError as error:
            self.close()
            raise Unreachable(told(error)) from error
        self._open = True
