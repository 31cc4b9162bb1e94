"""The portal's URL map with pages that fail in each way. For `test_errors` alone."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from g60portal import urls

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def malformed(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a detail that nobody outside may read")


urlpatterns = [
    path("fails/400/", malformed),
    path("fails/403/", forbidden),
    path("fails/500/", broken),
    *urls.urlpatterns,
]
