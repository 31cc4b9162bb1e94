"""`cohorts/{code}/quotas/`: what each city gets. POST sets the named cities, PUT the whole list."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.actions.quotas import QuotaFacts, put_quotas, set_quotas
from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import page_of, paged
from cohorts.models import City, Quota
from cohorts.permissions import may_edit_cohort, may_see_cohort


class QuotaOut(serializers.Serializer[Quota]):
    city = serializers.CharField(source="city.code")
    seats = serializers.IntegerField()
    reserve = serializers.IntegerField()
    deadline = serializers.DateTimeField(allow_null=True)


class QuotaIn(serializers.Serializer[Any]):
    city = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())
    seats = serializers.IntegerField(min_value=0, max_value=100_000)
    reserve = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    deadline = serializers.DateTimeField(required=False, allow_null=True, default=None)


class QuotaListView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(operation_id="quotas_list", responses={200: page_of(QuotaOut), **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        return paged(self, self._rows(), QuotaOut, "city_order", "pk")

    @extend_schema(
        operation_id="quotas_set",
        description="One quota or a list of quotas; cities that are not named keep theirs.",
        request=QuotaIn(many=True),
        responses={200: page_of(QuotaOut), **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        """A single quota answers as itself, a list as the whole list."""
        single = isinstance(request.data, dict)
        wanted = _facts([request.data] if single else request.data)
        put_quotas(cohort=self.cohort, quotas=wanted, by=self.by)
        if not single:
            return self.get(request, code)
        row = self._rows().filter(city=wanted[0].city).first()
        return Response(QuotaOut(row).data if row else None, status=201 if row else 204)

    @extend_schema(
        operation_id="quotas_replace",
        description="The whole list; cities that are not named have no quota afterwards.",
        request=QuotaIn(many=True),
        responses={200: page_of(QuotaOut), **WRITE_PROBLEMS},
    )
    def put(self, request: Request, code: str) -> Response:
        set_quotas(cohort=self.cohort, quotas=_facts(request.data), by=self.by)
        return self.get(request, code)

    def _rows(self) -> QuerySet[Quota]:
        rows = Quota.objects.filter(cohort=self.cohort).select_related("city")
        return rows.annotate(city_order=F("city__position"))


def _facts(data: Any) -> Sequence[QuotaFacts]:
    form = QuotaIn(data=data, many=True)
    form.is_valid(raise_exception=True)
    return [QuotaFacts(**entry) for entry in form.validated_data]
