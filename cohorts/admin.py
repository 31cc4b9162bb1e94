"""Cohorts in the admin: to look up, and to keep the roles that belong to no cohort.

Everything that has rules is written by the actions of this app, on its own pages and by the API.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cohorts.actions.roles import (
    ROLES_EVERYWHERE,
    grant_role_everywhere,
    revoke_role_everywhere,
)
from cohorts.choices import Role
from cohorts.models import City, Cohort, CohortRole, Leg, Organization, Quota, Theme
from cohorts.refusals import RoleAlreadyGiven, RoleIncomplete
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.look_up import LookUpMixin


class LegInline(LookUpMixin, admin.TabularInline[Leg, Cohort]):
    model = Leg
    extra = 0


class QuotaInline(LookUpMixin, admin.TabularInline[Quota, Cohort]):
    model = Quota
    extra = 0


@admin.register(Cohort)
class CohortAdmin(LookUpMixin, admin.ModelAdmin[Cohort]):
    list_display = ("code", "title", "state", "seats", "starts_on", "ends_on")
    list_filter = ("state",)
    search_fields = ("code", "title", "title_en")
    inlines = (LegInline, QuotaInline)


@admin.register(City)
class CityAdmin(LookUpMixin, admin.ModelAdmin[City]):
    list_display = ("position", "code", "name", "name_en", "province")


@admin.register(Theme)
class ThemeAdmin(LookUpMixin, admin.ModelAdmin[Theme]):
    list_display = ("position", "code", "name", "name_en")


@admin.register(Organization)
class OrganizationAdmin(LookUpMixin, admin.ModelAdmin[Organization]):
    list_display = ("name", "city", "kind", "credit_code", "chain", "segment")
    list_filter = ("kind", "city")
    list_select_related = ("city",)
    search_fields = ("name", "short_name", "name_en", "credit_code")


class RoleEverywhereForm(forms.ModelForm[CohortRole]):
    """Refuses here what the action would refuse, so that the admin can show it at the field."""

    class Meta:
        model = CohortRole
        fields = ("user", "role", "city")

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        role, city = clean.get("role"), clean.get("city")
        if role and role not in ROLES_EVERYWHERE:
            self.add_error("role", _("This role is given in the settings of a cohort."))
        elif role == Role.COORDINATOR and city is None:
            self.add_error("city", str(RoleIncomplete.text))
        elif _has_everywhere(clean.get("user"), role, city):
            self.add_error("user", str(RoleAlreadyGiven.text))
        return clean


def _has_everywhere(user: User | None, role: str | None, city: City | None) -> bool:
    place = city if role == Role.COORDINATOR else None
    rows = CohortRole.objects.filter(user=user, role=role, city=place)
    return rows.filter(cohort=None, leg=None).exists()


@admin.register(CohortRole)
class CohortRoleAdmin(admin.ModelAdmin[CohortRole]):
    """Roles in a cohort are given in its settings; here those without one: who may open cohorts,
    and who coordinates a city in all of them."""

    list_display = ("user", "role", "cohort", "leg", "city", "granted_at")
    list_filter = ("role",)
    list_select_related = ("user", "cohort", "leg__city", "city")
    search_fields = ("user__email", "user__name", "cohort__code")
    form = RoleEverywhereForm
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        outside = obj is not None and obj.cohort_id is None
        return outside and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: CohortRole, form: Any, change: Any) -> None:
        """By the action, so that the audit knows."""
        granted = grant_role_everywhere(
            user=obj.user, role=obj.role, city=obj.city, by=signed_in(request)
        )
        obj.pk = granted.pk

    def delete_model(self, request: HttpRequest, obj: CohortRole) -> None:
        revoke_role_everywhere(cohort_role=obj, by=signed_in(request))
