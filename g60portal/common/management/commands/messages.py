"""`manage.py messages`: collect the texts to translate, merge translations, compile, check."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from g60portal.common import catalogues


class Command(BaseCommand):
    help = "Collects the texts of code and templates into locale/, or checks or compiles them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--check", action="store_true", help="fail when anything is missing")
        one.add_argument("--compile", action="store_true", help="write the .mo files Django reads")
        one.add_argument(
            "--merge",
            nargs="+",
            type=Path,
            metavar="FILE.json",
            help='put in Chinese translations: {"English": "中文", "one||many": …, "context§…": …}',
        )

    def handle(self, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if options["compile"]:
            written = catalogues.compile_all(root)
            if options["verbosity"] > 1:
                self.stdout.write("\n".join(map(str, written)))
        elif options["check"]:
            self._check(root)
        else:
            self._collect(root, options["merge"] or [])

    def _collect(self, root: Path, fragments: list[Path]) -> None:
        texts = catalogues.collect(root)
        report = catalogues.update(root, texts, fragments)
        for line in (*report.unused, *report.contradictions):
            self.stderr.write(line)
        kept = catalogues.load(root, "zh_Hans").values()
        open_count = sum(not all(catalogues.translations(message)) for message in kept)
        self.stdout.write(
            f"{len(texts)} texts, {open_count} without a translation, "
            f"{len(report.unused)} unused fragments, {len(report.contradictions)} contradictions."
        )

    def _check(self, root: Path) -> None:
        texts = catalogues.collect(root)
        lines = catalogues.problems(root, texts)
        if lines:
            raise CommandError("\n".join([*lines, f"{len(lines)} problems; see `make messages`."]))
        self.stdout.write(f"{len(texts)} texts, all translated.")
