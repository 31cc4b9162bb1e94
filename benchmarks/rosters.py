"""The roster of many people and its download over HTTP, for the benchmarks of its file formats.

100,000 enrollments, or as many as the environment's N says.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import override
from knox.models import AuthToken
from psycopg2 import sql

from benchmarks.processes import peak_mib
from benchmarks.rows import cohort_of
from benchmarks.web import Server, request_bytes, serving
from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from g60portal.common import clock
from participants.forms.roster import roster_columns
from participants.queries.roster import RosterWish, roster_select

PEOPLE = int(os.environ.get("N", "100000"))
_CODE = "BENCH-ROSTER"
_ACCOUNT = "bench-roster@example.org"
_READ_BYTES = 256 * 1024
_MASKED = """
    INSERT INTO participants_sealedidentity
           (person_id, kind, sealed, key_version, blind_index, masked)
    SELECT p.id, 'resident_id', ''::bytea, 1, md5(p.id::text), '310***********' || p.id % 10000
      FROM participants_person p LEFT JOIN participants_sealedidentity i ON i.person_id = p.id
     WHERE i.person_id IS NULL
"""


@dataclass(frozen=True)
class Download:
    """The whole file in `seconds`, its first byte after `first_byte_s`."""

    seconds: float
    first_byte_s: float
    body: bytes


@dataclass(frozen=True)
class Roster:
    """A running portal with the roster in it, and a token that may read it."""

    portal: Server
    cohort: Cohort
    token: str

    def download(self, format: str, **params: str) -> Download:  # noqa: A002 - the word of the API
        """The whole answer on a connection of its own, read until the server closes it."""
        query = "&".join(f"{name}={value}" for name, value in {"format": format, **params}.items())
        path = f"{reverse('api-roster', args=[self.cohort.code])}?{query}"
        request = request_bytes(path, Authorization=f"Token {self.token}", Connection="close")
        with socket.create_connection(("127.0.0.1", self.portal.port), timeout=600) as one:
            begun = time.perf_counter()
            one.sendall(request)
            chunks = [one.recv(_READ_BYTES)]
            first_byte_s = time.perf_counter() - begun
            while data := one.recv(_READ_BYTES):
                chunks.append(data)
            seconds = time.perf_counter() - begun
        if not chunks[0].startswith(b"HTTP/1.1 200"):
            raise RuntimeError(chunks[0][:500])
        return Download(seconds, first_byte_s, _unchunked(b"".join(chunks)))

    def worker_peak_mib(self) -> float:
        return peak_mib(self.portal.worker_pids[0])

    def warmed_up(self, format: str) -> float:  # noqa: A002 - the word of the API
        """The worker's memory after an empty file of that format."""
        self.download(format, q="nobody")
        return self.worker_peak_mib()


@contextmanager
def roster_portal() -> Iterator[Roster]:
    cohort = Cohort.objects.filter(code=_CODE).first() or _cohort()
    user = User.objects.filter(email=_ACCOUNT).first()
    user = user or User.objects.create_superuser(_ACCOUNT)
    _row, token = AuthToken.objects.create(user)
    with serving("g60portal.wsgi:application") as portal:
        yield Roster(portal, cohort, str(token))


def export_select(cohort: Cohort, *, guard: bool = True) -> sql.Composed:
    """The export's own SELECT for an administrator, in the default language."""
    administrator = Standing(administrator=True)
    columns = roster_columns(administrator, {})
    with override(settings.LANGUAGE_CODE):
        return roster_select(
            cohort, administrator, columns, RosterWish(), spelling="words", guard=guard
        )


def copy_rate(cohort: Cohort) -> float:
    """Rows a second of COPY in CSV into nothing, with the guard against formulas."""
    connection.ensure_connection()
    with connection.cursor() as cursor, Path(os.devnull).open("wb") as nothing:
        statement = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(export_select(cohort))
        begun = time.perf_counter()
        cursor.copy_expert(statement, nothing)
        return PEOPLE / (time.perf_counter() - begun)


def demand_rows(found: int) -> None:
    if found != PEOPLE:
        raise RuntimeError(f"{found} rows instead of {PEOPLE}.")


def _cohort() -> Cohort:
    cohort = cohort_of(PEOPLE, _CODE, clock.today())
    with connection.cursor() as cursor:
        cursor.execute(_MASKED)
        cursor.execute("VACUUM ANALYZE")
    return cohort


def _unchunked(answer: bytes) -> bytes:
    data = answer.partition(b"\r\n\r\n")[2]
    parts: list[bytes] = []
    position = 0
    while position < len(data):
        line_end = data.index(b"\r\n", position)
        size = int(data[position:line_end], 16)
        parts.append(data[line_end + 2 : line_end + 2 + size])
        position = line_end + 2 + size + 2
    return b"".join(parts)
