"""Django's entry for the common ground."""

from django.apps import AppConfig
from django.core.checks import register


class CommonConfig(AppConfig):
    name = "g60portal.common"
    label = "common"

    def ready(self) -> None:
        from g60portal.common import diagnosis, resealing
        from g60portal.common.driver import check_driver
        from g60portal.common.logs import configure

        register(check_driver)
        diagnosis.register("keys", resealing.check_keys)
        configure()
