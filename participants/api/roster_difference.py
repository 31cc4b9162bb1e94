"""`cohorts/{code}/roster/difference/`: what became of the roster between two instants."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, ProblemOut
from cohorts.permissions import may_edit_people, may_see_people
from participants.choices import Change
from participants.forms.numbers import whole_number
from participants.forms.roster_difference import difference_span
from participants.forms.saved_views import query_params
from participants.queries.roster_difference import FILE_FORMATS, Entry, roster_difference
from participants.views.roster_difference import difference_columns, difference_file

DEFAULT_LIMIT, MOST_ROWS = 100, 500


class DifferenceEntryOut(serializers.Serializer[Any]):
    """`before` and `after` are rows of the roster as texts, masked as everywhere; null where
    there was or is no row. `changed` names the columns that differ between two rows."""

    change = serializers.ChoiceField(choices=Change.choices)
    enrollment = serializers.IntegerField()
    seat = serializers.IntegerField()
    changed = serializers.ListField(child=serializers.CharField())
    before = serializers.DictField(child=serializers.CharField(), allow_null=True)
    after = serializers.DictField(child=serializers.CharField(), allow_null=True)


class DifferenceOut(serializers.Serializer[Any]):
    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    next = serializers.URLField(allow_null=True)
    results = DifferenceEntryOut(many=True)


PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.STR, description="A day (its beginning) or an instant."),
    OpenApiParameter("to", OpenApiTypes.STR, description="A day (its end) or an instant."),
    OpenApiParameter("columns", OpenApiTypes.STR, description="Columns, joined by commas."),
    OpenApiParameter("limit", OpenApiTypes.INT, description="Entries a page, at most 500."),
    OpenApiParameter("after", OpenApiTypes.INT, description="From `next`."),
    OpenApiParameter(
        "format", OpenApiTypes.STR, description="The whole as a file.", enum=FILE_FORMATS
    ),
]


class RosterDifferenceView(CohortView):
    may_read = staticmethod(may_see_people)
    may_write = staticmethod(may_edit_people)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001 - as DRF has it
        """`format` decides about files, so an Accept header for CSV is no reason to refuse."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="roster_difference",
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): DifferenceOut,
            (200, "text/csv"): OpenApiTypes.BINARY,
            (
                200,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ): OpenApiTypes.BINARY,
            400: ProblemOut,
            **READ_PROBLEMS,
            422: ProblemOut,
        },
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        params = query_params(request.query_params)
        if params.get("format", "json") != "json":
            return difference_file(self.cohort, self.standing, params, by=self.by)
        span = difference_span(self.cohort, params)
        limit = min(max(whole_number(params.get("limit", ""), DEFAULT_LIMIT), 1), MOST_ROWS)
        found = roster_difference(
            self.cohort,
            self.standing,
            difference_columns(self.standing, params),
            span,
            limit=limit + 1,
            after=whole_number(params.get("after", ""), 0),
        )
        more = len(found) > limit
        # Without days of its own the next page must ask for the same time.
        days = {"from": span.begin.isoformat(), "to": span.end.isoformat()}
        following = {**params, **days, "after": str(found[limit - 1].enrollment)} if more else {}
        return Response(
            {
                "begin": span.begin,
                "end": span.end,
                "next": _address(request, following) if more else None,
                "results": [_facts(entry) for entry in found[:limit]],
            }
        )


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "change": entry.change,
        "enrollment": entry.enrollment,
        "seat": entry.seat,
        "changed": entry.changed,
        "before": entry.before,
        "after": entry.after,
    }


def _address(request: Request, params: dict[str, str]) -> str:
    return request.build_absolute_uri(f"{request.path}?{urlencode(params)}")
