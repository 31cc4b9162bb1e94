"""For Django's admin: models that are looked up there and written elsewhere, by actions."""

from typing import Any

from django.http import HttpRequest


class LookUpMixin:
    """To read and search, never to write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
