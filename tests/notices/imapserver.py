"""A small IMAP server in a thread of the test: one folder, the commands that the reader needs."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Box:
    """Mails by UID with their flags, and every command that was given."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    validity: int = 7
    password: str = "secret"

    def add(self, data: bytes) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = data
        return uid


class _Talk(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _blank, command = line.decode().strip().partition(" ")
            self.box.commands.append(command)
            if not self.answer(tag, command):
                return

    def answer(self, tag: str, command: str) -> bool:
        word = command.split(" ", 1)[0].upper()
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and self.box.password not in command:
            self.say(f"{tag} NO wrong")
            return True
        elif word == "SELECT":
            self.say(f"* {len(self.box.mails)} EXISTS", f"* OK [UIDVALIDITY {self.box.validity}] x")
        elif word == "UID":
            self.uid(command)
        elif word == "LOGOUT":
            self.say("* BYE", f"{tag} OK bye")
            return False
        self.say(f"{tag} OK done")
        return True

    def uid(self, command: str) -> None:
        if found := re.match(r"UID SEARCH UID (\d+):\*", command):
            first = int(found.group(1))
            uids = [uid for uid in self.box.mails if uid >= first]
            # As real servers do: `n:*` always has the last one.
            uids = uids or sorted(self.box.mails)[-1:]
            self.say(f"* SEARCH {' '.join(map(str, uids))}".rstrip())
        elif found := re.match(r"UID FETCH (\d+) ", command):
            uid = int(found.group(1))
            data = self.box.mails[uid]
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(data)}}}\r\n".encode())
            self.wfile.write(data + b")\r\n")
        elif found := re.match(r"UID STORE ([\d,]+) ", command):
            self.box.seen |= {int(word) for word in found.group(1).split(",")}

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def imap_server(box: Box) -> Iterator[int]:
    """Serves the box; answers the port."""
    talk = type("Talk", (_Talk,), {"box": box})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
