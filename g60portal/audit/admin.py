"""The audit in the admin: to read and search, never to write."""

from django.contrib import admin

from g60portal.audit.models import AuditEvent
from g60portal.common.look_up import LookUpMixin


@admin.register(AuditEvent)
class AuditEventAdmin(LookUpMixin, admin.ModelAdmin[AuditEvent]):
    list_display = ("at", "actor_email", "verb", "target_kind", "target_text", "scope", "reason")
    list_filter = ("verb", "target_kind")
    search_fields = ("actor_email", "scope", "target_id", "target_text")
    show_full_result_count = False
