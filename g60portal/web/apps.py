"""Django's entry for the web end; loads the Celery application, so that every process has it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "g60portal.web"
    label = "web"

    def ready(self) -> None:
        import g60portal.celery  # noqa: F401
