"""Work that only one process does at a time, among all of them.

The lane is an advisory lock of the database connection: a killed process is out of it at once.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def lane(name: str) -> Iterator[bool]:
    """Whether the lane is ours; never waits."""
    key = int.from_bytes(hashlib.sha256(f"g60:lane:{name}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
