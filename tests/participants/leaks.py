"""Looking for planted identity numbers wherever the portal writes: every table as `COPY` prints it,
Redis, mails, log lines, and files, packed ones opened. Nothing here knows where a number was put.
"""

import base64
import io
import logging
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
import structlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection

from g60portal.common.logs import renderer

# (where it was found, what stands there)
Place = tuple[str, str]

_SEPARATORS = str.maketrans("", "", " \t\r\n\v\f\xa0\u200b\u200c\u200d\ufeff-_./,;:'\"|·")


def flattened(text: str) -> str:
    """Full-width digits narrow, letters small, whatever people put between digits left out."""
    return unicodedata.normalize("NFKC", text).lower().translate(_SEPARATORS)


def traces_of(number: str) -> list[str]:
    """The number as it would be recognized: plain, backwards, as hex, as base64 at any offset."""
    raw = number.encode()
    plain = flattened(number)
    found = [plain, plain[::-1], raw.hex(), raw.decode().encode("utf-16-le").hex()]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        # The first and the last quartet also depend on their neighbors.
        found.append(flattened(encoded[4 if offset else 0 : -4]))
    return found


def found_in(places: Iterable[Place], numbers: Sequence[str]) -> list[tuple[str, str]]:
    """(place, number) of every planted number that can be read somewhere."""
    traces = {number: traces_of(number) for number in numbers}
    found = []
    for name, text in places:
        flat = flattened(text)
        found += [
            (name, number) for number, ways in traces.items() if any(way in flat for way in ways)
        ]
    return found


def everywhere() -> Iterator[Place]:
    yield from tables()
    yield from browser_sessions()
    yield from redis_values()
    yield from mails()
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.VAR_DIR)):
        yield from files(folder)


def tables() -> Iterator[Place]:
    """Every table and materialized view, as a dump would hold it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            rows = io.BytesIO()
            cursor.copy_expert(f"COPY {name} TO STDOUT", rows)
            yield f"table {name}", rows.getvalue().decode()


def browser_sessions() -> Iterator[Place]:
    """What the table keeps packed."""
    for row in Session.objects.all():
        yield f"session {row.pk[:4]}", repr(row.get_decoded())


def redis_values() -> Iterator[Place]:
    server = redis.Redis.from_url(settings.REDIS_URL)
    readers: dict[bytes, Any] = {
        b"string": server.get,
        b"list": lambda key: server.lrange(key, 0, -1),
        b"set": server.smembers,
        b"hash": server.hgetall,
        b"zset": lambda key: server.zrange(key, 0, -1, withscores=True),
        b"stream": server.xrange,
    }
    for key in server.scan_iter(count=1000):
        value = readers[server.type(key)](key)
        text = value.decode(errors="replace") if isinstance(value, bytes) else repr(value)
        yield f"redis {key!r}", f"{key!r} {text}"


def mails() -> Iterator[Place]:
    for number, message in enumerate(getattr(mail, "outbox", [])):
        texts = [message.subject, message.body, repr(message.to), repr(message.extra_headers)]
        texts += [str(part.content) for part in getattr(message, "alternatives", [])]
        texts += [repr(part) for part in message.attachments]
        yield f"mail {number}", "\n".join(map(str, texts))


# What the servers keep is asked of them: by table, by key. Their files change under the reader.
SERVERS_OWN = frozenset({"postgres", "redis", "sockets", "static"})


def files(folder: Path) -> Iterator[Place]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and SERVERS_OWN.isdisjoint(path.relative_to(folder).parts):
            yield f"file {path.name}", path.name + path.read_bytes().decode(errors="replace")
            yield from unpacked(path.name, path.read_bytes())


def unpacked(name: str, data: bytes) -> Iterator[Place]:
    """The members of a ZIP, which a spreadsheet is too."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield f"file {name}/{member}", archive.read(member).decode(errors="replace")


@contextmanager
def log_lines() -> Iterator[io.StringIO]:
    """Everything that the portal's own log would say meanwhile, down to DEBUG of our own code."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
