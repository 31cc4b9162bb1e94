"""Too many attempts: whose they are counted as, and the answers, which tell no account apart."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# What the limits per minute of `ACCOUNT_RATE_LIMITS` ask a browser to wait.
_WAIT_SECONDS = 60


def account_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The address that failed attempts count for: the same for every spelling of its letters.

    It stands in the credentials at a sign-in and a confirmation, in the form before either.
    """
    given = credentials or {}
    form = request.POST if request else {}
    name = given.get("email") or given.get("username") or form.get("login") or ""
    return str(name).strip().lower()


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any
) -> HttpResponse:
    """429 with the minutes to wait; called by axes after the last allowed failure."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    response = render(request, "account/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429 for an address of the network that asks too often (handler of the URL map)."""
    response = render(request, "account/too_many_requests.html", status=429)
    response["Retry-After"] = str(_WAIT_SECONDS)
    return response
