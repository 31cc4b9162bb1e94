"""`venues/`, `speakers/`, `travel/`: shared by all cohorts, written by organizers."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import SharedRowsView, page_of, paged
from cohorts.models import City, Organization
from sessions.actions import places
from sessions.choices import VenueKind
from sessions.models import CityTravel, Speaker, Venue, VenueTravel
from sessions.queries.places import city_journeys, speakers_found, venue_journeys, venues_found


class OpeningHours(serializers.Serializer[Any]):
    """Which times can be opening hours, the action says."""

    weekday = serializers.IntegerField(min_value=1, max_value=7)
    opens = serializers.CharField(max_length=5)
    closes = serializers.CharField(max_length=5)


class VenueOut(serializers.Serializer[Venue]):
    id = serializers.IntegerField()
    city = serializers.CharField(source="city.code")
    name = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.CharField()
    address = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True)
    largest_party = serializers.IntegerField(allow_null=True)
    margin_minutes = serializers.IntegerField()
    opening_hours = OpeningHours(many=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class VenueIn(serializers.Serializer[Any]):
    city = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())
    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=160, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=VenueKind.choices, required=False)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    capacity = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, allow_null=True
    )
    largest_party = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, allow_null=True
    )
    margin_minutes = serializers.IntegerField(min_value=0, max_value=600, required=False)
    opening_hours = OpeningHours(many=True, required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True
    )


class Window(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SpeakerOut(serializers.Serializer[Speaker]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    title = serializers.CharField()
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    availability = Window(many=True, source="windows")


class SpeakerIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=160, required=False, allow_blank=True)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    organization = serializers.PrimaryKeyRelatedField(
        queryset=Organization.objects.all(), required=False, allow_null=True
    )
    availability = Window(many=True, required=False)


class MinutesIn(serializers.Serializer[Any]):
    """`minutes` null forgets the journey."""

    minutes = serializers.IntegerField(allow_null=True)
    estimated = serializers.BooleanField(default=False)


class VenueJourneyIn(MinutesIn):
    origin = serializers.PrimaryKeyRelatedField(queryset=Venue.objects.all())
    destination = serializers.PrimaryKeyRelatedField(queryset=Venue.objects.all())


class CityJourneyIn(MinutesIn):
    origin = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())
    destination = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())


class VenueJourneyOut(serializers.Serializer[VenueTravel]):
    origin = serializers.IntegerField(source="origin_id")
    destination = serializers.IntegerField(source="destination_id")
    minutes = serializers.IntegerField()
    estimated = serializers.BooleanField()


class CityJourneyOut(serializers.Serializer[CityTravel]):
    origin = serializers.CharField(source="origin.code")
    destination = serializers.CharField(source="destination.code")
    minutes = serializers.IntegerField()
    estimated = serializers.BooleanField()


class VenueListView(SharedRowsView):
    @extend_schema(
        operation_id="venues_list",
        parameters=[OpenApiParameter(name) for name in ("q", "kind", "city")],
        responses={200: page_of(VenueOut), **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        words = {name: request.query_params.get(name, "").strip() for name in ("q", "kind", "city")}
        return paged(self, venues_found(**words), VenueOut, "place", "pk")

    @extend_schema(
        operation_id="venues_create", request=VenueIn, responses={201: VenueOut, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        form = VenueIn(data=request.data)
        form.is_valid(raise_exception=True)
        venue = places.create_venue(facts=form.validated_data, by=self.by)
        return Response(VenueOut(venue).data, status=201)


class VenueView(SharedRowsView):
    @extend_schema(operation_id="venues_detail", responses={200: VenueOut, **READ_PROBLEMS})
    def get(self, request: Request, venue_id: int) -> Response:
        return Response(VenueOut(_venue(venue_id)).data)

    @extend_schema(
        operation_id="venues_change",
        request=VenueIn(partial=True),
        responses={200: VenueOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, venue_id: int) -> Response:
        row = _venue(venue_id)
        form = VenueIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        places.change_venue(venue=row, facts=form.validated_data, by=self.by)
        return Response(VenueOut(_venue(venue_id)).data)


class SpeakerListView(SharedRowsView):
    @extend_schema(
        operation_id="speakers_list",
        parameters=[OpenApiParameter(name) for name in ("q", "city")],
        responses={200: page_of(SpeakerOut), **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        words = {name: request.query_params.get(name, "").strip() for name in ("q", "city")}
        return paged(self, speakers_found(**words), SpeakerOut, "name", "pk")

    @extend_schema(
        operation_id="speakers_create",
        request=SpeakerIn,
        responses={201: SpeakerOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = SpeakerIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts, windows = _speaker_facts(form.validated_data)
        speaker = places.create_speaker(facts=facts, windows=windows or [], by=self.by)
        return Response(SpeakerOut(_speaker(speaker.pk)).data, status=201)


class SpeakerView(SharedRowsView):
    @extend_schema(operation_id="speakers_detail", responses={200: SpeakerOut, **READ_PROBLEMS})
    def get(self, request: Request, speaker_id: int) -> Response:
        return Response(SpeakerOut(_speaker(speaker_id)).data)

    @extend_schema(
        operation_id="speakers_change",
        request=SpeakerIn(partial=True),
        responses={200: SpeakerOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, speaker_id: int) -> Response:
        row = _speaker(speaker_id)
        form = SpeakerIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        facts, windows = _speaker_facts(form.validated_data)
        places.change_speaker(speaker=row, facts=facts, windows=windows, by=self.by)
        return Response(SpeakerOut(_speaker(speaker_id)).data)


class VenueTravelView(SharedRowsView):
    @extend_schema(
        operation_id="travel_venues_list",
        responses={200: page_of(VenueJourneyOut), **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        return paged(self, venue_journeys(), VenueJourneyOut, "pk")

    @extend_schema(
        operation_id="travel_venues_set",
        description="Sets the minutes of one way; null forgets them.",
        request=VenueJourneyIn,
        responses={200: VenueJourneyOut, 204: None, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = VenueJourneyIn(data=request.data)
        form.is_valid(raise_exception=True)
        row = places.set_venue_minutes(by=self.by, **form.validated_data)
        return Response(status=204) if row is None else Response(VenueJourneyOut(row).data)


class CityTravelView(SharedRowsView):
    @extend_schema(
        operation_id="travel_cities_list",
        responses={200: page_of(CityJourneyOut), **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        return paged(self, city_journeys(), CityJourneyOut, "pk")

    @extend_schema(
        operation_id="travel_cities_set",
        description="Sets the minutes of one way; null forgets them.",
        request=CityJourneyIn,
        responses={200: CityJourneyOut, 204: None, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = CityJourneyIn(data=request.data)
        form.is_valid(raise_exception=True)
        row = places.set_city_minutes(by=self.by, **form.validated_data)
        return Response(status=204) if row is None else Response(CityJourneyOut(row).data)


def _venue(venue_id: int) -> Venue:
    return get_object_or_404(venues_found(), pk=venue_id)


def _speaker(speaker_id: int) -> Speaker:
    return get_object_or_404(speakers_found(), pk=speaker_id)


def _speaker_facts(facts: dict[str, Any]) -> tuple[dict[str, Any], list[places.Window] | None]:
    windows = facts.pop("availability", None)
    if windows is None:
        return facts, None
    return facts, [(window["starts_at"], window["ends_at"]) for window in windows]
