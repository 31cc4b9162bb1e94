"""`Idempotency-Key` on unsafe calls: the first answer is kept and given again.

The key, the work and the kept answer share one transaction. A second call with the same key waits
on the unique index until the first has ended; a process killed in between leaves nothing behind.
Only successful answers are kept: what was refused may be tried again.
"""

import hashlib
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from g60portal.api.models import IdempotentCall
from g60portal.api.problems import API_PREFIX, problem_answer

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
_SUCCESS = range(200, 300)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class IdempotencyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(KEY_HEADER, "")
        if not key or request.method not in _UNSAFE or not request.path.startswith(API_PREFIX):
            return self.get_response(request)
        if len(key) > LONGEST_KEY:
            return problem_answer(
                400, "malformed", _("The Idempotency-Key is longer than 200 characters.")
            )
        user_id = _user_id(request)
        if user_id is None:
            return self.get_response(request)
        return self._once(request, user_id, key)

    def _once(self, request: HttpRequest, user_id: int, key: str) -> HttpResponse:
        fingerprint = hashlib.sha256(
            b"\n".join(
                [str(request.method).encode(), request.get_full_path().encode(), request.body]
            )
        ).hexdigest()
        with transaction.atomic():
            kept = _claim(user_id, key, fingerprint)
            if kept is not None:
                return _replay(kept, fingerprint)
            response = self.get_response(request)
            if response.status_code in _SUCCESS:
                _keep(response, IdempotentCall.objects.filter(user_id=user_id, key=key))
            else:
                transaction.set_rollback(True)
        return response


def _claim(user_id: int, key: str, fingerprint: str) -> IdempotentCall | None:
    """None when the key is ours now, else the call that had it first."""
    fresh = IdempotentCall(user_id=user_id, key=key, fingerprint=fingerprint)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {IdempotentCall._meta.db_table}"  # noqa: S608, SLF001 - our own table name
            " (user_id, key, fingerprint, status, content_type, body, created_at)"
            " VALUES (%s, %s, %s, 0, '', '', %s) ON CONFLICT (user_id, key) DO NOTHING",
            [user_id, key, fingerprint, fresh.created_at],
        )
        if cursor.rowcount:
            return None
    return IdempotentCall.objects.get(user_id=user_id, key=key)


def _keep(response: HttpResponse, claim: QuerySet[IdempotentCall]) -> None:
    """A streamed answer cannot be given twice: its work stays, its key is free again."""
    if response.streaming:
        claim.delete()
        return
    claim.update(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=response.content,
    )


def _replay(kept: IdempotentCall, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        return problem_answer(
            422, "idempotency_key_reused", _("This Idempotency-Key was used for a different call.")
        )
    response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def _user_id(request: HttpRequest) -> int | None:
    """Who calls, by the API's own authentication; its refusals are left to the view."""
    wrapped = Request(request, authenticators=[kind() for kind in APIView.authentication_classes])
    try:
        user = wrapped.user
    except APIException:
        return None
    return user.pk if user.is_authenticated else None
