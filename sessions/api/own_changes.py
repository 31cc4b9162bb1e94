"""`me/changes/`: the releases of the caller's cohort, and what each changed for the caller."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.problems import ProblemOut
from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from sessions.api.release_shapes import ChangeLineOut
from sessions.queries.itinerary import chosen_seat, seats_of
from sessions.queries.own_changes import own_log


class OwnReleaseOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    released_at = serializers.DateTimeField()
    first = serializers.BooleanField(help_text="Everything in it was new.")
    changes = ChangeLineOut(source="lines", many=True)


class OwnChangesOut(serializers.Serializer[Any]):
    cohort = serializers.CharField()
    results = OwnReleaseOut(many=True)
    older_than = serializers.IntegerField(
        allow_null=True, help_text="Give it as `before` for what lies further back."
    )


class _PageIn(serializers.Serializer[Any]):
    before = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)


class OwnChangesView(APIView):
    @extend_schema(
        operation_id="me_changes",
        parameters=[
            OpenApiParameter("cohort", str, description="Code; without it the nearest in time."),
            OpenApiParameter("before", int, description="Releases below this number."),
        ],
        responses={200: OwnChangesOut, 400: ProblemOut, 401: ProblemOut, 404: ProblemOut},
    )
    def get(self, request: Request) -> Response:
        """Newest first, released facts only; 404 for who takes part in no such cohort."""
        user = signed_in(request)
        seat = chosen_seat(seats_of(user.pk, clock.today()), request.query_params.get("cohort", ""))
        if seat is None:
            raise Http404
        page = _PageIn(data=request.query_params)
        page.is_valid(raise_exception=True)
        log = own_log(seat, before=page.validated_data.get("before"))
        facts = {"cohort": seat.code, "results": log.entries, "older_than": log.older_than}
        return Response(OwnChangesOut(facts).data)
