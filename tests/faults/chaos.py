"""One release to many people while every part of the portal is killed again and again.

    python -m tests.faults.chaos --people 10000 --seed 7

starts the whole portal (`make run`, in a folder of its own) beside a mail server that takes
everything, publishes a release through the web, twice as by a double click, and meanwhile kills
worker, web, beat, Redis and Postgres with -9. Which one when follows from the seed and from how
many mails have arrived. Prints one line of JSON; exit code 1 when a promise was broken.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg2
from aiosmtpd.smtp import SMTP, Envelope, Session

from g60portal.common.row_walls import SYSTEM, telling
from g60portal.embedded import processes
from g60portal.embedded.layout import FALLBACK_BASE, ROOT, Layout
from g60portal.embedded.servers import Wanted, environment
from tests.faults.workers import free_port, until
from tests.notices.mailserver import FINE, Mailbox, mail_server

# What is killed in a whole run, and how often.
WHOLE = {
    "mailer": 4,
    "worker": 1,
    "web": 3,
    "beat": 2,
    "redis": 1,
    "redis emptied": 1,
    "postgres": 2,
}
DRAIN_SECONDS = 600.0
STUCK_SECONDS = 180.0
MOST_COPIES = 0.001
# Without a new mail for so long the next kill comes all the same.
IDLE_SECONDS = 12.0
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_STATES = "SELECT state, count(*) FROM notices_notice GROUP BY 1"
_ADDRESSES = "SELECT email FROM participants_person"


@dataclass
class Sink(Mailbox):
    """Takes every mail and remembers only who got which."""

    got: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 -- named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (recipient,) = envelope.rcpt_tos
        head = bytes(envelope.content or b"")[:4000]
        found = MESSAGE_ID.search(head)
        self.got.append((recipient, found.group(1).decode() if found else ""))
        return FINE


@dataclass
class Portal:
    """The portal of one folder, started by its own launcher."""

    layout: Layout
    port: int
    variables: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def surroundings(self) -> dict[str, str]:
        return {**self.variables, **environment(self.layout, Wanted())}

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Tried until Postgres is there."""
        end = time.monotonic() + 60
        while True:
            try:
                return self._query(statement)
            except psycopg2.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def pids(self, name: str) -> list[int]:
        """The leader first, then its children."""
        found = [one for one in processes.living(self.layout) if one.name == name]
        found.sort(key=lambda one: not one.leads_group)
        return [one.pid for one in found]

    def kill(self, name: str, *, child_only: bool = False) -> None:
        """-9 to the program with all its children, or to one child alone."""
        pids = self.pids(name)
        for pid in pids[-1:] if child_only else pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def empty_redis(self) -> None:
        """Killed, and its data gone before it is started again."""
        self.kill("redis")
        for path in self.layout.redis_data.iterdir():
            if path.name != "redis.conf":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _query(self, statement: str) -> list[tuple[object, ...]]:
        address = self.surroundings["DATABASE_URL"]
        connection = psycopg2.connect(address.replace("postgres://", "postgresql://"))
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(telling(SYSTEM))
            cursor.execute(statement)
            return list(cursor.fetchall())


@dataclass
class Outcome:
    """What is promised, in figures. Seconds are after the release, or after the last kill."""

    seed: int
    people: int
    kills: dict[str, int]
    missing: int = 0
    copies: int = 0
    strangers: int = 0
    states: dict[str, int] = field(default_factory=dict)
    releases: int = 0
    drained_seconds: float = 0.0
    after_last_kill_seconds: float = 0.0
    pages_read: int = 0
    web_answers_again: bool = False

    @property
    def broken(self) -> list[str]:
        promises = {
            "none missing": not self.missing and not self.strangers,
            "copies": self.copies <= max(1, self.people * MOST_COPIES),
            "all sent": self.states == {"sent": self.people},
            "one release": self.releases == 1,
            "drained": self.drained_seconds <= DRAIN_SECONDS,
            "none stuck": self.after_last_kill_seconds <= STUCK_SECONDS,
            "pages": self.pages_read > 0 and self.web_answers_again,
        }
        return [name for name, kept in promises.items() if not kept]


@contextmanager
def portal_beside(mail_port: int, **variables: str) -> Iterator[Portal]:
    """A whole portal in a folder of its own; everything of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="g60-fire-", dir="/tmp"))
    folder.chmod(0o755)
    layout, port = Layout(folder / "var"), free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "HOST", processes.MARK)
    }
    ours = {
        "VAR_DIR": str(layout.var),
        "PORT": str(port),
        "DEMO": "0",
        "WEB_PROCESSES": "1",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "tests.faults.chaos_settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}?timeout=10",
    }
    portal = Portal(layout, port, inherited | ours | variables)
    with (folder / "run.log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "g60portal.embedded", "run"],
            cwd=ROOT, env=portal.variables, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(lambda: answers(portal) or running.poll() is not None, seconds=150, step=0.3)
        if not answers(portal):
            raise RuntimeError(f"The portal does not start: {(folder / 'run.log').read_text()}")
        yield portal
    finally:
        running.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.wait(30)
        running.kill()
        running.wait()
        processes.end(processes.living(layout), grace_seconds=5)
        for left in (layout.sockets, FALLBACK_BASE / layout.mark, folder):
            shutil.rmtree(left, ignore_errors=True)


def answers(portal: Portal) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{portal.url}/healthz", timeout=5):
        return True
    return False


def people_of(portal: Portal, count: int) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.chaos_people", str(count)],
        cwd=ROOT, env=portal.surroundings, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def publish(portal: Portal, facts: dict[str, str]) -> None:
    """One release, asked for again under the same key until the portal answers."""
    request = urllib.request.Request(
        f"{portal.url}/api/v1/cohorts/{facts['code']}/releases/",
        data=b'{"name": "fire"}',
        headers={
            "Authorization": f"Token {facts['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": "one-release",
        },
        method="POST",
    )
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as refusal:
            # 409: the first of the two is at work. Everything else of this kind is final.
            if refusal.code < 500 and refusal.code != 409:
                raise
        except OSError:
            pass
        time.sleep(0.3)
    raise RuntimeError("The release was not accepted.")


@dataclass
class Reader:
    """Somebody who reads a page all the time, whatever happens."""

    portal: Portal
    read: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopped.wait(0.5):
            self.read += answers(self.portal)


def under_fire(
    *,
    people: int,
    seed: int,
    kills: dict[str, int],
    drain_seconds: float = DRAIN_SECONDS,
    **variables: str,
) -> Outcome:
    """The whole run; see the head of this module."""
    sink = Sink()
    with mail_server(sink) as mail_port, portal_beside(mail_port, **variables) as portal:
        facts = people_of(portal, people)
        addresses = {str(email) for (email,) in portal.query(_ADDRESSES)}
        reader = Reader(portal)
        threads = [threading.Thread(target=reader.run)]
        threads += [threading.Thread(target=publish, args=(portal, facts)) for _click in range(2)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        _fire(portal, sink, random.Random(seed), kills, people)
        last_kill = time.monotonic()
        until(lambda: _settled(portal), seconds=drain_seconds, step=1.0)
        done = time.monotonic()
        reader.stopped.set()
        for thread in threads:
            thread.join()
        recipients, ids = zip(*sink.got, strict=True) if sink.got else ((), ())
        return Outcome(
            seed=seed,
            people=people,
            kills=kills,
            missing=len(addresses - set(recipients)),
            strangers=len(set(recipients) - addresses),
            copies=len(ids) - len(set(ids)),
            states={str(state): int(str(count)) for state, count in portal.query(_STATES)},
            releases=len(portal.query("SELECT id FROM training_sessions_release")),
            drained_seconds=round(done - begun, 1),
            after_last_kill_seconds=round(done - last_kill, 1),
            pages_read=reader.read,
            web_answers_again=until(lambda: answers(portal), seconds=60, step=0.5),
        )


def _fire(
    portal: Portal, sink: Sink, chance: random.Random, kills: dict[str, int], people: int
) -> None:
    """All the kills, spread over the time of sending."""
    order = [name for name, count in kills.items() for _time in range(count)]
    chance.shuffle(order)
    # The web is killed while the release is being published: one of its kills comes first.
    if "web" in order:
        order.remove("web")
        order.insert(0, "web")
    marks = sorted(chance.uniform(0, 0.95) * people for _kill in order)
    time.sleep(chance.uniform(0, 0.6))
    for name, mark in zip(order, [0.0, *marks[1:]], strict=True):
        _wait_for(sink, int(mark))
        if name == "redis emptied":
            portal.empty_redis()
        else:
            child_only = name in ("mailer", "worker", "web") and chance.random() < 0.25
            portal.kill(name, child_only=child_only)


def _wait_for(sink: Sink, count: int) -> None:
    seen, since = len(sink.got), time.monotonic()
    while len(sink.got) < count and time.monotonic() - since < IDLE_SECONDS:
        if len(sink.got) > seen:
            seen, since = len(sink.got), time.monotonic()
        time.sleep(0.02)


def _settled(portal: Portal) -> bool:
    states = Counter(dict(portal.query(_STATES)))
    return bool(states) and not any(states[name] for name in ("queued", "sending", "retrying"))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(words)
    outcome = under_fire(people=options.people, seed=options.seed, kills=WHOLE)
    print(line(outcome))  # noqa: T201 -- the line is what the run is for
    return 1 if outcome.broken else 0


def line(outcome: Outcome) -> str:
    """One line of JSON for `make faults`."""
    promise = "a release reaches everybody once while everything is killed"
    return json.dumps({"promise": promise, **asdict(outcome), "broken": outcome.broken})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
