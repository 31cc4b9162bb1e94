"""Reading the bounce mailbox over IMAP: every new mail once, and only looked at.

How far it was read stands in a row, locked while somebody reads. A mail that is a report of ours is
marked as seen; all others stay as they are, for a person. Nothing is deleted.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import transaction

from g60portal.notices.bounce_actions import take_bounce
from g60portal.notices.bounce_reports import read_report
from g60portal.notices.models import BounceMailbox

logger = structlog.get_logger(__name__)

SECONDS = 20
MOST_MAILS = 100
LARGEST_MAIL = 512 * 1024
_PORTS = {"imaps": 993, "imap": 143}


class BounceUrlUnusable(ValueError):
    """BOUNCE_IMAP_URL cannot be read."""


@dataclass(frozen=True)
class Place:
    """Where the mailbox is; `imap://` begins in clear and asks for TLS when the server has it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}/{self.folder}"[:200]


def place_of(url: str) -> Place:
    """From `imaps://user:password@host:port/folder`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BounceUrlUnusable("BOUNCE_IMAP_URL cannot be read.") from error
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise BounceUrlUnusable("BOUNCE_IMAP_URL must read imaps://user:password@host/folder.")
    return Place(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.lstrip("/")) or "INBOX",
    )


def read_bounces(url: str | None = None) -> int:
    """Read what is new; answers how many reports were ours. Two readers at once: one does it."""
    url = settings.BOUNCE_IMAP_URL if url is None else url
    if not url:
        return 0
    place = place_of(url)
    BounceMailbox.objects.get_or_create(name=place.name)
    with transaction.atomic():
        rows = BounceMailbox.objects.select_for_update(skip_locked=True).filter(name=place.name)
        row = rows.first()
        if row is None:
            return 0
        with _mailbox(place) as mailbox:
            return _read_new(mailbox, place, row)


def _read_new(mailbox: imaplib.IMAP4, place: Place, row: BounceMailbox) -> int:
    mailbox.select(_quoted(place.folder))
    validity = _validity(mailbox)
    if validity != row.uid_validity:
        # Numbered anew by the server: everything is looked at again, which changes nothing twice.
        row.uid_validity, row.last_uid = validity, 0
    ours = []
    for uid, data in _new_mails(mailbox, row.last_uid):
        report = read_report(data)
        if report is not None and take_bounce(report):
            ours.append(uid)
        row.last_uid = max(row.last_uid, uid)
    row.save(update_fields=["uid_validity", "last_uid"])
    if ours:
        mailbox.uid("STORE", ",".join(map(str, ours)), "+FLAGS", r"(\Seen)")
    logger.info("bounces_read", ours=len(ours))
    return len(ours)


def _new_mails(mailbox: imaplib.IMAP4, after: int) -> Iterator[tuple[int, bytes]]:
    """UID and bytes, oldest first, without marking them; a huge one is cut."""
    _type, found = mailbox.uid("SEARCH", f"UID {after + 1}:*")
    uids = sorted(int(word) for word in (found[0] or b"").split())
    for uid in [uid for uid in uids if uid > after][:MOST_MAILS]:
        _type, parts = mailbox.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{LARGEST_MAIL}>)")
        data = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        yield uid, bytes(data)


def _validity(mailbox: imaplib.IMAP4) -> int:
    _type, found = mailbox.response("UIDVALIDITY")
    word = found[0] if found else None
    return int(word) if isinstance(word, bytes) and word.isdigit() else 0


@contextmanager
def _mailbox(place: Place) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    mailbox: imaplib.IMAP4
    if place.scheme == "imaps":
        mailbox = imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=SECONDS)
    else:
        mailbox = imaplib.IMAP4(place.host, place.port, timeout=SECONDS)
        if "STARTTLS" in mailbox.capabilities:
            mailbox.starttls(context)
    try:
        mailbox.login(place.user, place.password)
        yield mailbox
    finally:
        try:
            mailbox.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            logger.info("mailbox_not_closed", error=type(error).__name__)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
