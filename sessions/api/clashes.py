"""`cohorts/{code}/clashes/`: what in the draft is in the way of something else; accepting it."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.permissions import may_accept_clash, may_edit_any_leg, may_see_timetable
from g60portal.common.refusals import NotAllowed
from sessions.actions.clash_acceptances import LONGEST_REASON, accept_clash, reopen_clash
from sessions.choices import ClashCode
from sessions.queries.clash_list import (
    ACCEPTED,
    ALL,
    OPEN,
    SEVERITIES,
    ClashFilter,
    clashes_found,
    legs_of_clash,
)


class ClashOut(serializers.Serializer[Any]):
    """`reopened`: it had been accepted for the `reason`, and its facts have changed since."""

    key = serializers.CharField()
    code = serializers.ChoiceField(choices=ClashCode.choices)
    severity = serializers.ChoiceField(choices=SEVERITIES)
    sessions = serializers.ListField(child=serializers.IntegerField())
    message = serializers.CharField()
    facts = serializers.DictField()
    accepted = serializers.BooleanField()
    reason = serializers.CharField()
    reopened = serializers.BooleanField()


class ClashWords(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=SEVERITIES, required=False)
    code = serializers.ChoiceField(choices=ClashCode.choices, required=False)
    leg = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    state = serializers.ChoiceField(choices=[OPEN, ACCEPTED, ALL], required=False)


class AcceptIn(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ClashListView(CohortView):
    """All of them on one page: a cohort is judged as a whole, so there is nothing to page."""

    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="clashes_list",
        parameters=[ClashWords],
        responses={
            200: inline_serializer(
                "ClashList",
                {
                    "next": serializers.URLField(allow_null=True),
                    "previous": serializers.URLField(allow_null=True),
                    "results": ClashOut(many=True),
                },
            ),
            **READ_PROBLEMS,
        },
    )
    def get(self, request: Request, code: str) -> Response:
        words = ClashWords(data=request.query_params)
        words.is_valid(raise_exception=True)
        found = clashes_found(self.cohort, ClashFilter(**words.validated_data))
        results = [clash.shape() for clash in found]
        return Response({"next": None, "previous": None, "results": results})


class _AcceptanceView(CohortView):
    """For whoever may edit the leg of one of the sessions."""

    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    def demand_right(self, key: str) -> None:
        """A clash that is gone concerns no leg; then the action says so to whoever asks."""
        legs = legs_of_clash(self.cohort, key)
        if legs is not None and not may_accept_clash(self.standing, legs):
            raise NotAllowed


class ClashAcceptView(_AcceptanceView):
    @extend_schema(
        operation_id="clashes_accept",
        description="Live with a soft clash, for a reason. It comes back when its facts change.",
        request=AcceptIn,
        responses={200: ClashOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        form = AcceptIn(data=request.data)
        form.is_valid(raise_exception=True)
        key = form.validated_data["key"]
        self.demand_right(key)
        clash = accept_clash(
            cohort=self.cohort, key=key, reason=form.validated_data["reason"], by=self.by
        )
        return Response(clash.shape())


class ClashReopenView(_AcceptanceView):
    @extend_schema(operation_id="clashes_reopen", responses={204: None, **WRITE_PROBLEMS})
    def delete(self, request: Request, code: str, key: str) -> Response:
        self.demand_right(key)
        reopen_clash(cohort=self.cohort, key=key, by=self.by)
        return Response(status=204)
