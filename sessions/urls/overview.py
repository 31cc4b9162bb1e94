"""The overview of a cohort and its moves between states: pages, and the cohort in the API."""

from django.urls import path

from sessions.api.cohorts import CohortDetailView, CohortListView
from sessions.views import overview

urlpatterns = [
    path("console/cohorts/<str:code>/", overview.overview, name="cohort-overview"),
    path("console/cohorts/<str:code>/move/", overview.move, name="cohort-move"),
]

api_urlpatterns = [
    path("cohorts/", CohortListView.as_view(), name="api-cohort-list"),
    path("cohorts/<str:code>/", CohortDetailView.as_view(), name="api-cohort-detail"),
]
