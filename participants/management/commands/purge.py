"""`manage.py purge`: empties now what the nightly purge would; with `--dry-run` only says what."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from g60portal.common import clock
from participants.actions.erasure import BATCH, broken_entries, purge_due
from participants.queries.retention import purge_preview


class Command(BaseCommand):
    help = "Empties personal data whose time is over; held people are left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--days", type=int, default=0, help="with --dry-run: look ahead")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows a transaction")

    def handle(self, *, dry_run: bool, days: int, batch: int, **options: Any) -> None:
        if dry_run:
            self._preview(clock.today() + dt.timedelta(days=days))
            return
        counts = purge_due(limit=batch)
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        if not counts:
            self.stdout.write("Nothing was due.")
        if broken := broken_entries():
            self.stderr.write(f"The purge log was changed at entries {broken}.")

    def _preview(self, until: dt.date) -> None:
        rows = purge_preview(until)
        for row in rows:
            held = f", {row.held} held" if row.held else ""
            self.stdout.write(f"{row.on} {row.scope or '-'} {row.group}: {row.count}{held}")
        if not rows:
            self.stdout.write("Nothing is due.")
