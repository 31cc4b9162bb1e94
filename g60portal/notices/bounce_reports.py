"""Reading a bounce: which notice came back, for good or for now, and why. Pure functions.

What a mail says is not believed: a report counts only when it names a notice by an id that nobody
but its recipient and the mail servers on the way have seen, and looks like a report of a server,
not like an answer of a person or of an absence. The reason is text for people to read, cut short.
"""

import email
import hashlib
import re
import uuid
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

REASON_LENGTH = 300
# A mail of more parts than that is no report.
MOST_PARTS = 30
_MESSAGE_ID = re.compile(
    r"<?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@notices\.g60portal>?"
)
_RETURN_ID = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
_SENDERS = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounce|mdaemon)", re.IGNORECASE)
# A server's code where servers write it: enhanced, or a plain one at the head of its answer.
_ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_PLAIN = re.compile(r"(?<![\d.])([45]\d{2})[ \-](?=\S)")
# Full mailboxes come with a 5 as well; they are emptied one day.
_SOFT = ("4.", "5.2.2")


@dataclass(frozen=True)
class BounceReport:
    """`status` is an enhanced code such as 5.1.1, or a plain one, or nothing."""

    report_id: str
    notice_uid: uuid.UUID
    is_hard: bool
    status: str
    reason: str


def read_report(data: bytes) -> BounceReport | None:
    """None for what is no report of a notice that did not arrive."""
    mail = email.message_from_bytes(data, policy=policy.default)
    parts = _parts(mail)
    delivery = next((part for part in parts if _kind(part) == "message/delivery-status"), None)
    uid = _uid_of(mail, parts)
    if uid is None:
        return None
    if delivery is not None:
        found = _from_status(delivery)
    else:
        found = _from_text(mail, parts) if _is_from_a_server(mail) else None
    if found is None:
        return None
    status, reason = found
    return BounceReport(
        report_id=hashlib.sha256(data).hexdigest(),
        notice_uid=uid,
        is_hard=not status.startswith(_SOFT),
        status=status,
        reason=" ".join(reason.split())[:REASON_LENGTH],
    )


def _parts(mail: EmailMessage) -> list[Message]:
    return [part for _number, part in zip(range(MOST_PARTS), mail.walk(), strict=False)]


def _kind(part: Message) -> str:
    return part.get_content_type()


def _uid_of(mail: EmailMessage, parts: list[Message]) -> uuid.UUID | None:
    """By the address that it came to, by the head of the mail that came back, by its text."""
    for name in ("To", "Delivered-To", "X-Original-To"):
        for value in mail.get_all(name, []):
            if found := _RETURN_ID.search(str(value)):
                return uuid.UUID(found.group(1))
    for part in parts:
        if part is not mail and (found := _MESSAGE_ID.search(str(part.get("Message-ID", "")))):
            return uuid.UUID(found.group(1))
    for part in parts:
        readable = _kind(part) in ("text/rfc822-headers", "text/plain", "text/html")
        if readable and (found := _MESSAGE_ID.search(_text(part))):
            return uuid.UUID(found.group(1))
    return None


def _from_status(part: Message) -> tuple[str, str] | None:
    """Status and reason of the recipient that failed; None when all is well or merely late."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return None
    for block in blocks:
        if not isinstance(block, Message):
            continue
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        status = _ENHANCED.search(str(block.get("Status", "")))
        said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or "failed"
        code = status.group(1) if status else _code_in(said)
        return code, said
    return None


def _is_from_a_server(mail: EmailMessage) -> bool:
    """Sent by a server to nobody in particular: an absence note has neither."""
    name, _at, _host = parseaddr(str(mail.get("From", "")))[1].partition("@")
    return_path = str(mail.get("Return-Path", "<>")).strip()
    return bool(_SENDERS.fullmatch(name)) and return_path in ("", "<>")


def _from_text(mail: EmailMessage, parts: list[Message]) -> tuple[str, str] | None:
    """From the text of providers that send no report in parts (QQ, 163 and others): the line with
    the receiving server's code."""
    for part in parts:
        if _kind(part) not in ("text/plain", "text/html"):
            continue
        text = re.sub(r"<[^>]{0,500}>", " ", _text(part))
        for line in text.splitlines():
            if code := _code_in(line):
                return code, line
    return None


def _code_in(text: str) -> str:
    """4xx and 5xx of a plain code stand for 4.0.0 and 5.0.0 when it is weighed."""
    if found := _ENHANCED.search(text):
        return found.group(1)
    if found := _PLAIN.search(text):
        return f"{found.group(1)[0]}.0.0" if found.group(1) != "552" else "5.2.2"
    return ""


def _text(part: Message) -> str:
    """Whatever can be read of a part, in any charset."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset("utf-8"), "gb18030"):
        try:
            return payload.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("utf-8", errors="replace")
