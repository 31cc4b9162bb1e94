"""Accepted clashes, the clash page, advice: pages and API routes."""

from django.urls import path

from sessions.api import advice
from sessions.api import clashes as api
from sessions.views import clashes

_PAGE = "console/cohorts/<str:code>/timetable/clashes/"
_API = "cohorts/<str:code>/clashes/"

urlpatterns = [
    path(_PAGE, clashes.clashes, name="clash-list"),
    path(f"{_PAGE}accept/", clashes.accept, name="clash-accept"),
    path(f"{_PAGE}reopen/", clashes.reopen, name="clash-reopen"),
]

api_urlpatterns = [
    path(_API, api.ClashListView.as_view(), name="api-clash-list"),
    path(f"{_API}accept/", api.ClashAcceptView.as_view(), name="api-clash-accept"),
    path(f"{_API}accept/<str:key>/", api.ClashReopenView.as_view(), name="api-clash-reopen"),
    path("cohorts/<str:code>/advice/", advice.AdviceView.as_view(), name="api-advice"),
]
