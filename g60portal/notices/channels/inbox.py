"""The inbox of the portal: the row itself is the message there, so nothing is sent anywhere."""

from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice


class Inbox:
    def send(self, row: Notice, message: Message) -> str:
        """It has arrived as soon as its text can be made."""
        return ""

    def close(self) -> None:
        """There is no connection."""
