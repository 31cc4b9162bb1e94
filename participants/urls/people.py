"""People, roster, imports: pages and API routes."""

from django.urls import path

from participants.api import imports as imports_api
from participants.api import roster
from participants.api import roster_difference as difference_api
from participants.api import saved_views as views_api
from participants.api import scheduled_exports as schedules_api
from participants.views import (
    exports,
    import_preview,
    imports,
    people,
    roster_difference,
    saved_views,
    scheduled_exports,
)

_HERE = "console/cohorts/<str:code>/people/"
_FILES = f"{_HERE}regular-files/"
_IMPORT = f"{_HERE}import/<int:import_id>/"
_API_FILES = "cohorts/<str:code>/roster/regular-files/"
_API_IMPORT = "cohorts/<str:code>/roster/import/"

urlpatterns = [
    path(_HERE, people.people, name="people-list"),
    path(f"{_HERE}add/", people.add, name="person-add"),
    path(f"{_HERE}export/", exports.export, name="people-export"),
    path(f"{_HERE}difference/", roster_difference.difference, name="roster-difference"),
    path(f"{_HERE}views/", saved_views.views, name="saved-view-list"),
    path(f"{_HERE}views/<int:view_id>/", saved_views.edit, name="saved-view-edit"),
    path(f"{_HERE}views/<int:view_id>/remove/", saved_views.remove, name="saved-view-remove"),
    path(f"{_HERE}views/<int:view_id>/default/", saved_views.default, name="saved-view-default"),
    path(_FILES, scheduled_exports.schedules, name="scheduled-export-list"),
    path(
        f"{_FILES}<int:schedule_id>/pause/",
        scheduled_exports.pause,
        name="scheduled-export-pause",
    ),
    path(
        f"{_FILES}<int:schedule_id>/resume/",
        scheduled_exports.resume,
        name="scheduled-export-resume",
    ),
    path(
        f"{_FILES}<int:schedule_id>/remove/",
        scheduled_exports.remove,
        name="scheduled-export-remove",
    ),
    path(f"{_FILES}<int:schedule_id>/send/", scheduled_exports.send, name="scheduled-export-send"),
    path(
        f"{_FILES}files/<int:file_id>/",
        scheduled_exports.export_file,
        name="scheduled-export-file",
    ),
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
    path(
        "cohorts/<str:code>/roster/difference/",
        difference_api.RosterDifferenceView.as_view(),
        name="api-roster-difference",
    ),
    path(
        "cohorts/<str:code>/roster/views/",
        views_api.SavedViewListView.as_view(),
        name="api-saved-view-list",
    ),
    path(
        "cohorts/<str:code>/roster/views/<int:view_id>/",
        views_api.SavedViewDetailView.as_view(),
        name="api-saved-view-detail",
    ),
    path(
        _API_FILES,
        schedules_api.ScheduleListView.as_view(),
        name="api-scheduled-export-list",
    ),
    path(
        f"{_API_FILES}<int:schedule_id>/",
        schedules_api.ScheduleView.as_view(),
        name="api-scheduled-export-detail",
    ),
    path(
        f"{_API_FILES}<int:schedule_id>/send/",
        schedules_api.SendView.as_view(),
        name="api-scheduled-export-send",
    ),
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
