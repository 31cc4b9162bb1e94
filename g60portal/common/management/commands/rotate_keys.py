"""`manage.py rotate_keys`: seals everything again with the newest of FIELD_KEYS.

May be killed and started again at any moment. Exit code 1 when a row could not be opened.
"""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from g60portal.common.keyring import portal_sealer
from g60portal.common.resealing import SealedKind, reseal_all, sealed_kinds
from g60portal.common.sealing import Sealer

BATCH = 200


class Command(BaseCommand):
    help = "Seals everything again with the newest of FIELD_KEYS; safe to kill and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="rows a transaction")
        parser.add_argument("--pause", type=float, default=0.0, help="seconds between two batches")

    def handle(self, *, batch: int, pause: float, **options: Any) -> None:
        sealer = portal_sealer()
        unreadable = sum(self._rotate(kind, sealer, batch, pause) for kind in sealed_kinds())
        if unreadable:
            self.stderr.write(f"{unreadable} rows open with none of FIELD_KEYS; left as they are.")
            sys.exit(1)
        self.stdout.write(_farewell(sealer))

    def _rotate(self, kind: SealedKind, sealer: Sealer, batch: int, pause: float) -> int:
        """How many rows could not be opened."""
        total, done = kind.stale(sealer).count(), 0
        unreadable: set[Any] = set()
        for step in reseal_all(kind, sealer, limit=batch):
            done += step.done
            unreadable.update(step.unreadable)
            self.stdout.write(f"{kind.name}: {done} of {max(total, done)}")
            self.stdout.flush()
            time.sleep(pause)
        if not done:
            self.stdout.write(f"{kind.name}: nothing to do")
        return len(unreadable)


def _farewell(sealer: Sealer) -> str:
    """Which keys may go now."""
    sealed = f"Everything is sealed with key {sealer.newest}"
    if sealer.index_version:
        found = f"found by index key {sealer.index_version}"
        return f"{sealed} and {found}; older ones may be removed."
    return f"{sealed}; older ones may go, but that of the search index stays, as version 0."
