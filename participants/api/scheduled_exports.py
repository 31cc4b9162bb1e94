"""`cohorts/{code}/roster/regular-files/`: the own files of the roster at set times."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.permissions import may_keep_views
from participants.actions.scheduled_exports import (
    delete_export,
    order_export,
    pause_export,
    resume_export,
    send_now,
)
from participants.choices import (
    ExportFileState,
    ExportFormat,
    ExportRhythm,
    ScheduleState,
    StopReason,
)
from participants.models import ExportFile, ScheduledExport
from participants.queries.saved_views import view_for
from participants.queries.scheduled_exports import schedules_of
from participants.rules.export_rhythm import MOST_DAYS_BEFORE, Rhythm


class ExportFileOut(serializers.Serializer[ExportFile]):
    """`url` is a page that asks its reader to sign in."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ExportFileState.choices)
    due_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, file: ExportFile) -> str:
        args = [self.context["code"], file.pk]
        return str(
            self.context["request"].build_absolute_uri(reverse("scheduled-export-file", args=args))
        )


class ScheduleOut(serializers.Serializer[ScheduledExport]):
    id = serializers.IntegerField()
    view = serializers.IntegerField(source="view_id", allow_null=True)
    format = serializers.ChoiceField(choices=ExportFormat.choices)
    rhythm = serializers.ChoiceField(choices=ExportRhythm.choices)
    at = serializers.TimeField()
    weekday = serializers.IntegerField(allow_null=True)
    target_on = serializers.DateField(allow_null=True)
    days_before = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ScheduleState.choices)
    stop_reason = serializers.ChoiceField(choices=StopReason.choices, allow_blank=True)
    next_at = serializers.DateTimeField(allow_null=True)
    files = ExportFileOut(many=True, source="kept")


class SchedulesOut(serializers.Serializer[Any]):
    results = ScheduleOut(many=True)


class ScheduleIn(serializers.Serializer[Any]):
    """`weekday` (0 = Monday) for every week; `target_on` and `days_before` for once."""

    view = serializers.IntegerField(min_value=1)
    format = serializers.ChoiceField(choices=ExportFormat.choices)
    rhythm = serializers.ChoiceField(choices=ExportRhythm.choices)
    at = serializers.TimeField()
    weekday = serializers.IntegerField(required=False, min_value=0, max_value=6)
    target_on = serializers.DateField(required=False)
    days_before = serializers.IntegerField(required=False, min_value=0, max_value=MOST_DAYS_BEFORE)


class ScheduleChangeIn(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[ScheduleState.ACTIVE, ScheduleState.PAUSED])


class SchedulesView(CohortView):
    may_read = staticmethod(may_keep_views)
    may_write = staticmethod(may_keep_views)

    def owned(self, schedule_id: int) -> ScheduledExport:
        return get_object_or_404(ScheduledExport, cohort=self.cohort, owner=self.by, pk=schedule_id)

    def facts(self, schedule_id: int) -> dict[str, Any]:
        rows = schedules_of(self.cohort, self.by).filter(pk=schedule_id)
        return dict(ScheduleOut(rows.get(), context=self.out_context()).data)

    def out_context(self) -> dict[str, Any]:
        return {"code": self.cohort.code, "request": self.request}


class ScheduleListView(SchedulesView):
    @extend_schema(operation_id="roster_files_list", responses={200: SchedulesOut, **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        rows = schedules_of(self.cohort, self.by)
        found = [ScheduleOut(row, context=self.out_context()).data for row in rows]
        return Response({"results": found})

    @extend_schema(
        operation_id="roster_files_order",
        request=ScheduleIn,
        responses={201: ScheduleOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        form = ScheduleIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        view = view_for(self.cohort, self.standing, self.by, facts["view"])
        if view is None:
            raise Http404
        rhythm = Rhythm(
            facts["rhythm"],
            facts["at"],
            facts.get("weekday"),
            facts.get("target_on"),
            facts.get("days_before", 0),
        )
        row = order_export(
            cohort=self.cohort, view=view, format=facts["format"], rhythm=rhythm, by=self.by
        )
        return Response(self.facts(row.pk), status=201)


class ScheduleView(SchedulesView):
    @extend_schema(
        operation_id="roster_files_change",
        request=ScheduleChangeIn,
        responses={200: ScheduleOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, code: str, schedule_id: int) -> Response:
        row = self.owned(schedule_id)
        form = ScheduleChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        resumed = form.validated_data["state"] == ScheduleState.ACTIVE
        (resume_export if resumed else pause_export)(schedule=row, by=self.by)
        return Response(self.facts(row.pk))

    @extend_schema(operation_id="roster_files_delete", responses={204: None, **WRITE_PROBLEMS})
    def delete(self, request: Request, code: str, schedule_id: int) -> Response:
        delete_export(schedule=self.owned(schedule_id), by=self.by)
        return Response(status=204)


class SendView(SchedulesView):
    @extend_schema(
        operation_id="roster_files_send",
        request=None,
        responses={202: ScheduleOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, schedule_id: int) -> Response:
        row = self.owned(schedule_id)
        send_now(schedule=row, by=self.by)
        return Response(self.facts(row.pk), status=202)
