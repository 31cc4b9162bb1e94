"""`manage.py doctor`: what is configured, reachable, missing. Exit code 1 when a need is unmet."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from g60portal.common import diagnosis


class Command(BaseCommand):
    help = "Says what is configured, reachable, missing."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        styles = {
            diagnosis.Level.OK: self.style.SUCCESS,
            diagnosis.Level.WARN: self.style.WARNING,
            diagnosis.Level.FAIL: self.style.ERROR,
        }
        failed = False
        for subject, finding in diagnosis.findings():
            failed |= finding.level is diagnosis.Level.FAIL
            level = styles[finding.level](f"{finding.level:<5}")
            self.stdout.write(f"{level} {subject:<11} {finding.text}")
        if failed:
            sys.exit(1)
