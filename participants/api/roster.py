"""`cohorts/{code}/roster/`: pages of JSON, or the whole as a file."""

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
from g60portal.common.headers import header_text
from participants.actions.exports import note_export
from participants.choices import EnrollmentState
from participants.forms.numbers import whole_number
from participants.forms.roster import column_names, opens_numbers, roster_columns, roster_wish
from participants.forms.saved_views import query_params, viewed_params
from participants.queries.roster import ORDERINGS, roster_page
from participants.queries.roster_stream import FORMATS
from participants.views.exports import roster_file

REASON_HEADER = "X-Reason"
DEFAULT_LIMIT, MOST_ROWS = 50, 500


class RosterRowOut(serializers.Serializer[Any]):
    """Personal columns stand here only for roles that may see them, masked unless allowed."""

    seat = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    name_latin = serializers.CharField(required=False)
    gender = serializers.CharField(required=False)
    city = serializers.CharField(required=False)
    organization = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    group = serializers.CharField(required=False)
    state = serializers.ChoiceField(choices=EnrollmentState.choices, required=False)
    phone = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    identity = serializers.CharField(required=False)
    enrollment = serializers.IntegerField(required=False)
    language = serializers.CharField(required=False)


class RosterPageOut(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RosterRowOut(many=True)


def _parameter(name: str, text: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=text, **more)


FILTERS = [
    _parameter("ordering", "The order of the rows.", enum=ORDERINGS),
    _parameter("city", "Code of a city."),
    _parameter("state", "State of the enrollment.", enum=EnrollmentState.values),
    _parameter("group", "Id or name of a group, or `none`."),
    _parameter("q", "Characters of the name or employer, pinyin, initials, or the phone's end."),
    _parameter("columns", "Columns by name, joined by commas."),
    _parameter("view", "Id of a saved view; what the address says besides goes before it."),
]
EXPORT = [
    _parameter("format", "The whole roster as a file.", enum=FORMATS),
    _parameter("header", "`keys` for column names and codes instead of words.", enum=["keys"]),
]
REVEAL = [
    _parameter(
        "reveal",
        "Identity numbers in clear, in pages and files; needs X-Reason, and is written down.",
        enum=["1"],
    ),
    _parameter(
        REASON_HEADER,
        "Why numbers are opened: UTF-8, or percent-encoded.",
        location=OpenApiParameter.HEADER,
    ),
]
PAGING = [
    OpenApiParameter("limit", OpenApiTypes.INT, description="Rows a page, at most 500."),
    _parameter("cursor", "From `next` or `previous`."),
]


class RosterView(CohortView):
    may_read = staticmethod(may_see_people)
    may_write = staticmethod(may_edit_people)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001 - as DRF has it
        """`format` decides about files, so an Accept header for CSV is no reason to refuse."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="roster_list",
        parameters=[*FILTERS, *PAGING, *EXPORT, *REVEAL],
        responses={
            (200, "application/json"): RosterPageOut,
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/x-ndjson"): OpenApiTypes.BINARY,
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
            return roster_file(
                self.cohort,
                self.standing,
                params,
                by=self.by,
                reveal=params.get("reveal") == "1",
                reason=header_text(request.headers, REASON_HEADER),
            )
        return self._page(request, params)

    def _page(self, request: Request, params: dict[str, str]) -> Response:
        asked = viewed_params(self.cohort, self.standing, self.by, params)
        columns, wish = roster_columns(self.standing, asked), roster_wish(self.cohort, asked)
        names = column_names(columns)
        reveal = opens_numbers(self.standing, names, asked=params.get("reveal") == "1")
        if reveal:
            note_export(
                cohort=self.cohort,
                format="json",
                columns=names,
                by=self.by,
                reveal=True,
                reason=header_text(request.headers, REASON_HEADER),
            )
        page = roster_page(
            self.cohort,
            self.standing,
            columns,
            wish,
            limit=_limit(params.get("limit", "")),
            cursor=params.get("cursor", ""),
            reveal=reveal,
        )
        return Response(
            {
                "next": _address(request, params, page.next),
                "previous": _address(request, params, page.previous),
                "results": [dict(zip(names, row, strict=True)) for row in page.rows],
            }
        )


def _limit(raw: str) -> int:
    return min(max(whole_number(raw, DEFAULT_LIMIT), 1), MOST_ROWS)


def _address(request: Request, params: dict[str, str], cursor: str) -> str | None:
    if not cursor:
        return None
    return request.build_absolute_uri(f"{request.path}?{urlencode({**params, 'cursor': cursor})}")
