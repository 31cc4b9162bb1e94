"""A real SMTP server in a thread of the test, well behaved or not."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

FINE = "250 OK"


@dataclass
class Mailbox:
    """What arrived, and how the server behaves: answers by recipient, sleep, hanging up."""

    seconds: float = 0.0
    recipient_answers: dict[str, str] = field(default_factory=dict)
    data_answers: dict[str, str] = field(default_factory=dict)
    hang_up_on: dict[str, int] = field(default_factory=dict)
    hang_up_after: set[str] = field(default_factory=set)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 -- named by aiosmtpd
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 -- the same
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipient_answers.get(address, FINE)
        if answer == FINE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 -- the same
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (recipient,) = envelope.rcpt_tos
        if self.hang_up_on.get(recipient, 0):
            self.hang_up_on[recipient] -= 1
            server.transport.close()
            return "421 gone"
        await asyncio.sleep(self.seconds)
        answer = self.data_answers.get(recipient, FINE)
        if answer == FINE:
            self.raw.append(bytes(envelope.content or b""))
            self.senders.append(str(envelope.mail_from))
        if recipient in self.hang_up_after:
            self.hang_up_after.discard(recipient)
            server.transport.close()
        return answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(data, policy=policy.default) for data in list(self.raw)]

    @property
    def addresses(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(mail["To"].addresses[0].addr_spec for mail in self.mails)

    @property
    def message_ids(self) -> Counter[str]:
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    def wait_for(self, count: int, seconds: float = 20) -> None:
        """Until that many mails have arrived."""
        end = time.monotonic() + seconds
        while len(self.raw) < count and time.monotonic() < end:
            time.sleep(0.02)
        assert len(self.raw) >= count, f"{len(self.raw)} of {count} mails arrived"


@contextmanager
def mail_server(box: Mailbox) -> Iterator[int]:
    """Serves the mailbox; answers the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    # At each connection the server looks at every attribute of its handler, and asks the resolver
    # for its own name unless it has one: it gets a name, and no property that reads all the mails.
    answers = SimpleNamespace(
        handle_EHLO=box.handle_EHLO, handle_RCPT=box.handle_RCPT, handle_DATA=box.handle_DATA
    )
    controller = Controller(answers, hostname="127.0.0.1", port=port, server_hostname="localhost")
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
