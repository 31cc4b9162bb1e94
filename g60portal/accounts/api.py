"""Own API tokens: create, list, revoke. A token is shown once; only its hash is kept."""

import datetime as dt
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, inline_serializer
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from g60portal.common import clock

# A token is named by the beginning of its hash: enough to tell it apart, useless to sign in.
_NAME_LENGTH = 16
LONGEST_DAYS = 3650


class TokenIn(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, required=False)


class TokenOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class NewTokenOut(TokenOut):
    token = serializers.CharField()


class TokenPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = TokenOut(many=True)


TokenProblem = inline_serializer(
    name="TokenProblem",
    fields={
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(),
        "code": serializers.CharField(),
        "errors": serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
    },
)


class TokenListView(APIView):
    @extend_schema(operation_id="tokens_list", responses={200: TokenPage, 401: TokenProblem})
    def get(self, request: Request) -> Response:
        """Own tokens, newest first, without the secrets themselves."""
        tokens = AuthToken.objects.filter(user=request.user).order_by("-created")
        results = [_facts(token) for token in tokens]
        return Response({"next": None, "previous": None, "results": results})

    @extend_schema(
        operation_id="tokens_create",
        request=TokenIn,
        responses={201: NewTokenOut, 400: TokenProblem, 401: TokenProblem},
    )
    def post(self, request: Request) -> Response:
        """A new token. It is shown this once; without `days` it does not expire."""
        form = TokenIn(data=request.data)
        form.is_valid(raise_exception=True)
        days = form.validated_data.get("days")
        expiry = dt.timedelta(days=days) if days else None
        row, token = AuthToken.objects.create(request.user, expiry=expiry)
        return Response({**_facts(row), "token": token}, status=201)


class TokenView(APIView):
    @extend_schema(
        operation_id="tokens_revoke",
        request=None,
        responses={204: None, 401: TokenProblem, 404: TokenProblem},
    )
    def delete(self, request: Request, token_id: str) -> Response:
        """The token opens nothing from now on."""
        if len(token_id) != _NAME_LENGTH:
            raise Http404
        own = AuthToken.objects.filter(user=request.user, digest__startswith=token_id)
        if not own.delete()[0]:
            raise Http404
        return Response(status=204)


def _facts(token: AuthToken) -> dict[str, Any]:
    return {
        "id": token.digest[:_NAME_LENGTH],
        "created_at": clock.local(token.created).isoformat(),
        "expires_at": clock.local(token.expiry).isoformat() if token.expiry else None,
    }
