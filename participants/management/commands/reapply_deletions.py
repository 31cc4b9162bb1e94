"""`manage.py reapply_deletions`: after a restore, deletes again what had been deleted since the
backup. Part of the restore; a second run changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from participants.actions.erasure import reapply_deletions
from participants.deletion_file import deletion_path, noted_deletions


class Command(BaseCommand):
    help = "After a restore: applies again the deletions made since the backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="another file than VAR_DIR/privacy's")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        path = file or deletion_path()
        if file and not path.exists():
            raise CommandError(f"There is no file {path}.")
        counts = reapply_deletions(noted_deletions(path))
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count} deleted again")
        if not counts:
            self.stdout.write("Nothing had been deleted since the backup.")
