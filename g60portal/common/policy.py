"""The content policy of every response: built once a process from `CONTENT_SECURITY_POLICY`.

No page has a nonce. A policy of their own have only downloads, which set the header themselves,
and pages that frame a document of ours (`framing_policy`), which is shut in by `FRAMED_POLICY`.
"""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

# Nothing runs, loads, or is sent from a document that is only looked at; its own styles may stand.
FRAMED_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


@cache
def framing_policy() -> str:
    return f"{content_policy().rstrip('; ')}; frame-src 'self'"


@cache
def content_policy() -> str:
    return str(build_policy())


class ContentPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, content_policy())
        return response
