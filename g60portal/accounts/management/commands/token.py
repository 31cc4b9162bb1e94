"""`manage.py token EMAIL`: a new API token of that user, alone on a line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import AuthToken

from g60portal.accounts.models import User


class Command(BaseCommand):
    help = "Print a new API token of a user. It is shown once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(email__iexact=options["email"], is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"No active user has the address {options['email']}.") from None
        _row, token = AuthToken.objects.create(user)
        self.stdout.write(token)
