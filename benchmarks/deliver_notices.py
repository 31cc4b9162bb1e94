"""Sending the itineraries of a release, each with its own text, by one worker, against smtplib that
sends as many mails whose bytes are ready.

Both talk to the same mail server on this machine, which keeps nothing. Ours claims, composes,
builds the mail, sends and marks each row; the other one only sends.
"""

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from benchmarks.line import Line
from benchmarks.processes import cpu_seconds
from benchmarks.rounds import in_turns
from benchmarks.rows import cohort_of, timetable_for
from g60portal.common import clock
from g60portal.notices.delivery import composed, deliver_slice
from g60portal.notices.mime import mail_of
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release

PEOPLE, SESSIONS, ROUNDS = 600, 40, 3
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def lines() -> Iterator[Line]:
    cohort = cohort_of(PEOPLE, "BENCH-DELIVER", clock.today())
    timetable_for(cohort, SESSIONS)
    cohort.wait_seconds = 0
    cohort.save(update_fields=["wait_seconds"])
    publish_release(cohort=cohort, name="", comment="", by=None)
    with (
        _sink() as port,
        override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port),
    ):
        ready = _ready()
        spent: list[float] = []
        figures = in_turns(
            {"portal": lambda: _portal(spent), "bare": lambda: _bare(port, ready)}, rounds=ROUNDS
        )
    yield Line(
        name="deliver_notices",
        value=figures["portal"],
        unit="mails/s",
        limit=figures["bare"],
        limit_name="bare smtplib, bytes ready",
        cpu_ms=1000 * min(spent) / PEOPLE,
        n=PEOPLE,
        runs=ROUNDS,
    )


@contextmanager
def _sink() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield int(running.stdout.readline() if running.stdout else 0)
        finally:
            running.terminate()


def _ready() -> list[tuple[str, bytes]]:
    """Address and bytes of each mail, as ours sends them."""
    rows = list(Notice.objects.order_by("pk"))
    messages = composed(rows)
    return [
        (row.address, mail_of(row, messages[row.pk]).message().as_bytes(linesep="\r\n"))
        for row in rows
    ]


def _bare(port: int, ready: list[tuple[str, bytes]]) -> float:
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, data in ready:
            server.sendmail(settings.DEFAULT_FROM_EMAIL, [address], data)
    return len(ready) / (time.perf_counter() - begun)


def _portal(spent: list[float]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_notice SET state = 'queued', attempts = 0, sent_at = NULL")
        cursor.execute("VACUUM ANALYZE notices_notice")
    cache.clear()
    begun, before = time.perf_counter(), cpu_seconds([os.getpid()])
    while deliver_slice():
        pass
    seconds = time.perf_counter() - begun
    spent.append(cpu_seconds([os.getpid()]) - before)
    if Notice.objects.exclude(state="sent").exists():
        raise RuntimeError("Not everything was sent.")
    return PEOPLE / seconds
