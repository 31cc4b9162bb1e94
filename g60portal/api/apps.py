"""Django's entry for g60portal.api."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "g60portal.api"
    label = "api"
