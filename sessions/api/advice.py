"""`cohorts/{code}/advice/`: what would make the plan of a cohort better as a whole."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS
from cohorts.permissions import may_edit_any_leg, may_see_timetable
from sessions.queries.advice import advice_of
from sessions.rules.advice import AdviceCode


class AdviceOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=AdviceCode.choices)
    message = serializers.CharField()
    facts = serializers.DictField()
    sessions = serializers.ListField(child=serializers.IntegerField())


class AdviceView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="advice_list",
        responses={
            200: inline_serializer(
                "AdviceList",
                {
                    "next": serializers.URLField(allow_null=True),
                    "previous": serializers.URLField(allow_null=True),
                    "results": AdviceOut(many=True),
                },
            ),
            **READ_PROBLEMS,
        },
    )
    def get(self, request: Request, code: str) -> Response:
        results = [advice.shape() for advice in advice_of(self.cohort)]
        return Response({"next": None, "previous": None, "results": results})
