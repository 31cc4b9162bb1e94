"""Persons entered twice: pages and API routes."""

from django.urls import path

from participants.api import duplicates as duplicates_api
from participants.views import duplicates

_PAIR = "console/duplicates/<int:one>/<int:other>/"

urlpatterns = [
    path("console/duplicates/", duplicates.duplicates, name="duplicate-list"),
    path(_PAIR, duplicates.compare, name="duplicate-compare"),
    path(f"{_PAIR}apart/", duplicates.dismiss, name="duplicate-dismiss"),
    path("console/merges/<int:merge_id>/", duplicates.merged, name="person-merge"),
    path("console/merges/<int:merge_id>/undo/", duplicates.undo, name="person-merge-undo"),
]
api_urlpatterns = [
    path("duplicates/", duplicates_api.DuplicateListView.as_view(), name="api-duplicate-list"),
    path("duplicates/apart/", duplicates_api.ApartView.as_view(), name="api-duplicate-apart"),
    path("merges/", duplicates_api.MergesView.as_view(), name="api-merges"),
    path("merges/<int:merge_id>/", duplicates_api.MergeView.as_view(), name="api-merge"),
    path(
        "merges/<int:merge_id>/undo/",
        duplicates_api.MergeUndoView.as_view(),
        name="api-merge-undo",
    ),
]
