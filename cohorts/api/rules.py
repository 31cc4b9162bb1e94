"""`cohorts/{code}/rules/`: what is certified, and from which figures on the timetable warns."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.actions.cohorts import change_cohort, change_thresholds
from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.models import Cohort
from cohorts.permissions import may_edit_cohort, may_see_cohort
from cohorts.rules.thresholds import WHOLE_PERCENT, Thresholds

_CERTIFICATE = ("certificate_prefix", "required_hours", "attendance_percent")


class RulesOut(serializers.Serializer[Any]):
    """Thresholds as they are in force: the cohort's own where it has set one, else the usual."""

    certificate_prefix = serializers.CharField()
    required_hours = serializers.FloatField()
    attendance_percent = serializers.IntegerField()
    leave_limit_percent = serializers.FloatField()
    meal_minutes = serializers.IntegerField()
    lunch_from = serializers.CharField()
    lunch_until = serializers.CharField()
    dinner_from = serializers.CharField()
    dinner_until = serializers.CharField()
    lecture_minutes = serializers.IntegerField()
    break_minutes = serializers.IntegerField()
    evening_from = serializers.CharField()


class RulesIn(serializers.Serializer[Any]):
    """Whatever is left out stays; null takes a threshold back to the usual. What a threshold can
    be, the action says."""

    certificate_prefix = serializers.CharField(max_length=40, required=False)
    required_hours = serializers.DecimalField(
        max_digits=5, decimal_places=1, min_value=0, required=False
    )
    attendance_percent = serializers.IntegerField(
        min_value=0, max_value=WHOLE_PERCENT, required=False
    )
    leave_limit_percent = serializers.FloatField(required=False, allow_null=True)
    meal_minutes = serializers.IntegerField(required=False, allow_null=True)
    lunch_from = serializers.CharField(max_length=5, required=False, allow_null=True)
    lunch_until = serializers.CharField(max_length=5, required=False, allow_null=True)
    dinner_from = serializers.CharField(max_length=5, required=False, allow_null=True)
    dinner_until = serializers.CharField(max_length=5, required=False, allow_null=True)
    lecture_minutes = serializers.IntegerField(required=False, allow_null=True)
    break_minutes = serializers.IntegerField(required=False, allow_null=True)
    evening_from = serializers.CharField(max_length=5, required=False, allow_null=True)


class RulesView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(operation_id="rules_detail", responses={200: RulesOut, **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        return Response(_shape(self.cohort))

    @extend_schema(
        operation_id="rules_change", request=RulesIn, responses={200: RulesOut, **WRITE_PROBLEMS}
    )
    def patch(self, request: Request, code: str) -> Response:
        form = RulesIn(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(_shape(self._changed(form.validated_data)))

    @transaction.atomic
    def _changed(self, given: Mapping[str, Any]) -> Cohort:
        """All of it or nothing."""
        own = {name: value for name, value in given.items() if name in _CERTIFICATE}
        thresholds = {name: value for name, value in given.items() if name not in own}
        cohort = change_cohort(cohort=self.cohort, facts=own, by=self.by)
        return change_thresholds(cohort=cohort, thresholds=thresholds, by=self.by)


def _shape(cohort: Cohort) -> Any:
    own = {name: getattr(cohort, name) for name in _CERTIFICATE}
    return RulesOut({**own, **asdict(Thresholds.of(cohort.rules))}).data
