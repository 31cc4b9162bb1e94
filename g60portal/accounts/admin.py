"""Users in the admin; its sign-in is the portal's own (lock-out and second factor apply).

The admin writes in a transaction and logs what it did: that log line is where the audit line is
written. Accounts are switched off, never deleted: the audit names them.
"""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.audit.record import record

# What an administrator sets here, as the audit shows it (e-mail addresses are masked there).
AUDITED = ("email", "name", "language", "is_active", "is_staff", "is_superuser")

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class PortalUserAdmin(UserAdmin[User]):
    ordering = ("email",)
    list_display = ("email", "name", "language", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("email", "name")
    readonly_fields = ("joined_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "password")}),
        (None, {"fields": ("is_active", "is_staff", "is_superuser", "joined_at", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "language", "password1", "password2"),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        _record("user.created", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        _record("user.changed", request, obj, message)
        return super().log_change(request, obj, message)


def _record(verb: str, request: HttpRequest, user: User, message: Any) -> None:
    facts = {name: getattr(user, name) for name in AUDITED}
    record(verb, user, by=signed_in(request), after={**facts, "fields": message})
