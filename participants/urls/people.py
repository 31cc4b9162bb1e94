"""People, roster, imports: pages and API routes."""

from django.urls import path

from participants.api import imports as imports_api
from participants.api import roster
from participants.views import exports, import_preview, imports, people

_HERE = "console/cohorts/<str:code>/people/"
_IMPORT = f"{_HERE}import/<int:import_id>/"
_API_IMPORT = "cohorts/<str:code>/roster/import/"

urlpatterns = [
    path(_HERE, people.people, name="people-list"),
    path(f"{_HERE}add/", people.add, name="person-add"),
    path(f"{_HERE}export/", exports.export, name="people-export"),
    path(f"{_HERE}import/", imports.upload, name="roster-import"),
    path(f"{_HERE}import/template/", imports.template, name="roster-template"),
    path(_IMPORT, import_preview.preview, name="roster-preview"),
    path(f"{_IMPORT}columns/", imports.columns, name="roster-columns"),
    path(f"{_IMPORT}progress/", import_preview.progress, name="roster-progress"),
    path(f"{_IMPORT}renew/", import_preview.renew, name="roster-renew"),
    path(f"{_IMPORT}marks/", import_preview.marks, name="roster-marks"),
    path(f"{_IMPORT}result/", import_preview.result, name="roster-result"),
    path(f"{_IMPORT}undo/", import_preview.undo, name="roster-undo"),
    path(f"{_HERE}<int:seat>/", people.person, name="person-detail"),
    path(f"{_HERE}<int:seat>/edit/", people.edit, name="person-edit"),
    path(f"{_HERE}<int:seat>/reveal/", people.reveal, name="person-reveal"),
    path(f"{_HERE}<int:seat>/withdraw/", people.withdraw, name="person-withdraw"),
]
api_urlpatterns = [
    path("cohorts/<str:code>/roster/", roster.RosterView.as_view(), name="api-roster"),
    path(_API_IMPORT, imports_api.RosterImportView.as_view(), name="api-roster-import"),
    path(
        f"{_API_IMPORT}<int:import_id>/",
        imports_api.ImportStateView.as_view(),
        name="api-roster-import-state",
    ),
    path(
        f"{_API_IMPORT}<int:import_id>/apply/",
        imports_api.ImportApplyView.as_view(),
        name="api-roster-import-apply",
    ),
    path(
        f"{_API_IMPORT}<int:import_id>/undo/",
        imports_api.ImportUndoView.as_view(),
        name="api-roster-import-undo",
    ),
]
