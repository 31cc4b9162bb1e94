"""Errors of the API as RFC 9457 problem documents: the refusals of views, and every other answer
below `/api/` that would have been a page for people (unknown address, broken request, crash)."""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.views import set_rollback

from g60portal.common.refusals import Refusal

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"

# Answers made outside of the API's own views: (code, text).
_OUTSIDE = {
    HTTPStatus.BAD_REQUEST: ("malformed", gettext_lazy("The request cannot be read.")),
    HTTPStatus.FORBIDDEN: ("permission_denied", gettext_lazy("This is not allowed.")),
    HTTPStatus.NOT_FOUND: ("not_found", gettext_lazy("Nothing is found at this address.")),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        gettext_lazy("This method is not offered here."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too_large", gettext_lazy("The request is too large.")),
}


def problem_body(
    status: int, code: str, detail: str, *, errors: Any = None, **facts: Any
) -> dict[str, Any]:
    """`type`, `title`, `status`, `detail`, `code`, `errors`, and facts for programs."""
    return {
        "type": f"urn:g60:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or {},
        **facts,
    }


def problem(status: int, code: str, detail: str, **facts: Any) -> Response:
    """A problem document as answer of a view."""
    response = Response(problem_body(status, code, detail, **facts), status=status)
    response.content_type = MEDIA_TYPE
    return response


def problem_answer(status: int, code: str, detail: str) -> HttpResponse:
    """A problem document as answer of a middleware."""
    body = problem_body(status, code, detail)
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )


class ProblemMiddleware:
    """Stands outside of Django's own error pages and redirects, and speaks JSON below `/api/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_lost_slash(request):
            return problem_answer(404, "not_found", _("The addresses of the API end with a slash."))
        response = self.get_response(request)
        if not request.path.startswith(API_PREFIX):
            return response
        if response.status_code >= HTTPStatus.BAD_REQUEST and _is_page(response):
            return _instead_of(response)
        return response


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: refusals and DRF's own errors; anything else stays an error."""
    set_rollback()
    if isinstance(exc, Refusal):
        errors = {name: [str(text)] for name, text in exc.fields.items()}
        return problem(exc.status, exc.code, str(exc.message), errors=errors, **exc.facts)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    return _from_api_exception(exc)


def _from_api_exception(exc: exceptions.APIException) -> Response:
    if isinstance(exc, exceptions.ValidationError):
        return problem(400, "malformed", str(exc.default_detail), errors=_errors(exc.detail))
    if isinstance(exc, exceptions.ParseError):
        return problem(400, "malformed", str(exc.detail))
    response = problem(exc.status_code, _code(exc), str(exc.detail))
    wait = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    header = getattr(exc, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    return response


def _errors(detail: Any) -> dict[str, list[str]]:
    """Texts by field, inner fields as `field.inner` and rows as `field.0`."""
    found: dict[str, list[str]] = {}
    _collect(detail, "", found)
    return found


def _collect(detail: Any, place: str, found: dict[str, list[str]]) -> None:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            _collect(inner, ".".join(filter(None, (place, step))), found)
    elif isinstance(detail, list | tuple):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            _collect(inner, f"{place}.{position}".lstrip(".") if nested else place, found)
    else:
        found.setdefault(place, []).append(str(detail))


def _code(exc: exceptions.APIException) -> str:
    codes = exc.get_codes()
    return codes if isinstance(codes, str) else exc.default_code


def _has_lost_slash(request: HttpRequest) -> bool:
    """A redirect would turn a write into a read (and raises in development), so a write without its
    slash is told instead. Files have none."""
    if request.method in SAFE_METHODS or not request.path.startswith(API_PREFIX):
        return False
    return not request.path.endswith(("/", ".pdf"))


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "text/html").startswith("text/html")


def _instead_of(response: HttpResponse) -> HttpResponse:
    code, detail = _OUTSIDE.get(
        HTTPStatus(response.status_code),
        ("server_error", _("Something went wrong here. Nothing was changed; try again later.")),
    )
    answer = problem_answer(response.status_code, code, str(detail))
    if allowed := response.headers.get("Allow"):
        answer["Allow"] = allowed
    return answer
