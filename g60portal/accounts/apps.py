"""Django's entry for accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "g60portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from g60portal.accounts.sealed_rows import SECOND_FACTORS
        from g60portal.common import resealing

        resealing.register(SECOND_FACTORS)
