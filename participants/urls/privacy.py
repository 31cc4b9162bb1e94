"""One's own data, and what organizers see of consents, requests and retention."""

from django.urls import path

from participants.views import my_privacy, privacy

_HERE = "console/cohorts/<str:code>/people/privacy/"

urlpatterns = [
    path(_HERE, privacy.requests, name="privacy-requests"),
    path(f"{_HERE}consents/", privacy.consents, name="privacy-consents"),
    path(f"{_HERE}retention/", privacy.retention, name="privacy-retention"),
    path(f"{_HERE}<int:request_id>/", privacy.request_detail, name="privacy-request"),
    path(f"{_HERE}<int:request_id>/hold/", privacy.hold, name="privacy-hold"),
    path("my/privacy/", my_privacy.privacy, name="my-privacy"),
    path("my/privacy/consent/", my_privacy.consent, name="my-privacy-consent"),
    path("my/privacy/request/", my_privacy.make, name="my-privacy-request"),
    path("my/privacy/copies/<int:copy_id>/", my_privacy.copy, name="my-privacy-copy"),
]
