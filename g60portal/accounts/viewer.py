"""Who is asking, with its type: views and API pass this user to actions as `by`."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from g60portal.accounts.models import User


def signed_in(request: HttpRequest | Request) -> User:
    """The user of a view that demands a sign-in; PermissionDenied for anonymous."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user
