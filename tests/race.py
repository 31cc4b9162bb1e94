"""Two transactions at once, each on its own connection, for the tests of locks and constraints."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")
Starter = Callable[[Callable[[], Answer]], "Future[Answer]"]

# Long enough for a statement that is not blocked, short enough for a test that waits for one.
PATIENCE_SECONDS = 0.4


@contextmanager
def other_connection() -> Iterator[Starter[object]]:
    """Starts functions on another connection, which is closed afterwards."""
    with ThreadPoolExecutor(max_workers=1) as pool:

        def start(work: Callable[[], object]) -> "Future[object]":
            return pool.submit(_then_close, work)

        yield start


def _then_close(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    finally:
        connection.close()
