"""Which doors of packages the admin keeps. Loaded after the packages' own admin modules.

What a package registers is written past our actions and the audit, so it goes: tokens are made by
their owners, addresses follow the accounts, schedules stand in the settings. Failed sign-ins stay
to be looked up; `manage.py axes_reset_username ADDRESS` ends a lock-out.
"""

from axes.admin import AccessAttemptAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib import admin

from g60portal.common.look_up import LookUpMixin

OWN_LABELS = frozenset(
    {"accounts", "audit", "notices", "cohorts", "participants", "training_sessions", "web", "api"}
)

for model in apps.get_models():
    if admin.site.is_registered(model) and model._meta.app_label not in OWN_LABELS:  # noqa: SLF001 - Django documents it
        admin.site.unregister(model)


@admin.register(AccessAttempt)
class FailedSignInAdmin(LookUpMixin, AccessAttemptAdmin):  # type: ignore[misc]  # untyped package
    """Without what was sent: it may hold a password typed into the wrong field."""

    actions = ()
    fieldsets = (
        (None, {"fields": ("username", "path_info", "failures_since_start", "attempt_time")}),
        (None, {"fields": ("user_agent", "ip_address")}),
    )


@admin.register(AccessLog)
class SignInAdmin(LookUpMixin, AccessLogAdmin):  # type: ignore[misc]  # untyped package
    """Sign-ins and sign-outs."""
