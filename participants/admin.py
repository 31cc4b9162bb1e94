"""Participants in the admin, to look things up. Everything is written through the console and the
API, whose actions keep seats, locks and the audit right. No identity number is shown here.
"""

from django.contrib import admin

from g60portal.common.look_up import LookUpMixin
from participants.models import Certificate, Consent, Enrollment, Group, Person, RosterImport


class EnrollmentInline(LookUpMixin, admin.TabularInline[Enrollment, Person]):
    model = Enrollment
    fields = ("cohort", "seat", "city", "organization_name", "title", "group", "state")
    extra = 0


class ConsentInline(LookUpMixin, admin.TabularInline[Consent, Person]):
    model = Consent
    fields = ("purpose", "text_version", "given_at", "withdrawn_at")
    extra = 0


@admin.register(Person)
class PersonAdmin(LookUpMixin, admin.ModelAdmin[Person]):
    list_display = ("name", "latin_name", "organization", "title")
    list_select_related = ("organization",)
    search_fields = ("name", "latin_name", "initials")
    fields = ("name", "latin_name", "gender", "language", "organization", "title", "user")
    inlines = (EnrollmentInline, ConsentInline)
    show_full_result_count = False


@admin.register(Enrollment)
class EnrollmentAdmin(LookUpMixin, admin.ModelAdmin[Enrollment]):
    list_display = ("cohort", "seat", "person", "city", "organization_name", "group", "state")
    list_select_related = ("cohort", "person", "city", "group")
    list_filter = ("cohort", "state", "city")
    search_fields = ("person__name", "person__latin_name", "organization_name")
    show_full_result_count = False


@admin.register(Group)
class GroupAdmin(LookUpMixin, admin.ModelAdmin[Group]):
    list_display = ("cohort", "position", "name")
    list_filter = ("cohort",)


@admin.register(RosterImport)
class RosterImportAdmin(LookUpMixin, admin.ModelAdmin[RosterImport]):
    list_display = ("cohort", "filename", "state", "created_at", "applied_at", "by")
    list_filter = ("cohort", "state")


@admin.register(Certificate)
class CertificateAdmin(LookUpMixin, admin.ModelAdmin[Certificate]):
    list_display = ("number", "cohort", "name", "state", "issued_on")
    list_filter = ("cohort", "state")
    search_fields = ("number", "name")
    fields = ("number", "cohort", "name", "hours", "state", "issued_on", "revoked_at")
