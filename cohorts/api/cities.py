"""`cities/`: the cities of the corridor in their official order."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.actions.cities import change_city, create_city
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import SharedRowsView, page_of, paged
from cohorts.models import City


class CityOut(serializers.Serializer[City]):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    province = serializers.CharField()
    area_code = serializers.CharField()
    position = serializers.IntegerField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class CityChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    name_en = serializers.CharField(max_length=60)
    province = serializers.CharField(max_length=60, required=False, allow_blank=True)
    area_code = serializers.RegexField(r"^([0-9]{6})?$", required=False, allow_blank=True)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True
    )


class CityIn(CityChange):
    code = serializers.SlugField(max_length=30)


class CityListView(SharedRowsView):
    @extend_schema(operation_id="cities_list", responses={200: page_of(CityOut), **READ_PROBLEMS})
    def get(self, request: Request) -> Response:
        return paged(self, City.objects.all(), CityOut, "position", "pk")

    @extend_schema(
        operation_id="cities_create", request=CityIn, responses={201: CityOut, **WRITE_PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        form = CityIn(data=request.data)
        form.is_valid(raise_exception=True)
        city = create_city(by=self.by, **form.validated_data)
        return Response(CityOut(city).data, status=201)


class CityView(SharedRowsView):
    @extend_schema(operation_id="cities_detail", responses={200: CityOut, **READ_PROBLEMS})
    def get(self, request: Request, city: str) -> Response:
        return Response(CityOut(get_object_or_404(City, code=city)).data)

    @extend_schema(
        operation_id="cities_change",
        request=CityChange(partial=True),
        responses={200: CityOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, city: str) -> Response:
        row = get_object_or_404(City, code=city)
        form = CityChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(CityOut(change_city(city=row, facts=form.validated_data, by=self.by)).data)
