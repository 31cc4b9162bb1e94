"""What holds for every page of a signed-in user: not kept by caches, second factor if required,
rows only as far as Postgres lets this user see them."""

from collections.abc import Callable, Iterator

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.functional import LazyObject

from g60portal.accounts.models import User
from g60portal.common.row_walls import NOBODY, UnderScope, looking, scope, user_scope

Answer = Callable[[HttpRequest], HttpResponse]

# Where an administrator without second factor may still go: to set one up, or to leave.
_OPEN_PATHS = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")


class PersonalPagesMiddleware:
    """Pages of a signed-in user are `private, no-store` unless the view said otherwise."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class SecondFactorMiddleware:
    """With ADMIN_SECOND_FACTOR, an administrator sets up a second factor before anything else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_set_up(request):
            if request.path.startswith("/api/"):
                raise PermissionDenied
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        if not settings.ADMIN_SECOND_FACTOR or request.path.startswith(_OPEN_PATHS):
            return False
        user = request.user
        manages = user.is_authenticated and (user.is_superuser or user.is_staff)
        return bool(manages and not is_mfa_enabled(user))


class SecondWallMiddleware:
    """Postgres answers every statement of a request for its user (decision 0014), `nobody` until
    that is known: by session, token or signing in. A streamed answer keeps it to its last chunk.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with looking(lambda: _scope_of(request)):
            response: HttpResponseBase = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                _keep_scope(response)
        return response


def _keep_scope(response: StreamingHttpResponse) -> None:
    """A file that stands on disk asks Postgres nothing."""
    chunks = response.streaming_content
    if isinstance(chunks, Iterator) and not isinstance(response, FileResponse):
        response.streaming_content = UnderScope(chunks, scope())


def _scope_of(request: HttpRequest) -> str:
    """Never asks for the user itself: reading it is a statement of this very request."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject):
        user = user.__dict__.get("_wrapped")
    return user_scope(user.pk) if isinstance(user, User) and user.pk else NOBODY
