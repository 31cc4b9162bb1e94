"""CPU time and memory of other processes, as the kernel counts them (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # of /proc/PID/stat, counted behind the name


def cpu_seconds(pids: Iterable[int]) -> float:
    """Time on a processor so far, all threads; processes that are gone count nothing."""
    return sum(_seconds(pid) for pid in pids)


def peak_mib(pid: int) -> float:
    """The most memory a process ever held (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    return [
        int(word)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for word in (task / "children").read_text().split()
    ]


def postgres_pids() -> list[int]:
    """The backends that serve our database, without the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in cursor.fetchall()]


def _seconds(pid: int) -> float:
    """To the nanosecond where the kernel keeps scheduler statistics, else to the tick."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
    except FileNotFoundError:
        return _ticks(pid) / _TICKS


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[_UTIME]) + int(fields[_STIME])
