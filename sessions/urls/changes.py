"""The change log: undo, batches, copies, waves, live changes, presence: routes."""

from django.urls import URLPattern, path

from sessions.api import changes

_SESSIONS = "cohorts/<str:code>/sessions/"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = [
    path(f"{_SESSIONS}changes/", changes.ChangesView.as_view(), name="api-session-changes"),
    path(f"{_SESSIONS}presence/", changes.PresenceView.as_view(), name="api-session-presence"),
    path(f"{_SESSIONS}undo/", changes.UndoView.as_view(), name="api-session-undo"),
    path(f"{_SESSIONS}redo/", changes.RedoView.as_view(), name="api-session-redo"),
    path(f"{_SESSIONS}batch/", changes.BatchView.as_view(), name="api-session-batch"),
    path("sessions/<int:session_id>/copy/", changes.CopyView.as_view(), name="api-session-copy"),
    path("sessions/<int:session_id>/waves/", changes.WavesView.as_view(), name="api-session-waves"),
]
