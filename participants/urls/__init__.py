"""Routes of participants, one module a page family; each exports pages and API routes."""

from participants.urls import certificates, groups, nominations, people, privacy

urlpatterns = [
    *people.urlpatterns,
    *privacy.urlpatterns,
    *nominations.urlpatterns,
    *groups.urlpatterns,
    *certificates.urlpatterns,
]
api_urlpatterns = [
    *people.api_urlpatterns,
    *nominations.api_urlpatterns,
    *groups.api_urlpatterns,
    *certificates.api_urlpatterns,
]
