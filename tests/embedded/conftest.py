"""A launcher for each test: a fresh folder, real servers, everything ended afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from g60portal.embedded import processes
from g60portal.embedded.layout import FALLBACK_BASE, ROOT, Layout
from g60portal.embedded.urls import database_url


@dataclass
class Launcher:
    """Runs `python -m g60portal.embedded` for one folder."""

    layout: Layout
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", processes.MARK)
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "g60portal.embedded", *words],
            cwd=ROOT,
            env=inherited | {"VAR_DIR": str(self.layout.var)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        process = self.start(*words, **environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def up(self) -> subprocess.Popen[str]:
        """Servers running, their addresses printed."""
        process = self.start("servers")
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("export REDIS_URL"):
                return process
        pytest.fail(f"the servers did not start: exit code {process.wait()}")

    def pid(self, name: str) -> int:
        [found] = [p for p in processes.living(self.layout) if p.name == name and p.leads_group]
        return found.pid

    def query(self, statement: str) -> list[tuple[object, ...]]:
        parts = urlsplit(database_url(self.layout))
        connection = psycopg2.connect(
            host=parse_qs(parts.query)["host"][0],
            user=parts.username,
            password=parts.password,
            dbname=parts.path.lstrip("/"),
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()
        processes.end(processes.living(self.layout), grace_seconds=5)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to every account, unlike pytest's own, because the servers run unprivileged."""
    path = Path(tempfile.mkdtemp(prefix="g60-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def launch() -> Iterator[Callable[[Path], Launcher]]:
    """Makes launchers for folders, and leaves nothing running and nothing behind."""
    made: list[Launcher] = []

    def make(var: Path) -> Launcher:
        made.append(Launcher(Layout(var)))
        return made[-1]

    yield make
    for launcher in made:
        launcher.close()
        shutil.rmtree(launcher.layout.sockets, ignore_errors=True)
        shutil.rmtree(FALLBACK_BASE / launcher.layout.mark, ignore_errors=True)


@pytest.fixture
def launcher(folder: Path, launch: Callable[[Path], Launcher]) -> Launcher:
    return launch(folder / "带 空格" / "var")
