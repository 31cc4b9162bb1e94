"""The launcher against real servers: recovery, stale files, odd paths, busy ports, secrets."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from g60portal.embedded import processes
from g60portal.embedded.layout import FALLBACK_BASE, ROOT, Layout
from tests.embedded.conftest import Launcher, eventually

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands servers to others")


@pytest.mark.parametrize("name", ["plain", "带 空格", "long-" + "x" * 120, "comma,quote'$(x)%41"])
def test_servers_when_path_is_odd_then_both_answer(
    folder: Path, launch: Callable[[Path], Launcher], name: str
) -> None:
    launcher = launch(folder / name / "var")
    launcher.up()
    assert launcher.query("select current_database()") == [("g60",)]
    assert len(os.fsencode(launcher.layout.redis_socket)) < 108


def test_servers_when_supervisor_is_killed_then_next_start_replaces_orphans(
    launcher: Launcher,
) -> None:
    first = launcher.up()
    launcher.query("create table kept (word text)")
    launcher.query("insert into kept values ('here')")
    orphans = {launcher.pid("postgres"), launcher.pid("redis")}
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert all(map(processes.is_alive, orphans))

    launcher.up()

    assert launcher.query("select word from kept") == [("here",)]
    assert not any(map(processes.is_alive, orphans))


def test_servers_when_everything_is_killed_then_committed_rows_survive(launcher: Launcher) -> None:
    first = launcher.up()
    launcher.query("create table kept as select 'here' as word")
    for pid in (first.pid, launcher.pid("postgres"), launcher.pid("redis")):
        os.kill(pid, signal.SIGKILL)
    first.wait()

    launcher.up()

    assert launcher.query("select word from kept") == [("here",)]


def test_servers_when_pid_file_names_a_stranger_then_starts_and_spares_the_stranger(
    launcher: Launcher,
) -> None:
    first = launcher.up()
    os.kill(first.pid, signal.SIGKILL)
    os.kill(launcher.pid("postgres"), signal.SIGKILL)
    first.wait()
    pid_file = launcher.layout.postgres_data / "postmaster.pid"
    assert eventually(lambda: not [p for p in _living(launcher) if p == "postgres"])
    _, rest = pid_file.read_text().split("\n", 1)
    stranger = subprocess.Popen(["sleep", "60"], **launcher.layout.owner.account)
    pid_file.write_text(f"{stranger.pid}\n{rest}")

    launcher.up()

    assert launcher.query("select 1") == [(1,)]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_servers_when_one_dies_then_it_is_started_again(launcher: Launcher, name: str) -> None:
    launcher.up()
    before = launcher.pid(name)
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: name in _living(launcher) and launcher.pid(name) != before)


def test_servers_when_terminated_then_nothing_is_left(launcher: Launcher) -> None:
    process = launcher.up()
    process.terminate()
    assert process.wait(20) == 0
    assert _living(launcher) == []


def test_servers_when_another_supervisor_lives_then_refuses_and_names_it(
    launcher: Launcher,
) -> None:
    first = launcher.up()
    code, output = launcher.run("servers")
    assert code == 1
    assert str(first.pid) in output
    assert launcher.query("select 1") == [(1,)]


def test_servers_exec_when_command_fails_then_its_exit_code_is_ours(launcher: Launcher) -> None:
    code, output = launcher.run("servers", "--exec", "sh", "-c", 'echo "$DATABASE_URL"; exit 7')
    assert code == 7
    assert output.startswith("postgres://g60:")
    assert _living(launcher) == []


def test_servers_exec_when_terminated_then_command_and_servers_end(launcher: Launcher) -> None:
    process = launcher.start("servers", "--exec", "sh", "-c", "echo started; exec sleep 60")
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM
    assert _living(launcher) == []


SIGNALLED_WHILE_STARTING_THE_COMMAND = """
import os, signal, sys
from g60portal.embedded.__main__ import main

def at_start_of_command(event, details):
    if event == "subprocess.Popen" and details[1] == ["sleep", "60"]:
        os.kill(os.getpid(), signal.SIGTERM)

sys.addaudithook(at_start_of_command)
sys.exit(main(["servers", "--exec", "sleep", "60"]))
"""


def test_servers_exec_when_signalled_while_it_starts_the_command_then_both_end(
    launcher: Launcher,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SIGNALLED_WHILE_STARTING_THE_COMMAND],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(launcher.layout.var), "DATABASE_URL": "", "REDIS_URL": ""},
        timeout=30,
        check=False,
    )
    assert ended.returncode == 128 + signal.SIGTERM
    assert _living(launcher) == []


def test_stop_when_supervisor_lives_then_ends_it(launcher: Launcher) -> None:
    first = launcher.up()
    assert launcher.run("stop") == (0, "Stopped.\n")
    assert first.wait(5) == 0
    assert launcher.run("status")[0] == 3


def test_run_when_stopped_then_nothing_is_left_by_the_time_stop_answers(
    launcher: Launcher,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = "g60portal.settings.dev"
    portal = launcher.start("run", PORT=str(port), DEMO="0", DJANGO_SETTINGS_MODULE=settings)
    assert portal.stdout is not None
    assert any(line.startswith("G60 Portal is ready:") for line in portal.stdout)
    assert set(_living(launcher)) == {"postgres", "redis", "web", "worker", "mailer", "beat"}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        assert json.load(answer) == {"database": "ok", "redis": "ok"}

    assert launcher.run("stop") == (0, "Stopped.\n")

    assert _living(launcher) == []
    assert portal.wait(5) == 0


def test_run_when_port_is_busy_then_says_which_and_how_to_choose(launcher: Launcher) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = launcher.run("run", PORT=str(port))
    assert code == 2
    assert f"Port {port}" in output
    assert "make run PORT=" in output
    assert _living(launcher) == []


def test_run_when_port_is_no_number_then_says_so(launcher: Launcher) -> None:
    code, output = launcher.run("run", PORT="eighty")
    assert (code, output) == (1, "PORT=eighty is no port. Give a number from 1 to 65535.\n")


def test_servers_when_started_then_only_their_owner_and_our_password_get_in(
    launcher: Launcher,
) -> None:
    launcher.up()
    layout = launcher.layout
    for path in (layout.var / "postgres-password", layout.var / "redis-password"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.sockets.stat().st_mode) == 0o700
    assert launcher.query("select rolsuper, rolcreatedb from pg_roles where rolname = 'g60'") == [
        (False, True)
    ]
    assert launcher.query("show listen_addresses") == [("",)]
    assert launcher.query(
        "select datcollate, datlocale from pg_database where datname = 'g60'"
    ) == [("C", "C.UTF-8")]
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(layout.redis_socket))
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")


@needs_root
def test_servers_when_owner_cannot_enter_the_folder_then_data_moves_and_we_say_so(
    folder: Path, launch: Callable[[Path], Launcher]
) -> None:
    folder.chmod(0o700)
    launcher = launch(folder / "var")
    code, output = launcher.run("servers", "--exec", "true")
    assert code == 0
    assert str(FALLBACK_BASE / launcher.layout.mark) in output
    assert launcher.layout.postgres_data.parent == FALLBACK_BASE / launcher.layout.mark


def test_layout_when_two_folders_then_nothing_is_shared(folder: Path) -> None:
    one, two = Layout(folder / "甲 1"), Layout(folder / "甲 2")
    assert one.sockets != two.sockets
    assert one.secret("redis") != two.secret("redis")
    assert one.secret("redis") == Layout(folder / "甲 1").secret("redis")


def _living(launcher: Launcher) -> list[str]:
    return [found.name for found in processes.living(launcher.layout)]
