"""API of notices: the list with states, and one more try."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.permissions import may_retry_notices, may_see_notices
from g60portal.notices.actions import retry_notice
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from sessions.api.releases import PAGE_PARAMETERS
from sessions.queries.notices import notices_of


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """`recipient` is the person's name; the address is not told here."""

    message_id = serializers.CharField()

    class Meta:
        model = Notice
        fields = (
            "id",
            "kind",
            "recipient",
            "channel",
            "language",
            "state",
            "subject",
            "message_id",
            "attempts",
            "due_at",
            "sent_at",
            "last_error",
        )


class NoticeFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=NoticeState.choices, required=False, default="")
    kind = serializers.CharField(max_length=60, required=False, default="")


class NoticeListView(CohortView):
    may_read = staticmethod(may_see_notices)
    may_write = staticmethod(may_retry_notices)

    @extend_schema(
        operation_id="notices_list",
        parameters=[
            OpenApiParameter("state", str, enum=list(NoticeState.values)),
            OpenApiParameter("kind", str),
            *PAGE_PARAMETERS,
        ],
        responses={200: page_of(NoticeSerializer), 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Notices of a cohort, newest first."""
        wanted = NoticeFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = notices_of(self.cohort, **wanted.validated_data)
        return paged(self, found, NoticeSerializer, "-pk")


class NoticeRetryView(CohortView):
    may_read = staticmethod(may_retry_notices)
    may_write = staticmethod(may_retry_notices)

    @extend_schema(
        request=None,
        responses={200: NoticeSerializer, 409: ProblemOut, 422: ProblemOut, **READ_PROBLEMS},
    )
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Queue a failed notice again."""
        notice = get_object_or_404(Notice, pk=pk, scope=self.cohort.code)
        return Response(NoticeSerializer(retry_notice(notice=notice, by=self.by)).data)
