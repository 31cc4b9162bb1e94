"""The launcher's command line: run, servers, stop, status."""

import argparse
import os
import shlex
import signal
import sys
import time
from pathlib import Path

from g60portal.embedded import portal, processes, servers
from g60portal.embedded.layout import Layout, LayoutError, current
from g60portal.embedded.supervisor import (
    AlreadyRunningError,
    StopRequestedError,
    Supervisor,
    alone,
    holder,
    is_supervised,
    say,
)

STOPPED_EXIT_CODE = 0
SIGNALED = 128  # plus the number of the signal, as shells count
STOP_SECONDS = 90


def main(words: list[str]) -> int:
    """Parse and do; problems that a person can solve end in one message, not a traceback."""
    options = _parser().parse_args(words)
    layout = current(options.instance)
    try:
        return int(options.do(layout, options))
    except LayoutError as problem:
        say(str(problem))
        return 1
    except AlreadyRunningError as other:
        say(
            f"{layout.var} is in use: its portal runs already (process {other.pid}). "
            "Stop it: make stop"
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m g60portal.embedded", description=__doc__)
    parser.add_argument(
        "--instance", default="", help="a separate set of servers below var/, e.g. test"
    )
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="the whole portal, until Ctrl-C")
    run.set_defaults(do=_run)
    only = commands.add_parser("servers", help="PostgreSQL and Redis only")
    only.add_argument("--fast", action="store_true", help="data may be lost in a power cut (tests)")
    only.add_argument("--embedded", action="store_true", help="ignore DATABASE_URL and REDIS_URL")
    only.add_argument("--exec", nargs=argparse.REMAINDER, default=[], dest="command")
    only.set_defaults(do=_servers)
    stop = commands.add_parser("stop", help="stop what runs for this folder")
    stop.set_defaults(do=_stop)
    status = commands.add_parser("status", help="what runs for this folder")
    status.set_defaults(do=_status)
    return parser


def _run(layout: Layout, options: argparse.Namespace) -> int:
    layout.prepare()
    supervisor = Supervisor(layout, say)
    with supervisor.signals(), alone(layout):  # until the last child is gone
        try:
            return portal.run(supervisor)
        except StopRequestedError:
            return STOPPED_EXIT_CODE
        finally:
            supervisor.stop()


def _servers(layout: Layout, options: argparse.Namespace) -> int:
    """Servers for as long as a command (or, without one, we ourselves) run."""
    layout.prepare()
    choice = servers.wanted(durable=not options.fast)
    if options.embedded:
        choice = servers.Wanted(durable=choice.durable)
    environment = servers.environment(layout, choice)
    if options.command and is_supervised(layout):
        os.execvpe(  # noqa: S606 - the caller's own command
            options.command[0], options.command, os.environ | environment
        )
    supervisor = Supervisor(layout, say)
    with supervisor.signals(), alone(layout):
        try:
            servers.start(supervisor, choice)
            if options.command:
                code = supervisor.call(options.command, environment, Path.cwd())
                return code if code >= 0 else SIGNALED - code
            for name, value in environment.items():
                say(f"export {name}={shlex.quote(value)}")
            supervisor.watch()
            return STOPPED_EXIT_CODE
        except StopRequestedError as request:
            return SIGNALED + request.number if options.command else STOPPED_EXIT_CODE
        finally:
            supervisor.stop()


def _stop(layout: Layout, options: argparse.Namespace) -> int:
    """End the supervisor, which ends the rest; without one, end what it left behind."""
    if is_supervised(layout):
        os.kill(holder(layout), signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while is_supervised(layout):
            if time.monotonic() > deadline:
                raise LayoutError(f"Process {holder(layout)} does not stop; see {layout.logs}.")
            time.sleep(0.1)
        say("Stopped.")
        return 0
    orphans = processes.living(layout)
    processes.end(orphans)
    say("Stopped what an interrupted run left behind." if orphans else "Nothing runs.")
    return 0


def _status(layout: Layout, options: argparse.Namespace) -> int:
    """One line a process; exit code 0 when a supervisor lives, 3 when not (as service tools do)."""
    for process in processes.living(layout):
        if process.leads_group:
            say(f"{process.name:<10} {process.pid}")
    alive = is_supervised(layout)
    say(f"supervisor {holder(layout)}" if alive else "No supervisor runs.")
    return 0 if alive else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
