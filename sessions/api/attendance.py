"""Attendance by API: the marks as a list, and batches from devices, which may be sent again."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.permissions import may_mark_attendance, may_see_attendance
from g60portal.common import clock
from sessions.actions.attendance import Mark, Marking, mark_attendance_batch
from sessions.choices import AttendanceState
from sessions.models import Attendance
from sessions.queries.attendance import attendance_list, marks_in_force

LARGEST_ID = 2**63 - 1
LARGEST_BATCH = 2000


class IdField(serializers.IntegerField):
    """A primary key as clients send it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class MarkIn(serializers.Serializer[Any]):
    session = IdField()
    enrollment = IdField()
    state = serializers.ChoiceField(choices=AttendanceState.choices)
    client_uuid = serializers.UUIDField()
    marked_at = serializers.DateTimeField(required=False)


class AttendanceFilter(serializers.Serializer[Any]):
    session = IdField(required=False)
    enrollment = IdField(required=False)


class AttendanceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    session = serializers.IntegerField(source="training_session_id")
    enrollment = serializers.IntegerField(source="enrollment_id")
    state = serializers.CharField()
    method = serializers.CharField()
    client_uuid = serializers.UUIDField()
    marked_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


class RefusedMarkOut(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    code = serializers.CharField()


class MarkingOut(serializers.Serializer[Any]):
    """`results` are the marks in force for what was taken; `refused` names what was left out."""

    accepted = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = RefusedMarkOut(many=True)
    results = AttendanceOut(many=True)


class AttendanceListView(CohortView):
    may_read = staticmethod(may_see_attendance)
    may_write = staticmethod(may_mark_attendance)

    @extend_schema(
        operation_id="attendance_list",
        parameters=[
            OpenApiParameter("session", int),
            OpenApiParameter("enrollment", int),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses={200: page_of(AttendanceOut), 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        asked = AttendanceFilter(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = attendance_list(
            self.cohort,
            training_session=asked.validated_data.get("session"),
            enrollment=asked.validated_data.get("enrollment"),
        )
        return paged(self, rows, AttendanceOut, "pk")

    @extend_schema(
        operation_id="attendance_mark",
        request=MarkIn(many=True),
        responses={200: MarkingOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        marking = mark_attendance_batch(cohort=self.cohort, marks=_marks(request.data), by=self.by)
        return Response(_answer(marking))


def _marks(data: Any) -> list[Mark]:
    """The batch as marks; a malformed one is answered by the index of each wrong entry."""
    batch: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=MarkIn(), data=data, max_length=LARGEST_BATCH
    )
    batch.is_valid(raise_exception=True)
    now = clock.now()
    return [
        Mark(
            session_id=row["session"],
            enrollment_id=row["enrollment"],
            state=row["state"],
            client_uuid=row["client_uuid"],
            marked_at=row.get("marked_at", now),
        )
        for row in batch.validated_data
    ]


def _answer(marking: Marking) -> dict[str, Any]:
    rows: list[Attendance] = marks_in_force(marking.taken)
    refused = [{"index": row.index, "code": row.code} for row in marking.refused]
    return {
        "accepted": len(marking.taken),
        "changed": marking.changed,
        "refused": refused,
        "results": AttendanceOut(rows, many=True).data,
    }
