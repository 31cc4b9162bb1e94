"""Real Celery workers in processes of their own, on the database and Redis of the running test."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE_SECONDS = 3


def database_url() -> str:
    """The address of the test's own database, in the spelling of DATABASE_URL."""
    facts = connection.settings_dict
    options = {"host": facts["HOST"], "port": facts["PORT"], **facts.get("OPTIONS", {})}
    known = {
        name: value for name, value in options.items() if isinstance(value, str | int) and value
    }
    secret = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'] or 'none')}"
    return f"postgres://{secret}@/{quote(facts['NAME'])}?{urlencode(known)}"


def environment(mail_port: int, var: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "g60portal.settings.dev",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}?timeout=5",
        "NOTICE_LEASE_SECONDS": str(LEASE_SECONDS),
        "VAR_DIR": str(var),
        "PYTHONPATH": str(ROOT),
    }


CELERY = (
    "-m", "celery", "-A", "g60portal.celery", "worker",
    "--queues", "notices,urgent", "--concurrency", "2",
    "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING",
)  # fmt: skip


@contextmanager
def process(
    arguments: Sequence[str], mail_port: int, var: Path, **surroundings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process with all its children in a group of their own; killed at the end.

    `surroundings` are more environment variables, over the usual ones."""
    with (var / "worker.log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment(mail_port, var) | surroundings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield running
        finally:
            kill(running)


def kill(running: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and of all its children at the same moment."""
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    running.wait(timeout=10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def until(condition: object, seconds: float, step: float = 0.1) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(step)
    return False
