"""`me/itinerary/`: the caller's sessions of the newest release, for the own group only."""

import datetime as dt
from collections.abc import Mapping
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
from sessions.choices import SessionKind, SessionState
from sessions.queries.itinerary import (
    OwnTimetable,
    ReleasedRow,
    Seat,
    chosen_seat,
    own_timetable,
    seats_of,
)
from sessions.queries.itinerary_rows import in_english
from sessions.queries.rides import Ride, rides_of
from sessions.rules.release_diff import ReleasedSpeaker, Slot


class PlaceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    address = serializers.CharField()
    address_en = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class TeacherOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()


class RideOut(serializers.Serializer[Any]):
    """The own seat on a transfer."""

    vehicle = serializers.CharField()
    plate = serializers.CharField()
    seat = serializers.IntegerField()
    place = serializers.CharField(help_text="Where one boards.")
    boards_at = serializers.DateTimeField()


class OwnSessionOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    sequence = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    state = serializers.ChoiceField(choices=SessionState.choices)
    cancel_reason = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    description = serializers.CharField()
    city = serializers.CharField()
    venue = PlaceOut(allow_null=True)
    speakers = TeacherOut(many=True)
    groups = serializers.ListField(child=serializers.IntegerField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    hours = serializers.DecimalField(max_digits=4, decimal_places=1)
    compulsory = serializers.BooleanField()
    changed = serializers.BooleanField(help_text="By the newest release, for this participant.")
    ride = RideOut(allow_null=True, help_text="Of a transfer, once seats are given.")


class OwnGroupOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class OwnItineraryOut(serializers.Serializer[Any]):
    cohort = serializers.CharField()
    enrollment = serializers.IntegerField()
    group = OwnGroupOut(allow_null=True)
    release = serializers.IntegerField(allow_null=True, help_text="Null before the first release.")
    released_at = serializers.DateTimeField(allow_null=True)
    sessions = OwnSessionOut(many=True)


class OwnItineraryView(APIView):
    @extend_schema(
        operation_id="me_itinerary",
        parameters=[
            OpenApiParameter(
                "cohort", str, description="Code; without it the cohort nearest in time."
            )
        ],
        responses={200: OwnItineraryOut, 401: ProblemOut, 404: ProblemOut},
    )
    def get(self, request: Request) -> Response:
        """The caller's sessions of the newest release; 404 for who takes part in no such cohort."""
        user = signed_in(request)
        seats = seats_of(user.pk, clock.today())
        seat = chosen_seat(seats, request.query_params.get("cohort", ""))
        if seat is None:
            raise Http404
        rides = rides_of(seat.enrollment_id) if seat.rides else {}
        return Response(itinerary_facts(seat, own_timetable(seat), rides))


def itinerary_facts(seat: Seat, own: OwnTimetable, rides: Mapping[int, Ride]) -> dict[str, Any]:
    """The shape of `OwnItineraryOut`, written out by hand: 2,000 sessions go through here."""
    changed = {change.slot.session_id for change in own.changes}
    group = {"id": seat.group_id, "name": seat.group_name} if seat.group_id is not None else None
    return {
        "cohort": seat.code,
        "enrollment": seat.enrollment_id,
        "group": group,
        "release": seat.release_number,
        "released_at": clock.local(seat.released_at).isoformat() if seat.released_at else None,
        "sessions": [
            {
                **_session(row, row.slot.session_id in changed),
                "ride": _ride(row.slot, rides.get(row.slot.session_id)),
            }
            for row in own.rows
        ],
    }


def _session(row: ReleasedRow, changed: bool) -> dict[str, Any]:  # noqa: FBT001
    slot = row.slot
    return {
        "id": slot.session_id,
        "uid": row.uid,
        "sequence": row.sequence,
        "kind": slot.kind,
        "state": slot.state,
        "cancel_reason": slot.cancel_reason,
        "title": slot.title,
        "title_en": slot.title_en,
        "description": slot.description,
        "city": slot.city_code,
        "venue": _place(row),
        "speakers": [_teacher(speaker) for speaker in slot.speakers],
        "groups": sorted(slot.group_ids),
        "starts_at": clock.local(slot.starts_at).isoformat(),
        "ends_at": clock.local(slot.ends_at).isoformat(),
        "hours": str(slot.hours),
        "compulsory": slot.compulsory,
        "changed": changed,
    }


def _ride(slot: Slot, ride: Ride | None) -> dict[str, Any] | None:
    if ride is None or slot.kind != SessionKind.TRANSFER or not slot.takes_place:
        return None
    boards_at = clock.local(slot.starts_at) + dt.timedelta(minutes=ride.minute)
    return {
        "vehicle": ride.vehicle,
        "plate": ride.plate,
        "seat": ride.number,
        "place": ride.place(english=in_english()),
        "boards_at": boards_at.isoformat(),
    }


def _place(row: ReleasedRow) -> dict[str, Any] | None:
    slot = row.slot
    if slot.venue_id is None:
        return None
    return {
        "id": slot.venue_id,
        "name": slot.venue_name,
        "name_en": slot.venue_name_en,
        "address": slot.venue_address,
        "address_en": slot.venue_address_en,
        "latitude": slot.latitude,
        "longitude": slot.longitude,
    }


def _teacher(speaker: ReleasedSpeaker) -> dict[str, Any]:
    return {
        "id": speaker.id,
        "name": speaker.name,
        "name_en": speaker.name_en,
        "title": speaker.title,
        "title_en": speaker.title_en,
    }
