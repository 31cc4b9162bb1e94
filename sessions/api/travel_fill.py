"""`travel/venues/fill/`, `travel/cities/fill/`: estimates where nobody knows the minutes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.problems import WRITE_PROBLEMS
from cohorts.api.shared import SharedRowsView
from cohorts.models import City
from sessions.actions.travel_fill import Filled, fill_city_minutes, fill_venue_minutes


class VenueFillIn(serializers.Serializer[Any]):
    """Without a city the venues of every city."""

    city = serializers.SlugRelatedField(
        slug_field="code", queryset=City.objects.all(), required=False, allow_null=True
    )


class FilledOut(serializers.Serializer[Filled]):
    """`without_coordinates`: ids of the places whose journeys could not be estimated."""

    filled = serializers.IntegerField(source="count")
    without_coordinates = serializers.ListField(child=serializers.IntegerField())


class VenueFillView(SharedRowsView):
    @extend_schema(
        operation_id="travel_venues_fill",
        description="Estimates the journeys within a city that have no minutes either way.",
        request=VenueFillIn,
        responses={200: FilledOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = VenueFillIn(data=request.data)
        form.is_valid(raise_exception=True)
        filled = fill_venue_minutes(city=form.validated_data.get("city"), by=self.by)
        return Response(FilledOut(filled).data)


class CityFillView(SharedRowsView):
    @extend_schema(
        operation_id="travel_cities_fill",
        description="Estimates the journeys between cities that have no minutes either way.",
        request=None,
        responses={200: FilledOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        return Response(FilledOut(fill_city_minutes(by=self.by)).data)
