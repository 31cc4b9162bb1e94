"""Row locks in one order, so that two actions never wait for each other in a circle.

Order: cohort, leg, quota, nomination, enrollment, session, proposal, vehicle, release, certificate,
notice; within a kind by primary key. A lock outside a transaction holds nothing, so asking for one
is an error.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class LockOutsideTransaction(RuntimeError):
    """The caller forgot `transaction.atomic`; the lock would be released at once."""


def locked(row: Row) -> Row:
    """The row read again under `FOR UPDATE` (of its own table only)."""
    _demand_transaction()
    # Not `type(row)`: the user of a request is a lazy object in front of its row.
    manager = row.__class__._base_manager  # noqa: SLF001 - documented by Django, no filter applied
    return manager.select_for_update(of=("self",)).get(pk=row.pk)


def locked_rows(rows: models.QuerySet[Row]) -> list[Row]:
    """All rows of a queryset under `FOR UPDATE`, in primary-key order."""
    _demand_transaction()
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def advisory_lock(*names: str | int) -> None:
    """Wait for the transaction-long advisory lock of that name (for work without a row)."""
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_joined(names)])


def advisory_locks(names: Iterable[Sequence[str | int]]) -> None:
    """Wait for several of them, always in the same order, in one statement."""
    _demand_transaction()
    keys = sorted({_joined(name) for name in names})
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS asked (name, place) ORDER BY place",
            [keys],
        )


def try_advisory_lock(*names: str | int) -> bool:
    """As `advisory_lock`, but answers False at once when somebody else holds it."""
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_joined(names)]
        )
        return bool(cursor.fetchone()[0])


def _joined(names: Iterable[str | int]) -> str:
    return ":".join(str(name) for name in names)


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise LockOutsideTransaction("Take row locks inside transaction.atomic().")
