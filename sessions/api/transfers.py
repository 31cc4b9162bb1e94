"""Vehicles of transfers by API: whole plans, boarding, heads counted, and transfers that go along
when a session moves.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.permissions import (
    may_count_heads,
    may_edit_leg,
    may_see_cohort,
    may_see_timetable,
    may_see_vehicles,
)
from cohorts.queries.standing import standing_in
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import NotAllowed
from participants.models import Enrollment
from sessions.actions.boarding import count_heads, fill_vehicles, seat_person
from sessions.actions.vehicle_plans import VehicleFacts, arrange_vehicles
from sessions.actions.vehicles import StopFacts
from sessions.api.attendance import IdField
from sessions.forms.vehicles import MOST_HEADS, MOST_MINUTES, MOST_SEATS
from sessions.models import HeadCount, TrainingSession, Vehicle, VehicleStop, Venue
from sessions.queries.transfers import transfers_around
from sessions.queries.vehicles import plan_of_vehicles, plan_shape
from sessions.queries.vehicles import transfers as all_transfers


class StopOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    venue = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    minute = serializers.IntegerField(help_text="After the departure of the transfer.")
    at = serializers.DateTimeField(allow_null=True)
    counted = serializers.IntegerField(allow_null=True, help_text="Heads, by the newest count.")
    expected = serializers.IntegerField(allow_null=True)


class PassengerOut(serializers.Serializer[Any]):
    enrollment = serializers.IntegerField()
    number = serializers.IntegerField()


class VehicleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    name = serializers.CharField()
    plate = serializers.CharField()
    driver = serializers.CharField()
    driver_phone = serializers.CharField()
    escort = serializers.CharField()
    seats = serializers.IntegerField()
    stops = StopOut(many=True)
    boarding = PassengerOut(many=True)


class VehiclePlanOut(serializers.Serializer[Any]):
    """`gone` have a seat and do not take part any more; `revision` differs with every change."""

    session = serializers.IntegerField()
    seats = serializers.IntegerField()
    people = serializers.IntegerField()
    unassigned = serializers.ListField(child=serializers.IntegerField())
    gone = serializers.ListField(child=serializers.IntegerField())
    revision = serializers.CharField()
    vehicles = VehicleOut(many=True)


class StopIn(serializers.Serializer[Any]):
    id = IdField(required=False)
    venue = serializers.PrimaryKeyRelatedField(
        queryset=Venue.objects.all(), required=False, allow_null=True
    )
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    minute = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES)


class PassengerIn(serializers.Serializer[Any]):
    """Without a number: the first free seat."""

    enrollment = IdField()
    number = serializers.IntegerField(
        min_value=1, max_value=MOST_SEATS, required=False, allow_null=True
    )


class VehicleIn(serializers.Serializer[Any]):
    """Without `id` a new one. Stops or boarding left out stay as they are."""

    id = IdField(required=False)
    name = serializers.CharField(max_length=40)
    plate = serializers.CharField(max_length=20, allow_blank=True, default="")
    driver = serializers.CharField(max_length=60, allow_blank=True, default="")
    driver_phone = serializers.CharField(max_length=30, allow_blank=True, default="")
    escort = serializers.CharField(max_length=60, allow_blank=True, default="")
    seats = serializers.IntegerField(min_value=1, max_value=MOST_SEATS)
    stops = serializers.ListField(child=StopIn(), required=False, max_length=40)
    boarding = serializers.ListField(child=PassengerIn(), required=False, max_length=MOST_SEATS)


class VehiclePlanIn(serializers.Serializer[Any]):
    """With the `revision` that was read, a plan that somebody else has changed is not overwritten
    (409 `stale`)."""

    vehicles = serializers.ListField(child=VehicleIn(), max_length=60)
    revision = serializers.CharField(max_length=32, required=False, allow_blank=True)


class FillIn(serializers.Serializer[Any]):
    afresh = serializers.BooleanField(default=False, help_text="Give out all seats anew.")


class MoveIn(serializers.Serializer[Any]):
    """Without a vehicle: off all vehicles."""

    enrollment = IdField()
    vehicle = IdField(required=False, allow_null=True)
    number = serializers.IntegerField(
        min_value=1, max_value=MOST_SEATS, required=False, allow_null=True
    )


class HeadCountIn(serializers.Serializer[Any]):
    stop = IdField()
    counted = serializers.IntegerField(min_value=0, max_value=MOST_HEADS)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class HeadCountOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    stop = serializers.IntegerField(source="stop_id")
    counted = serializers.IntegerField()
    expected = serializers.IntegerField()
    note = serializers.CharField()
    at = serializers.DateTimeField()


class StalePlanOut(ProblemOut):
    """`stale` with the plan as it is; `too_few_seats`, `seat_taken`, … with their figures."""

    current = VehiclePlanOut(required=False)


class AroundFilter(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)


class ShiftOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class AroundOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    before = serializers.BooleanField(help_text="Leads to the session; else away from it.")
    starts_at = serializers.DateTimeField(help_text="As it is now.")
    ends_at = serializers.DateTimeField()
    editable = serializers.BooleanField(help_text="Otherwise its host has to agree.")


class TransfersAroundOut(serializers.Serializer[Any]):
    """`changes` go as they are into `sessions/batch/`, beside the session's own change."""

    transfers = AroundOut(many=True)
    changes = ShiftOut(many=True)


_CONFLICT = {409: OpenApiResponse(StalePlanOut)}


class _SessionView(APIView):
    """404 for those without standing in the session's cohort."""

    only_transfers = True

    @property
    def by(self) -> User:
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rows = all_transfers() if self.only_transfers else TrainingSession.objects.all()
        self.row = get_object_or_404(rows.select_related("cohort", "leg"), pk=kwargs["session_id"])
        self.standing = standing_in(request.user, self.row.cohort)
        if not may_see_cohort(self.standing):
            raise Http404
        if not self.allowed(reading=request.method in SAFE_METHODS):
            raise NotAllowed

    def allowed(self, *, reading: bool) -> bool:
        if reading:
            return may_see_vehicles(self.standing)
        return may_edit_leg(self.standing, self.row.leg_id)

    def plan(self) -> Response:
        return Response(plan_shape(plan_of_vehicles(self.row)))


class VehiclePlanView(_SessionView):
    @extend_schema(operation_id="vehicles_plan", responses={200: VehiclePlanOut, **READ_PROBLEMS})
    def get(self, request: Request, session_id: int) -> Response:
        return self.plan()

    @extend_schema(
        operation_id="vehicles_arrange",
        request=VehiclePlanIn,
        responses={200: VehiclePlanOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def put(self, request: Request, session_id: int) -> Response:
        """All vehicles of the transfer, in this order; those left out are removed."""
        form = VehiclePlanIn(data=request.data)
        form.is_valid(raise_exception=True)
        arrange_vehicles(
            training_session=self.row,
            vehicles=[_vehicle_facts(one) for one in form.validated_data["vehicles"]],
            revision=form.validated_data.get("revision", ""),
            by=self.by,
        )
        return self.plan()


class BoardingView(_SessionView):
    @extend_schema(operation_id="boarding_list", responses={200: VehiclePlanOut, **READ_PROBLEMS})
    def get(self, request: Request, session_id: int) -> Response:
        return self.plan()

    @extend_schema(
        operation_id="boarding_fill",
        request=FillIn,
        responses={200: VehiclePlanOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def post(self, request: Request, session_id: int) -> Response:
        """Give everybody a seat, groups together."""
        form = FillIn(data=request.data)
        form.is_valid(raise_exception=True)
        fill_vehicles(training_session=self.row, afresh=form.validated_data["afresh"], by=self.by)
        return self.plan()

    @extend_schema(
        operation_id="boarding_move",
        request=MoveIn,
        responses={200: VehiclePlanOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def patch(self, request: Request, session_id: int) -> Response:
        """Move one person."""
        form = MoveIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        people = Enrollment.objects.filter(cohort_id=self.row.cohort_id)
        key = asked.get("vehicle")
        seat_person(
            training_session=self.row,
            enrollment=get_object_or_404(people, pk=asked["enrollment"]),
            vehicle=get_object_or_404(Vehicle, training_session=self.row, pk=key) if key else None,
            number=asked.get("number"),
            by=self.by,
        )
        return self.plan()


class TransfersAroundView(_SessionView):
    """Of any session: its transfers, and where they go when it moves."""

    only_transfers = False

    def allowed(self, *, reading: bool) -> bool:
        return may_see_timetable(self.standing)

    @extend_schema(
        operation_id="sessions_transfers",
        parameters=[AroundFilter],
        responses={200: TransfersAroundOut, 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, session_id: int) -> Response:
        asked = AroundFilter(data=request.query_params)
        asked.is_valid(raise_exception=True)
        around = transfers_around(self.row, **asked.validated_data)
        own = [shift for shift in around if may_edit_leg(self.standing, shift.transfer.leg_id)]
        transfers = [{**shift.present, "editable": shift in own} for shift in around]
        return Response({"transfers": transfers, "changes": [shift.change for shift in own]})


class HeadCountView(APIView):
    """Counted on board: by organizers and the desk."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rows = Vehicle.objects.select_related("training_session__cohort")
        self.vehicle = get_object_or_404(rows, pk=kwargs["vehicle_id"])
        standing = standing_in(request.user, self.vehicle.training_session.cohort)
        if not may_see_cohort(standing):
            raise Http404
        reading = request.method in SAFE_METHODS
        if not (may_see_vehicles(standing) if reading else may_count_heads(standing)):
            raise NotAllowed

    @extend_schema(
        operation_id="head_counts_list",
        responses={200: page_of(HeadCountOut), **READ_PROBLEMS},
    )
    def get(self, request: Request, vehicle_id: int) -> Response:
        """Newest first."""
        rows = HeadCount.objects.filter(stop__vehicle=self.vehicle)
        return paged(self, rows, HeadCountOut, "-pk")

    @extend_schema(
        operation_id="head_counts_create",
        request=HeadCountIn,
        responses={201: HeadCountOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, vehicle_id: int) -> Response:
        form = HeadCountIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        stop = get_object_or_404(VehicleStop, vehicle=self.vehicle, pk=asked["stop"])
        stop.vehicle = self.vehicle
        count = count_heads(
            stop=stop, counted=asked["counted"], note=asked["note"], by=signed_in(request)
        )
        return Response(HeadCountOut(count).data, status=201)


def _vehicle_facts(given: dict[str, Any]) -> VehicleFacts:
    facts = dict(given)
    key, stops = facts.pop("id", None), facts.pop("stops", None)
    boarding = facts.pop("boarding", None)
    return VehicleFacts(
        facts=facts,
        stops=None if stops is None else [StopFacts(**stop) for stop in stops],
        boarding=None
        if boarding is None
        else [(one["enrollment"], one.get("number")) for one in boarding],
        id=key,
    )
