"""Routes of participants, one module a page family; each exports pages and API routes."""

from participants.urls import (
    certificates,
    duplicates,
    groups,
    logistics,
    nominations,
    people,
    privacy,
)

urlpatterns = [
    *people.urlpatterns,
    *duplicates.urlpatterns,
    *privacy.urlpatterns,
    *nominations.urlpatterns,
    *groups.urlpatterns,
    *logistics.urlpatterns,
    *certificates.urlpatterns,
]
api_urlpatterns = [
    *people.api_urlpatterns,
    *duplicates.api_urlpatterns,
    *nominations.api_urlpatterns,
    *groups.api_urlpatterns,
    *logistics.api_urlpatterns,
    *certificates.api_urlpatterns,
]
