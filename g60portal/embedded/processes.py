"""Finding and ending processes that an earlier, killed supervisor of this instance left behind.

Reads Linux's /proc. A process is ours when it carries our mark in its environment, or, for the
two servers (whose environment root may not read in a container), when its command line names
our data folder or socket. A process id alone never counts: ids are used again.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from g60portal.embedded.layout import Layout

MARK = "G60_PORTAL_PROCESS"
PROC = Path("/proc")
SERVERS = ("postgres", "redis-server")


@dataclass(frozen=True)
class Found:
    """A living process of this instance."""

    pid: int
    name: str
    leads_group: bool


def mark(layout: Layout, name: str) -> dict[str, str]:
    """What a supervised process carries in its environment, and passes on to its children."""
    return {MARK: f"{name}:{layout.var}"}


def living(layout: Layout) -> list[Found]:
    """Every process of this instance, our own ancestors and ourselves left out."""
    family = _ancestors()
    return [
        Found(pid, name, leads_group=_group(pid) == pid)
        for pid in _pids()
        if pid not in family and (name := _name_if_ours(layout, pid))
    ]


def end(found: Iterable[Found], *, grace_seconds: float = 10) -> None:
    """Stop politely (Postgres: fast shutdown), then by force."""
    found = list(found)
    for process in found:
        _send(process.pid, signal.SIGINT if process.name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while any(is_alive(process.pid) for process in found) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in found:
        if is_alive(process.pid):
            _send(process.pid, signal.SIGKILL)
    while any(is_alive(process.pid) for process in found):
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Running, not a zombie that waits for its parent."""
    return _state(pid) not in ("", "Z", "X")


def command_line(pid: int) -> list[str]:
    """The arguments a process was started with, empty when it is gone."""
    with contextlib.suppress(OSError):
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    return []


def _name_if_ours(layout: Layout, pid: int) -> str:
    with contextlib.suppress(OSError):
        for word in (PROC / str(pid) / "environ").read_bytes().split(b"\0"):
            key, _, value = os.fsdecode(word).partition("=")
            name, _, var = value.partition(":")
            if key == MARK and var == str(layout.var):
                return name
    return _server_name_if_ours(layout, pid)


def _server_name_if_ours(layout: Layout, pid: int) -> str:
    name = _program_name(pid)
    if name not in SERVERS:
        return ""
    line = " ".join(command_line(pid)) + " "
    paths = (layout.postgres_data, layout.redis_socket)
    return name.removesuffix("-server") if any(f"{path} " in line for path in paths) else ""


def _program_name(pid: int) -> str:
    """What the kernel calls it; the command line is no help when its path has blanks."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "comm").read_text().strip()
    return ""


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the state on; the name before may hold any character."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    return []


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _group(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[2]) if fields else 0


def _ancestors() -> set[int]:
    family, pid = set(), os.getpid()
    while pid:
        family.add(pid)
        fields = _stat(pid)
        pid = int(fields[1]) if fields else 0
    return family


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
