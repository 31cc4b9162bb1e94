"""Everything is killed while a release goes out: each person has it once all the same.

The short run kills real workers, beats and a Redis of its own, and cuts the workers off from
Postgres, which the other tests need. The whole run (`make faults`) kills a whole portal.
"""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection

from benchmarks.rows import cohort_of, timetable_for
from g60portal.common import clock
from g60portal.embedded import redis
from g60portal.embedded.layout import FALLBACK_BASE, Layout
from g60portal.embedded.urls import redis_url
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from tests.faults.chaos import WHOLE, Sink, line, under_fire
from tests.faults.test_worker_killed import states
from tests.faults.workers import CELERY, kill, process, until
from tests.notices.mailserver import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 600
BEAT = ("-m", "celery", "-A", "g60portal.celery", "beat", "--pidfile=", "--loglevel", "WARNING")
_CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def seed() -> int:
    """FAULTS_SEED, else another one each time; printed, so that a run can be had again."""
    chosen = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULTS_SEED={chosen}")  # noqa: T201 -- pytest shows it with a failure
    return chosen


@dataclass
class Redis:
    """A Redis of one's own, on a socket in a folder that its account may enter."""

    layout: Layout
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        self.running.append(
            subprocess.Popen(
                redis.command(self.layout),
                cwd="/",
                stdout=subprocess.DEVNULL,
                **self.layout.owner.account,
            )
        )
        assert until(lambda: redis.is_ready(self.layout), seconds=10, step=0.02)

    def kill(self, *, emptied: bool) -> None:
        self.running[-1].kill()
        self.running[-1].wait()
        for path in self.layout.redis_data.iterdir():
            if emptied and path.name != "redis.conf":
                path.unlink()


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    folder = Path(tempfile.mkdtemp(prefix="g60-test-", dir="/tmp"))
    folder.chmod(0o755)
    layout = Layout(folder / "var")
    layout.prepare()
    redis.prepare(layout, durable=True)
    server = Redis(layout)
    server.start()
    yield server
    server.kill(emptied=False)
    for left in (layout.sockets, FALLBACK_BASE / layout.mark, folder):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def sink() -> Iterator[tuple[Sink, int]]:
    box = Sink()
    with mail_server(box) as port:
        yield box, port


def release_to(count: int) -> set[str]:
    cohort = cohort_of(count, "G60-FIRE-01", clock.today())
    timetable_for(cohort, 3)
    cohort.wait_seconds = 0
    cohort.save(update_fields=["wait_seconds"])
    publish_release(cohort=cohort, name="", comment="", by=None)
    return set(Notice.objects.values_list("address", flat=True))


def test_release_when_workers_beats_redis_and_connections_die_then_each_has_it_once(
    own_redis: Redis, tmp_path: Path
):
    chance = random.Random(seed())
    surroundings = {
        "REDIS_URL": redis_url(own_redis.layout),
        "DJANGO_SETTINGS_MODULE": "tests.faults.chaos_settings",
        "SWEEP_SECONDS": "1",
    }
    with sink() as (box, port), ExitStack() as running:

        def started(arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
            return running.enter_context(process(arguments, port, tmp_path, **surroundings))

        # Two beats at once ask twice for everything; one of them is killed on the way.
        beats, workers = [started(BEAT), started(BEAT)], [started(CELERY), started(CELERY)]
        addresses = release_to(PEOPLE)
        faults = [
            lambda: kill(beats.pop()),
            lambda: kill(workers.pop()),
            lambda: (own_redis.kill(emptied=True), own_redis.start()),
            cut_off,
        ]
        chance.shuffle(faults)
        for mark, fault in zip(sorted(chance.sample(range(5, PEOPLE), 4)), faults, strict=True):
            until(lambda mark=mark: len(box.got) >= mark, seconds=20, step=0.02)
            fault()
        assert until(lambda: set(states()) == {"sent"}, seconds=90, step=0.3), states()
    assert {recipient for recipient, _id in box.got} == addresses
    # A copy only where the killed worker's two children could not note what was accepted.
    assert len(box.got) - len({message_id for _to, message_id in box.got}) <= 2


def cut_off() -> None:
    """Every connection but ours, as when Postgres dies."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT_OFF)


@pytest.mark.faults
def test_whole_portal_when_everything_is_killed_then_each_of_ten_thousand_has_it_once():
    people = int(os.environ.get("FAULTS_PEOPLE", "10000"))
    outcome = under_fire(people=people, seed=seed(), kills=WHOLE)
    print(line(outcome))  # noqa: T201 -- the line is what `make faults` is for
    assert outcome.broken == []


@pytest.mark.faults
def test_whole_portal_when_the_guards_are_off_then_people_are_left_out():
    """The control."""
    outcome = under_fire(
        people=PEOPLE,
        seed=seed(),
        kills={"mailer": 2, "redis emptied": 1},
        drain_seconds=20,
        CARELESS="1",
    )
    print(line(outcome))  # noqa: T201 -- the same
    assert outcome.missing > 0
