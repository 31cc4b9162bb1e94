"""The REST API v1: each app brings its own routes; schema and docs stand here."""

from django.urls import path

import cohorts.urls
import g60portal.accounts.urls
import participants.urls
import sessions.urls
from g60portal.api.docs import readable
from g60portal.api.me import MeView
from g60portal.api.schema import SchemaView

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", readable, name="api-docs"),
    path("me/", MeView.as_view(), name="api-me"),
    *g60portal.accounts.urls.api_urlpatterns,
    *cohorts.urls.api_urlpatterns,
    *participants.urls.api_urlpatterns,
    *sessions.urls.api_urlpatterns,
]
