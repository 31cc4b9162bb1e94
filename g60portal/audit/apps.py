"""Django's entry for the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "g60portal.audit"
    label = "audit"
