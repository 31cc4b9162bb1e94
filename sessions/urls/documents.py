"""Printed documents of a cohort: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api.documents import DocumentFileView, DocumentListView
from sessions.views import documents

_HERE = "console/cohorts/<str:code>/documents/"
_API = "cohorts/<str:code>/documents/"

urlpatterns: list[URLPattern] = [
    path(_HERE, documents.document_list, name="document-list"),
    path(f"{_HERE}<slug:name>.pdf", documents.document_file, name="document-file"),
    path(f"{_HERE}bundles/", documents.bundle_new, name="document-bundle-new"),
    path(f"{_HERE}bundles/<int:bundle_id>/", documents.bundle, name="document-bundle"),
    path(
        f"{_HERE}bundles/<int:bundle_id>/file/", documents.bundle_file, name="document-bundle-file"
    ),
]
api_urlpatterns: list[URLPattern] = [
    path(_API, DocumentListView.as_view(), name="api-document-list"),
    path(f"{_API}<slug:name>.pdf", DocumentFileView.as_view(), name="api-document-file"),
]
