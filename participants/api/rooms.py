"""Rooms of a leg by API: who sleeps where, and giving people a room."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.permissions import may_ask_for_logistics, may_run_leg_logistics, may_see_rooms
from g60portal.common.refusals import NotAllowed
from participants.actions.lodging import assign_room
from participants.choices import RoomKind
from participants.models import Room
from participants.queries.lodging import RoomLine, lodging_of
from participants.queries.logistics import LegState, leg_with_logistics


class StayOut(serializers.Serializer[Any]):
    """Nights are named by the day on which they begin; both are included."""

    enrollment = serializers.IntegerField()
    name = serializers.CharField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()


class RoomOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    hotel = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(RoomKind.choices)
    places = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="Codes: over_capacity, mixed, wish_single, …"
    )
    stays = StayOut(many=True)


class RoomPeopleIn(serializers.Serializer[Any]):
    """Without nights those that each person wants, as far as the hotel keeps the room."""

    enrollments = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=500, min_length=1
    )
    first_on = serializers.DateField(required=False)
    last_on = serializers.DateField(required=False)


class LegRoomsView(CohortView):
    may_read = staticmethod(may_ask_for_logistics)
    may_write = staticmethod(may_ask_for_logistics)

    def state(self, leg_id: int) -> LegState:
        state = leg_with_logistics(self.cohort, leg_id)
        if state is None:
            raise Http404
        return state


class RoomListView(LegRoomsView):
    @extend_schema(operation_id="legs_rooms", responses={200: RoomOut(many=True), **READ_PROBLEMS})
    def get(self, request: Request, code: str, leg_id: int) -> Response:
        """All rooms of the leg with who sleeps in them."""
        state = self.state(leg_id)
        if not may_see_rooms(self.standing, leg_id, in_window=state.in_window):
            raise NotAllowed
        return Response(RoomOut(map(_room_facts, lodging_of(state.leg).rooms), many=True).data)


class RoomPeopleView(LegRoomsView):
    @extend_schema(
        operation_id="legs_rooms_assign",
        request=RoomPeopleIn,
        responses={200: RoomOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, leg_id: int, room_id: int) -> Response:
        """Give these people the room; what they had in these nights goes."""
        state = self.state(leg_id)
        if not may_run_leg_logistics(self.standing, leg_id, in_window=state.in_window):
            raise NotAllowed
        rooms = Room.objects.select_related("hotel__leg__cohort")
        room = get_object_or_404(rooms, pk=room_id, hotel__leg=state.leg)
        form = RoomPeopleIn(data=request.data)
        form.is_valid(raise_exception=True)
        assign_room(leg=state.leg, room=room, by=self.by, **form.validated_data)
        line = next(one for one in lodging_of(state.leg).rooms if one.room.pk == room.pk)
        return Response(RoomOut(_room_facts(line)).data)


def _room_facts(line: RoomLine) -> dict[str, Any]:
    room = line.room
    return {
        "id": room.pk,
        "hotel": room.hotel.local_name,
        "number": room.number,
        "kind": room.kind,
        "places": room.places,
        "first_on": room.first_on,
        "last_on": room.last_on,
        "problems": [problem.code for problem in line.problems],
        "stays": [
            {
                "enrollment": one.enrollment.pk,
                "name": one.enrollment.person.name,
                "first_on": one.stay.first_on,
                "last_on": one.stay.last_on,
            }
            for one in line.occupants
        ],
    }
