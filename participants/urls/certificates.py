"""Certificates and their verification: pages and API routes."""

from django.urls import URLPattern, path

from participants.views import certificates, verification

urlpatterns: list[URLPattern] = [
    path("my/certificate/", certificates.mine, name="my-certificate"),
    path(
        "my/certificate/<str:verify_code>/document/",
        certificates.my_document,
        name="my-certificate-document",
    ),
    path("verify/", verification.entrance, name="certificate-verify-form"),
    path("verify/<str:code>/", verification.verdict, name="certificate-verify"),
]
api_urlpatterns: list[URLPattern] = []
