"""Django's entry for notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "g60portal.notices"
    label = "notices"

    def ready(self) -> None:
        from g60portal.common import resealing
        from g60portal.notices.account_mails import ACCOUNT_MAIL
        from g60portal.notices.kinds import register
        from g60portal.notices.sealed_rows import ACCOUNT_MAILS

        register(ACCOUNT_MAIL)
        resealing.register(ACCOUNT_MAILS)
