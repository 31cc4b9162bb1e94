"""Key rotation: everything that is sealed, sealed again with the newest key, some rows at a time.

Each app names its sealed rows with `register` in its `ready()`. What is left to do stands in the
rows themselves (the version of their key), so a rotation that was killed goes on where it was, and
one that is done finds nothing. Reading goes on meanwhile: old keys open until they are removed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from g60portal.common.diagnosis import Finding, Level
from g60portal.common.keyring import portal_sealer
from g60portal.common.sealing import SealBroken, Sealer


@dataclass(frozen=True)
class SealedKind:
    """One table with sealed values.

    `stale` are its rows of another than the newest key; `resealed` gives the columns of a row
    sealed again. `index_holds` says whether a row's blind index is what the present key makes of
    it; one of the `present` rows is asked.
    """

    name: str
    stale: Callable[[Sealer], QuerySet[Any]]
    resealed: Callable[[Any, Sealer], Mapping[str, Any]]
    present: Callable[[], QuerySet[Any]] | None = None
    index_holds: Callable[[Any, Sealer], bool] | None = None


@dataclass(frozen=True)
class Batch:
    """What one transaction did. `last` is the primary key to go on after; None = nothing left."""

    done: int
    unreadable: tuple[Any, ...]
    last: Any | None


_KINDS: dict[str, SealedKind] = {}


def register(kind: SealedKind) -> None:
    """A second one of the same name replaces the first."""
    _KINDS[kind.name] = kind


def sealed_kinds() -> list[SealedKind]:
    return list(_KINDS.values())


@transaction.atomic
def reseal_batch(kind: SealedKind, sealer: Sealer, *, after: Any | None, limit: int) -> Batch:
    """Up to `limit` rows of a kind. Locks them, so that nobody's change is written over.

    A row that no key opens is left as it is and named.
    """
    rows = kind.stale(sealer).order_by("pk").select_for_update(of=("self",))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    done, unreadable, last = 0, [], None
    for row in rows[:limit]:
        last = row.pk
        try:
            columns = kind.resealed(row, sealer)
        except SealBroken:
            unreadable.append(row.pk)
            continue
        type(row)._base_manager.filter(pk=row.pk).update(**columns)  # noqa: SLF001 - documented
        done += 1
    return Batch(done, tuple(unreadable), last)


def reseal_all(kind: SealedKind, sealer: Sealer, *, limit: int) -> Iterator[Batch]:
    """Batches until nothing is left, each in its own transaction. Starts over while rows appear
    behind its back: a process that still runs with the old keys goes on sealing with them."""
    while True:
        after, progress = None, 0
        while (batch := reseal_batch(kind, sealer, after=after, limit=limit)).last is not None:
            after, progress = batch.last, progress + batch.done
            yield batch
        if not progress:
            return


def check_keys() -> Iterator[Finding]:
    """For the doctor: rows on old keys, and whether the search index still fits its key."""
    sealer = portal_sealer()
    try:
        for kind in sealed_kinds():
            yield from _findings_of(kind, sealer)
    except DatabaseError:
        yield Finding(Level.FAIL, "cannot be read without the database")


def _findings_of(kind: SealedKind, sealer: Sealer) -> Iterator[Finding]:
    left = kind.stale(sealer).count()
    if left:
        yield Finding(Level.WARN, f"{kind.name}: {left} on an old key: manage.py rotate_keys")
    else:
        yield Finding(Level.OK, f"{kind.name}: all on key {sealer.newest}")
    if kind.present is None or kind.index_holds is None:
        return
    sample = kind.present().order_by("pk").first()
    try:
        holds = sample is None or kind.index_holds(sample, sealer)
    except SealBroken:
        yield Finding(Level.FAIL, f"{kind.name}: a row opens with none of FIELD_KEYS")
        return
    if not holds:
        yield Finding(
            Level.FAIL,
            f"{kind.name}: the search index was made with another key; put that key back as 0:…",
        )
