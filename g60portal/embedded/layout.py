"""Where the embedded servers live: data, sockets, logs, secrets, and who owns them.

Decides paths only; starting servers is the business of `postgres` and `redis`. Every decision
follows from permission bits on disk, so that settings and launcher agree without talking.
"""

import hashlib
import os
import pwd
import re
import secrets
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parents[2]
FALLBACK_BASE = Path("/var/lib/g60-portal")
SYSTEM_TEMP = Path("/tmp")  # noqa: S108 - the same for every caller; TMPDIR differs between shells
LONGEST_SOCKET_DIRECTORY = 85  # of 107 bytes; Postgres adds "/.s.PGSQL.5432.lock"
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


class LayoutError(Exception):
    """The disk does not allow what the servers need; the message says what to do."""


class Account(TypedDict, total=False):
    """How `subprocess` names the account of a new process."""

    user: int
    group: int
    extra_groups: tuple[int, ...]


@dataclass(frozen=True)
class Owner:
    """The account that runs the servers: ourselves, or an unprivileged one when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def is_somebody_else(self) -> bool:
        return self.uid != os.geteuid()

    @property
    def account(self) -> Account:
        """Keywords of `subprocess` that start a process as this account."""
        if not self.is_somebody_else:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}


@dataclass(frozen=True)
class Layout:
    """All paths of one instance. `var` is private to it; two instances never share anything."""

    var: Path

    @cached_property
    def owner(self) -> Owner:
        """Whoever owns the data already; else ourselves; else, for root, postgres or nobody."""
        if os.geteuid() != 0:
            return _account(os.geteuid())
        for data in (self.var / "postgres", self._fallback / "postgres"):
            if data.is_dir() and data.stat().st_uid != 0:
                return _account(data.stat().st_uid)
        for name in ("postgres", "nobody"):
            try:
                return _account(pwd.getpwnam(name).pw_uid)
            except KeyError:
                continue
        raise LayoutError(
            "PostgreSQL refuses to run as root and there is neither an account “postgres” nor "
            "“nobody”. Start as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )

    @cached_property
    def data(self) -> Path:
        """The folder that holds both servers' data: `var` itself whenever the owner gets there."""
        return self.var if reachable(self.var.parent, self.owner) else self._fallback

    @cached_property
    def sockets(self) -> Path:
        """A folder whose path is short and plain enough for a socket and for every URL parser."""
        wanted = self.data / "sockets"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_DIRECTORY and PLAIN_PATH.fullmatch(
            str(wanted)
        ):
            return wanted
        return SYSTEM_TEMP / f"g60-{self.mark}-{self.owner.uid}"

    @property
    def mark(self) -> str:
        """Twelve characters that tell this instance from every other on the machine."""
        return hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]

    @property
    def postgres_data(self) -> Path:
        return self.data / "postgres"

    @property
    def redis_data(self) -> Path:
        return self.data / "redis"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def copied_programs(self) -> Path:
        """Where the servers' programs go when the owner cannot reach the virtual environment."""
        return self._fallback / "programs"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives; the kernel lets go when it is killed."""
        return self.var / "supervisor.lock"

    @property
    def is_moved(self) -> bool:
        return self.data != self.var

    def secret(self, name: str) -> str:
        """A random word, made once, kept in a file only we can read."""
        path = self.var / f"{name}-password"
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            return _keep_secret(path)

    def prepare(self) -> None:
        """Make every folder with its owner and mode."""
        mode = 0o711 if self.owner.is_somebody_else else 0o700
        for folder in (self.var, self.data):
            _make_with_parents(folder, mode)
            folder.chmod(mode)
        self.logs.mkdir(exist_ok=True)
        for folder in (self.redis_data, self.sockets):
            self.make_private(folder)

    def make_private(self, folder: Path) -> None:
        """A 0700 folder of the owner; refuses one that somebody else prepared."""
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.owner.uid, self.owner.gid)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (
                self.owner.uid,
                os.geteuid(),
            ):
                raise LayoutError(
                    f"{folder} belongs to somebody else; remove it and start again."
                ) from None
            os.chown(folder, self.owner.uid, self.owner.gid)
        folder.chmod(0o700)

    @property
    def _fallback(self) -> Path:
        return FALLBACK_BASE / self.mark


def current(instance: str = "") -> Layout:
    """The layout of this checkout: VAR_DIR or `<root>/var`, and below it a named instance."""
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    return Layout(var / instance if instance else var)


def _make_with_parents(folder: Path, mode: int) -> None:
    """Like mkdir(parents=True), but the mode holds for each new folder, whatever the umask."""
    if not folder.exists():
        _make_with_parents(folder.parent, mode)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)


def reachable(path: Path, owner: Owner) -> bool:
    """May the owner traverse every existing folder down to `path`, judged by permission bits?"""
    if not owner.is_somebody_else:
        return True
    return all(_may_traverse(folder, owner) for folder in (path, *path.parents) if folder.exists())


def _may_traverse(folder: Path, owner: Owner) -> bool:
    found = folder.stat()
    if found.st_uid == owner.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == owner.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _account(uid: int) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise LayoutError(
            f"User id {uid} has no account, and PostgreSQL's initdb insists on one. "
            "Add it to /etc/passwd, or set DATABASE_URL and REDIS_URL."
        ) from None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _keep_secret(path: Path) -> str:
    """Write by link, so that two processes that start at once agree on one word."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(24))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
