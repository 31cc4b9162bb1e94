"""`manage.py demo`: load the demo; doing it again doubles nothing."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cohorts.models import Cohort
from g60portal.web.demo import logins
from g60portal.web.demo.load import load_demo


class Command(BaseCommand):
    help = "Load the demo: edition 1 finished, edition 2 running this week."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is any cohort"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for machines with DEMO=1; this is not one.")
        if options["if_empty"] and Cohort.objects.exists():
            return
        self.stdout.write("Loading the demo")
        made = load_demo()
        self.stdout.write(f"Cohorts made: {', '.join(made) or 'none, all were there'}")
        if not options["if_empty"]:  # the launcher prints them once the portal is up
            self._print_logins()

    def _print_logins(self) -> None:
        for email, role, *_rest in logins.LOGINS:
            self.stdout.write(f"  {email:<26} {role}")
        self.stdout.write(f"  password: {logins.demo_password()}")
