"""What the participants' pages leave on a device: whose they are, and that nothing stays behind."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

Answer = Callable[[HttpRequest], HttpResponse]

OWN_PAGES = "/my/"
OWNER_HEADER = "X-Portal-Owner"
_MARK_DIGITS = 16


class KeptPagesMiddleware:
    """Own pages carry the mark of their reader, by which the service worker tells readers apart.
    The answer to a sign-out has the browser throw away all that it keeps of the portal."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(OWN_PAGES):
            if request.user.is_authenticated:
                response[OWNER_HEADER] = owner_mark(request.user.pk)
        elif request.method == "POST" and _is_sign_out(request):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _is_sign_out(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name == "account_logout"


@lru_cache(maxsize=1024)
def owner_mark(user_id: int) -> str:
    """Says nothing about the user but whether it is the same one."""
    return salted_hmac("g60portal.web.owner", str(user_id)).hexdigest()[:_MARK_DIGITS]
