"""Who is looking: what Postgres is told, so that its row-level security can answer for it.

The second wall (docs/decisions/0014-the-second-wall.md). A scope is a word: `system` for the
portal's own work, `nobody` for a request whose user is not known, `user:12` for a signed-in one,
nothing at all where nobody has said; Postgres then refuses to read the rows behind the wall.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

SETTING = "portal.viewer"
SYSTEM = "system"
NOBODY = "nobody"

_here: ContextVar[Callable[[], str] | None] = ContextVar("looking", default=None)
_process = {"scope": ""}


def user_scope(user_id: int) -> str:
    return f"user:{user_id}"


def scope() -> str:
    """Of this moment in this thread; else that of the process."""
    looking = _here.get()
    return looking() if looking is not None else _process["scope"]


def run_as_system() -> None:
    """For processes that serve no requests: commands, workers, tests. Threads included."""
    _process["scope"] = SYSTEM


@contextmanager
def looking(scope_of: Callable[[], str]) -> Iterator[None]:
    """What `scope_of` answers at each statement counts inside."""
    token = _here.set(scope_of)
    try:
        yield
    finally:
        _here.reset(token)


@contextmanager
def looking_as(name: str) -> Iterator[None]:
    with looking(lambda: name):
        yield


@contextmanager
def as_system() -> Iterator[None]:
    """For what the portal decides itself, whoever asked: as a block, or as a decorator of actions
    that weigh rows which their caller may not see."""
    with looking_as(SYSTEM):
        yield


def telling(name: str) -> str:
    """The statement that tells a session who looks. `name` is one of our own words."""
    if not name.replace(":", "").isalnum():
        name = ""
    return f"SELECT set_config('{SETTING}', '{name}', false)"


class UnderScope:
    """The chunks of a streamed answer, each made in the scope of its request, which has ended by
    then."""

    def __init__(self, chunks: Iterator[bytes], name: str) -> None:
        self._chunks = chunks
        self._scope = name

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        with looking_as(self._scope):
            return next(self._chunks)

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close:
            with looking_as(self._scope):
                close()
