"""Repairs of clashes, delays on the day, undo by page: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api import repairs as api
from sessions.views import repairs

_TIMETABLE = "console/cohorts/<str:code>/timetable/"

urlpatterns: list[URLPattern] = [
    path(f"{_TIMETABLE}clashes/<slug:key>/", repairs.repairs, name="repair-list"),
    path(f"{_TIMETABLE}undo/", repairs.undo, name="session-undo"),
    path("console/sessions/<int:session_id>/delay/", repairs.delay, name="session-delay"),
]

api_urlpatterns: list[URLPattern] = [
    path("cohorts/<str:code>/repairs/", api.RepairListView.as_view(), name="api-repair-list"),
    path("sessions/<int:session_id>/delay/", api.DelayView.as_view(), name="api-session-delay"),
]
