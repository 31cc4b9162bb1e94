"""A live gunicorn with the portal's own settings, and a client that costs next to nothing."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import children

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """One worker process with threads: what is measured is the cost of a request, not the number
    of processors."""

    port: int
    pid: int

    @property
    def worker_pids(self) -> list[int]:
        return children(self.pid)


class Client:
    """One connection kept open; a request is bytes made beforehand."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connected()

    def get(self, request: bytes) -> Answer:
        try:
            return self._exchange(request)
        except ConnectionError:
            # The server closes a connection that was idle for a while.
            self._socket = self._connected()
            return self._exchange(request)

    def ask(
        self, request: bytes, n: int, status: int, before: Callable[[], object] = lambda: None
    ) -> None:
        """The same request that many times, each answered with the status that is expected;
        `before` is called before each of them."""
        for _number in range(n):
            before()
            answer = self.get(request)
            if answer.status != status:
                raise RuntimeError(f"{answer.status} instead of {status}: {answer.body[:300]!r}")

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _exchange(self, request: bytes) -> Answer:
        self._socket.sendall(request)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._received()
        status, headers = _head(data[:end])
        body = data[end + 4 :]
        length = 0 if status == 304 else int(headers["content-length"])
        while len(body) < length:
            body += self._received()
        return Answer(status, headers, body)

    def _received(self) -> bytes:
        data = self._socket.recv(256 * 1024)
        if not data:
            raise ConnectionResetError
        return data


def request_bytes(path: str, **headers: str) -> bytes:
    """A GET; header names with underscores instead of dashes."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def sent_bytes(method: str, path: str, body: object, **headers: str) -> bytes:
    """A call with a JSON body."""
    data = json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data


@contextmanager
def serving(application: str, **environment: str) -> Iterator[Server]:
    """gunicorn with deploy/gunicorn.conf.py on a free port, ended afterwards."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application]
    settings = {"PORT": str(port), "HOST": "127.0.0.1", "WEB_PROCESSES": "1", "WEB_THREADS": "4"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings | environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _head(data: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _colon, value in pairs}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server does not answer.")
