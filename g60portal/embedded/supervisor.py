"""Starts processes in order, keeps them alive, stops them in the opposite order.

Knows processes, not what they do: the list comes from `portal` and `servers`.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from g60portal.embedded import processes
from g60portal.embedded.layout import Layout, LayoutError, Owner

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
LARGEST_LOG_BYTES = 10 * 1024 * 1024
POLL_SECONDS = 0.1
RETRY_SECONDS = 0.5
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class AlreadyRunningError(Exception):
    """Another supervisor of this instance lives; `pid` is its process id."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class StopRequestedError(Exception):
    """A signal, `number`, asked us to stop before our work was done."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class Program:
    """One process to keep alive."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    owner: Owner | None = None
    folder: Path = Path("/")
    is_ready: Callable[[], bool] | None = None
    ready_seconds: float = 60
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20
    before_start: Callable[[], None] | None = None
    tries: int = 1


@dataclass
class _Child:
    """A program with its present process and the history of its deaths."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    pause_seconds: float = FIRST_PAUSE_SECONDS
    again_at: float | None = None


class Supervisor:
    """Holds the children of one instance between `start` and `stop`."""

    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        self.layout = layout
        self.say = say
        self.stopped_by = 0
        self._children: list[_Child] = []
        self._unforwarded: list[int] = []

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Turn the usual signals into an orderly stop while inside."""
        before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, program: Program) -> None:
        """Start a program and wait until it is ready; raise when it dies first."""
        child = _Child(program, self._spawn(program), time.monotonic())
        self._children.append(child)
        deadline = time.monotonic() + program.ready_seconds
        tries_left = program.tries
        while program.is_ready is not None and not program.is_ready():
            self._refuse_when_stopping()
            if child.process.poll() is not None:
                tries_left -= 1
                if not tries_left:
                    raise self._failure(child, "stopped at once")
                time.sleep(RETRY_SECONDS)
                child.process = self._spawn(program)
            if time.monotonic() > deadline:
                raise self._failure(child, "does not get ready")
            time.sleep(0.02)

    def call(self, arguments: list[str], environment: dict[str, str], folder: Path) -> int:
        """Run a command in the foreground, the children watched meanwhile; its exit code."""
        self._refuse_when_stopping()
        foreground = subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
            arguments, env=os.environ | environment, cwd=folder
        )
        while (code := foreground.poll()) is None:
            while self._unforwarded:  # here, so that none is lost between our start and its own
                foreground.send_signal(self._unforwarded.pop(0))
            self._revive()
            time.sleep(POLL_SECONDS / 2)
        self._refuse_when_stopping()
        return code

    def watch(self) -> None:
        """Keep every child alive until a signal asks to stop."""
        while not self.stopped_by:
            self._revive()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop the children, the last one started first; each with its whole process group."""
        while self._children:
            child = self._children.pop()
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(child.program.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(child.program.stop_seconds)
            _kill_group(child.process)

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        if program.before_start is not None:
            program.before_start()
        log = self._log(program)
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        marks = processes.mark(self.layout, program.name)
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own programs, no shell
                program.arguments,
                env=os.environ | program.environment | marks,
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **(program.owner.account if program.owner else {}),
            )

    def _revive(self) -> None:
        if self.stopped_by:
            return
        for child in self._children:
            if child.again_at is None and child.process.poll() is not None:
                self._note_death(child)
            elif child.again_at is not None and time.monotonic() >= child.again_at:
                child.process = self._spawn(child.program)
                child.started_at, child.again_at = time.monotonic(), None

    def _note_death(self, child: _Child) -> None:
        """Plan the next start: soon after a long life, later and later after short ones."""
        _kill_group(child.process)
        lived = time.monotonic() - child.started_at
        if lived > STEADY_SECONDS:
            child.pause_seconds = FIRST_PAUSE_SECONDS
        child.again_at = time.monotonic() + child.pause_seconds
        self.say(
            f"{child.program.name} stopped ({_ending(child.process.returncode)}), "
            f"starts again in {child.pause_seconds:.0f} s; see {self._log(child.program)}"
        )
        child.pause_seconds = min(child.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopped_by = number
        typed = number == signal.SIGINT and sys.stdin.isatty()
        if not typed:  # Ctrl-C reaches the command by itself
            self._unforwarded.append(number)

    def _refuse_when_stopping(self) -> None:
        if self.stopped_by:
            raise StopRequestedError(self.stopped_by)

    def _failure(self, child: _Child, problem: str) -> LayoutError:
        return LayoutError(f"{child.program.name} {problem}:\n{self._last_lines(child.program)}")

    def _log(self, program: Program) -> Path:
        return self.layout.logs / f"{program.name}.log"

    def _last_lines(self, program: Program) -> str:
        text = self._log(program).read_text(errors="replace")
        return "\n".join(text.splitlines()[-12:])


@contextlib.contextmanager
def alone(layout: Layout) -> Iterator[None]:
    """Be the only supervisor of this instance. A killed holder's lock is free at once."""
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(holder(layout)) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(layout: Layout) -> int:
    """The process id that the living supervisor wrote down; 0 in the moment before it did."""
    with contextlib.suppress(OSError, ValueError):
        return int(layout.lock.read_text())
    return 0


def is_supervised(layout: Layout) -> bool:
    """Does a supervisor of this instance live?"""
    if not layout.lock.exists():
        return False
    with layout.lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def say(text: str) -> None:
    """One line for the person at the terminal, at once even through a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """What is left of the process and of the children it started, by force."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
