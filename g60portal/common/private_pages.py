"""Pages behind a private address: what every answer carries, a form check that bears the missing
referrer, and counting, so that nobody tries thousands of addresses.

Which address leads where, and what may be done there, is the page's own matter.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]

MINUTE = 60


class _UnreferredCsrf(CsrfViewMiddleware):
    """Browsers send `Origin: null` with the forms of a page whose policy is `no-referrer`; the
    token of the form and its cookie are demanded all the same."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META["HTTP_ORIGIN"] == "null":
            return True
        return bool(super()._origin_verified(request))  # type: ignore[misc] # Django's own, untyped


def private_page(view: View) -> View:
    """The address of the page stays with its reader: not sent on, not stored, not found by search
    engines. Put it below the decorator that names the methods."""
    checked = decorator_from_middleware(_UnreferredCsrf)(view)

    @csrf_exempt  # checked by `_UnreferredCsrf` instead
    @wraps(view)
    def sealed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = checked(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
        return response

    return sealed


def counted_by_address(request: HttpRequest, what: str) -> int:
    """How often this address of the network has done that in about a minute, this time included."""
    return counted(f"{what}:{get_client_ip_address(request)}")


def counted(key: str) -> int:
    """Counts one more within about a minute. Without a cache nobody is held up."""
    name = f"private-page:{key}"
    cache.add(name, 0, timeout=MINUTE)
    count = int(cache.get(name, 0)) + 1
    cache.set(name, count, timeout=MINUTE)
    return count
