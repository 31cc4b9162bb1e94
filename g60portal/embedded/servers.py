"""Postgres and Redis as programs of the supervisor, each only when no address is configured."""

import os
import signal
from dataclasses import dataclass

from g60portal.embedded import postgres, processes, redis
from g60portal.embedded.layout import Layout
from g60portal.embedded.supervisor import Program, Supervisor
from g60portal.embedded.urls import database_url, redis_url


@dataclass(frozen=True)
class Wanted:
    """Which servers to embed, and whether their data must outlive a power cut."""

    postgres: bool = True
    redis: bool = True
    durable: bool = True


def wanted(*, durable: bool = True) -> Wanted:
    """Whatever the environment gives no address for."""
    return Wanted(
        postgres=not os.environ.get("DATABASE_URL"),
        redis=not os.environ.get("REDIS_URL"),
        durable=durable,
    )


def start(supervisor: Supervisor, choice: Wanted) -> None:
    """Bring up what is wanted, after clearing away what a killed supervisor left running."""
    layout = supervisor.layout
    layout.prepare()
    clear_away(supervisor)
    if layout.is_moved and (choice.postgres or choice.redis):
        supervisor.say(
            f"The account “{layout.owner.name}”, which runs the servers, cannot enter "
            f"{layout.var.parent}; their data is in {layout.data} instead."
        )
    if choice.postgres:
        postgres.prepare(layout)
        supervisor.start(_postgres(layout, choice))
    if choice.redis:
        redis.prepare(layout, durable=choice.durable)
        supervisor.start(_redis(layout))


def environment(layout: Layout, choice: Wanted) -> dict[str, str]:
    """The addresses that the portal's processes get; configured ones are inherited as they are."""
    addresses = {"VAR_DIR": str(layout.var)}
    if choice.postgres:
        addresses["DATABASE_URL"] = database_url(layout)
    if choice.redis:
        addresses["REDIS_URL"] = redis_url(layout)
    return addresses


def clear_away(supervisor: Supervisor) -> None:
    """End orphans of this instance. Needs the lock of `supervisor.alone`."""
    orphans = processes.living(supervisor.layout)
    if orphans:
        names = ", ".join(sorted({process.name for process in orphans}))
        supervisor.say(f"Ending what an interrupted run left behind: {names}.")
        processes.end(orphans)


def _postgres(layout: Layout, choice: Wanted) -> Program:
    return Program(
        name="postgres",
        arguments=postgres.command(layout, durable=choice.durable),
        environment={"LC_ALL": "C"},
        owner=layout.owner,
        is_ready=lambda: postgres.is_ready(layout),
        stop_signal=signal.SIGINT,
        before_start=lambda: postgres.disown_stale_lock(layout),
        tries=8,
    )


def _redis(layout: Layout) -> Program:
    return Program(
        name="redis",
        arguments=redis.command(layout),
        owner=layout.owner,
        is_ready=lambda: redis.is_ready(layout),
    )
