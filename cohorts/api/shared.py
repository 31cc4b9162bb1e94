"""The way into API routes of rows that all cohorts share, and answers page by page."""

from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.queries.standing import may_keep_shared_rows, may_see_shared_rows
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.paging import KeysetPages
from g60portal.common.refusals import NotAllowed


class SharedRowsView(APIView):
    """Read by whoever has a role anywhere, written by organizers."""

    @property
    def by(self) -> User:
        """Who acts: the user as actions take it."""
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        allowed = may_see_shared_rows if request.method in SAFE_METHODS else may_keep_shared_rows
        if not allowed(request.user):
            raise NotAllowed


def paged(
    view: APIView,
    rows: QuerySet[Any],
    out: type[serializers.BaseSerializer[Any]],
    *ordering: str,
) -> Response:
    """One keyset page of the rows; `ordering` ends in a unique field."""
    pages = KeysetPages()
    pages.ordering = ordering
    found: list[Model] | None = pages.paginate_queryset(rows, view.request, view=view)
    return pages.get_paginated_response(out(found or [], many=True).data)


@cache
def page_of(out: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The shape of a page of such rows, for the API description."""
    return inline_serializer(
        name=f"{out.__name__.removesuffix('Out')}Page",
        fields={
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": out(many=True),
        },
    )
