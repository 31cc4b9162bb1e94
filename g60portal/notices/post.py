"""The connection to the mail server: opened when first needed, and again after it broke."""

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from g60portal.notices.retry import Fate, fate_of, told

logger = structlog.get_logger(__name__)


class Unreachable(Exception):
    """No connection to the mail server can be made."""


class Refused(Exception):
    """This one message was not accepted; `cause` is the answer or the broken connection."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause
        super().__init__(told(cause))


class Post:
    """One connection for a whole slice."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend = get_connection()
        self._open = False

    def send(self, mail: EmailMessage) -> None:
        """Returns when the server has accepted the message."""
        self._connect()
        try:
            count = self._backend.send_messages([mail])
        except (OSError, ValueError) as error:
            if fate_of(error) is Fate.RETRY:
                self.close()
            raise Refused(error) from error
        if not count:
            raise Refused(OSError("the mail server took nothing"))

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
