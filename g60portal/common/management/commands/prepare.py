"""`manage.py prepare`: all that Django has to do before the portal is served, in one process.

Migrations, compiled translations, static files when a source changed, the demo when the
database is empty. Doing it again with nothing changed takes about a second.
"""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from g60portal.common import catalogues

# Of what packages bring: htmx 4 is not used (its extensions import by bare name, which no hashed
# name can serve), nor is REST framework's browsable API.
UNUSED = ["django_htmx/ext/*", "django_htmx/htmx-4*", "rest_framework/*"]


class Command(BaseCommand):
    help = "Migrates, compiles translations, collects static files, loads the demo when empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, **options: Any) -> None:
        self._migrate()
        catalogues.compile_all(Path(settings.BASE_DIR))
        self._collect_static()
        if settings.DEMO and not options["no_demo"] and "demo" in get_commands():
            call_command("demo", if_empty=True)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stdout.write(f"Migrating the database ({len(plan)} steps)")
            call_command("migrate", interactive=False, verbosity=0)

    def _collect_static(self) -> None:
        """Compressing costs seconds, so it is done only for sources not seen before."""
        stamp = Path(settings.STATIC_ROOT) / ".sources"
        print_of_sources = _print_of_sources()
        if stamp.exists() and stamp.read_text() == print_of_sources:
            return
        self.stdout.write("Collecting static files")
        call_command(
            "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNUSED
        )
        stamp.write_text(print_of_sources)


def _print_of_sources() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
