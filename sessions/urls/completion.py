"""Attendance, completion and issuing of certificates: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api.attendance import AttendanceListView
from sessions.api.certificates import (
    CertificateFileView,
    CertificateListView,
    CertificateRevokeView,
)
from sessions.views import attendance, completion, duty_contacts

_CHECKIN = "console/cohorts/<str:code>/checkin/"
_CERTIFICATES = "console/cohorts/<str:code>/certificates/"

urlpatterns: list[URLPattern] = [
    path(_CHECKIN, attendance.board, name="attendance-board"),
    path(f"{_CHECKIN}<int:pk>/", attendance.roll_call, name="attendance-roll"),
    path(f"{_CHECKIN}contacts/", duty_contacts.contacts, name="duty-contacts"),
    path(
        f"{_CHECKIN}contacts/<int:contact_id>/remove/",
        duty_contacts.remove,
        name="duty-contact-remove",
    ),
    path(f"{_CHECKIN}<int:pk>/code/", attendance.check_in, name="attendance-code"),
    path(_CERTIFICATES, completion.certificates, name="certificate-list"),
    path(f"{_CERTIFICATES}run/", completion.run, name="completion-run"),
    path(f"{_CERTIFICATES}issue/", completion.issue, name="certificate-issue"),
    path(f"{_CERTIFICATES}<int:serial>/revoke/", completion.revoke, name="certificate-revoke"),
    path(
        f"{_CERTIFICATES}<int:serial>/document/",
        completion.document,
        name="certificate-document",
    ),
]

_API_CERTIFICATES = "cohorts/<str:code>/certificates/"

api_urlpatterns: list[URLPattern] = [
    path("cohorts/<str:code>/attendance/", AttendanceListView.as_view(), name="api-attendance"),
    path(_API_CERTIFICATES, CertificateListView.as_view(), name="api-certificates"),
    path(
        f"{_API_CERTIFICATES}<str:number>/revoke/",
        CertificateRevokeView.as_view(),
        name="api-certificate-revoke",
    ),
    path(
        f"{_API_CERTIFICATES}<str:number>/file/",
        CertificateFileView.as_view(),
        name="api-certificate-file",
    ),
]
