"""The timetable board and its sessions: pages and API routes."""

from django.urls import path

from sessions.api import training_sessions
from sessions.views import board, timetable

urlpatterns = [
    path("console/cohorts/<str:code>/timetable/", board.board, name="timetable-board"),
    path(
        "console/cohorts/<str:code>/timetable/standing/",
        board.standing,
        name="timetable-standing",
    ),
    path("console/cohorts/<str:code>/timetable/new/", timetable.new, name="session-new"),
    path("console/sessions/<int:session_id>/", timetable.edit, name="session-edit"),
    path("console/sessions/<int:session_id>/cancel/", timetable.cancel, name="session-cancel"),
    path("console/sessions/<int:session_id>/restore/", timetable.restore, name="session-restore"),
    path("console/sessions/<int:session_id>/delete/", timetable.delete, name="session-delete"),
]

api_urlpatterns = [
    path(
        "cohorts/<str:code>/sessions/",
        training_sessions.SessionListView.as_view(),
        name="api-session-list",
    ),
    path(
        "sessions/<int:session_id>/",
        training_sessions.SessionView.as_view(),
        name="api-session-detail",
    ),
]
