"""What surrounds the end-to-end test: a mail server and a real Celery worker for all queues."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.faults.workers import process
from tests.notices.mailserver import Mailbox, mail_server

WORKER = (
    "-m", "celery", "-A", "g60portal.celery", "worker",
    "--queues", "default,notices,urgent,channels,documents",
    "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
    "--loglevel", "WARNING",
)  # fmt: skip


@pytest.fixture
def mailbox(live_server, settings: Settings, tmp_path: Path) -> Iterator[Mailbox]:
    """Everything that a worker in a process of its own has mailed, with links to this server."""
    settings.PORTAL_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path / "media"
    box = Mailbox()
    with mail_server(box) as port:
        surroundings = {
            "DJANGO_SETTINGS_MODULE": "tests.e2e.worker_settings",
            "PORTAL_URL": live_server.url,
            "MEDIA_ROOT": str(tmp_path / "media"),
        }
        with process(WORKER, port, tmp_path, **surroundings):
            yield box
