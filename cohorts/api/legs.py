"""`cohorts/{code}/legs/`: the legs of a cohort. Their position follows their days."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.actions.legs import add_leg, change_leg, remove_leg
from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import page_of, paged
from cohorts.models import City, Leg, Organization
from cohorts.permissions import may_edit_cohort, may_see_cohort
from cohorts.queries.settings import legs_of


class LegOut(serializers.Serializer[Leg]):
    id = serializers.IntegerField()
    city = serializers.CharField(source="city.code")
    host = serializers.IntegerField(source="host_id")
    position = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class LegIn(serializers.Serializer[Any]):
    city = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())
    host = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.all())
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class LegListView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(operation_id="legs_list", responses={200: page_of(LegOut), **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        return paged(self, legs_of(self.cohort), LegOut, "position", "pk")

    @extend_schema(
        operation_id="legs_create", request=LegIn, responses={201: LegOut, **WRITE_PROBLEMS}
    )
    def post(self, request: Request, code: str) -> Response:
        form = LegIn(data=request.data)
        form.is_valid(raise_exception=True)
        leg = add_leg(cohort=self.cohort, by=self.by, **form.validated_data)
        return Response(LegOut(leg).data, status=201)


class LegView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(operation_id="legs_detail", responses={200: LegOut, **READ_PROBLEMS})
    def get(self, request: Request, code: str, leg_id: int) -> Response:
        return Response(LegOut(self._leg(leg_id)).data)

    @extend_schema(
        operation_id="legs_change",
        request=LegIn(partial=True),
        responses={200: LegOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, code: str, leg_id: int) -> Response:
        leg = self._leg(leg_id)
        form = LegIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(LegOut(change_leg(leg=leg, facts=form.validated_data, by=self.by)).data)

    @extend_schema(operation_id="legs_remove", responses={204: None, **WRITE_PROBLEMS})
    def delete(self, request: Request, code: str, leg_id: int) -> Response:
        remove_leg(leg=self._leg(leg_id), by=self.by)
        return Response(status=204)

    def _leg(self, leg_id: int) -> Leg:
        return get_object_or_404(legs_of(self.cohort), pk=leg_id)
