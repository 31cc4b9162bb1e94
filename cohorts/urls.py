"""Pages and API routes of cohorts. A cohort's overview and detail API are in sessions."""

from django.urls import path

from cohorts.api import cities, legs, merges, organizations, quotas
from cohorts.api import rules as rules_api
from cohorts.views import cohorts, roles, settings
from cohorts.views import legs as leg_pages
from cohorts.views import merges as merge_pages
from cohorts.views import organizations as organization_pages

_PAIR = "console/organizations/duplicates/<int:one>/<int:other>/"

urlpatterns = [
    path("console/cohorts/new/", cohorts.new, name="cohort-new"),
    path("console/cohorts/<str:code>/settings/", settings.facts, name="cohort-settings"),
    path("console/cohorts/<str:code>/settings/legs/", leg_pages.legs, name="cohort-legs"),
    path("console/cohorts/<str:code>/settings/legs/<int:leg_id>/", leg_pages.edit, name="leg-edit"),
    path(
        "console/cohorts/<str:code>/settings/legs/<int:leg_id>/remove/",
        leg_pages.remove,
        name="leg-remove",
    ),
    path("console/cohorts/<str:code>/settings/quotas/", settings.quotas, name="cohort-quotas"),
    path("console/cohorts/<str:code>/settings/rules/", settings.rules, name="cohort-rules"),
    path("console/cohorts/<str:code>/settings/roles/", roles.roles, name="cohort-roles"),
    path(
        "console/cohorts/<str:code>/settings/roles/<int:role_id>/revoke/",
        roles.revoke,
        name="role-revoke",
    ),
    path("console/organizations/", organization_pages.organizations, name="organization-list"),
    path("console/organizations/new/", organization_pages.new, name="organization-new"),
    path(
        "console/organizations/duplicates/",
        merge_pages.duplicates,
        name="organization-duplicate-list",
    ),
    path(_PAIR, merge_pages.compare, name="organization-compare"),
    path(f"{_PAIR}apart/", merge_pages.dismiss, name="organization-dismiss"),
    path(
        "console/organizations/merges/<int:merge_id>/",
        merge_pages.merged,
        name="organization-merge",
    ),
    path(
        "console/organizations/merges/<int:merge_id>/undo/",
        merge_pages.undo,
        name="organization-merge-undo",
    ),
    path(
        "console/organizations/<int:organization_id>/",
        organization_pages.edit,
        name="organization-edit",
    ),
]

api_urlpatterns = [
    path("cities/", cities.CityListView.as_view(), name="api-city-list"),
    path("cities/<slug:city>/", cities.CityView.as_view(), name="api-city-detail"),
    path(
        "organizations/",
        organizations.OrganizationListView.as_view(),
        name="api-organization-list",
    ),
    path(
        "organizations/duplicates/",
        merges.OrganizationDuplicateListView.as_view(),
        name="api-organization-duplicate-list",
    ),
    path(
        "organizations/duplicates/apart/",
        merges.OrganizationApartView.as_view(),
        name="api-organization-duplicate-apart",
    ),
    path(
        "organizations/merges/",
        merges.OrganizationMergesView.as_view(),
        name="api-organization-merges",
    ),
    path(
        "organizations/merges/<int:merge_id>/",
        merges.OrganizationMergeView.as_view(),
        name="api-organization-merge",
    ),
    path(
        "organizations/merges/<int:merge_id>/undo/",
        merges.OrganizationMergeUndoView.as_view(),
        name="api-organization-merge-undo",
    ),
    path(
        "organizations/<int:organization_id>/",
        organizations.OrganizationView.as_view(),
        name="api-organization-detail",
    ),
    path("cohorts/<str:code>/legs/", legs.LegListView.as_view(), name="api-leg-list"),
    path("cohorts/<str:code>/legs/<int:leg_id>/", legs.LegView.as_view(), name="api-leg-detail"),
    path("cohorts/<str:code>/quotas/", quotas.QuotaListView.as_view(), name="api-quota-list"),
    path("cohorts/<str:code>/rules/", rules_api.RulesView.as_view(), name="api-rules"),
]
