"""`cohorts/` and `cohorts/{code}/`: list, detail, create, patch.

They stand here because a change of state needs the facts of all apps; every other change is an
action of cohorts.
"""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.actions.cohorts import change_cohort, create_cohort
from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import page_of, paged
from cohorts.choices import CohortState
from cohorts.models import Cohort, Leg
from cohorts.permissions import may_edit_cohort, may_see_cohort
from cohorts.queries.standing import cohorts_of, may_open_cohorts
from cohorts.rules.thresholds import LONGEST_WAIT_SECONDS
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import NotAllowed
from sessions.actions.cohort_states import move_cohort


class CohortOut(serializers.Serializer[Cohort]):
    code = serializers.CharField()
    edition = serializers.IntegerField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    seats = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = serializers.ChoiceField(choices=CohortState.choices)
    release_needs_consent = serializers.BooleanField()
    wait_seconds = serializers.IntegerField()
    legs = serializers.SerializerMethodField()

    def get_legs(self, cohort: Cohort) -> list[int]:
        return [leg.pk for leg in cohort.legs.all()]


class CohortFactsIn(serializers.Serializer[Any]):
    edition = serializers.IntegerField(min_value=1, max_value=32_767)
    title = serializers.CharField(max_length=200)
    title_en = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    seats = serializers.IntegerField(min_value=1, max_value=100_000)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    release_needs_consent = serializers.BooleanField(
        required=False, default=False, help_text="A release waits for the hosts of all legs."
    )
    wait_seconds = serializers.IntegerField(
        min_value=0,
        max_value=LONGEST_WAIT_SECONDS,
        required=False,
        default=60,
        help_text="How long messages wait after a release, so that another one can join them.",
    )


class CohortIn(CohortFactsIn):
    code = serializers.CharField(max_length=40)


class CohortChange(CohortFactsIn):
    """`state` moves the cohort; `reason` goes with postponing, cancelling and opening again."""

    code = serializers.CharField(max_length=40)
    state = serializers.ChoiceField(choices=CohortState.choices)
    reason = serializers.CharField(max_length=500, allow_blank=True)


class CohortListView(APIView):
    @extend_schema(
        operation_id="cohorts_list", responses={200: page_of(CohortOut), **READ_PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        return paged(self, _with_legs(cohorts_of(request.user)), CohortOut, "-starts_on", "-pk")

    @extend_schema(
        operation_id="cohorts_create",
        request=CohortIn,
        responses={201: CohortOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        if not may_open_cohorts(request.user):
            raise NotAllowed
        form = CohortIn(data=request.data)
        form.is_valid(raise_exception=True)
        cohort = create_cohort(by=signed_in(request), **form.validated_data)
        return Response(_shape(cohort), status=201)


class CohortDetailView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(operation_id="cohorts_detail", responses={200: CohortOut, **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        return Response(_shape(self.cohort))

    @extend_schema(
        operation_id="cohorts_change",
        request=CohortChange(partial=True),
        responses={200: CohortOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, code: str) -> Response:
        form = CohortChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(_shape(self._changed(dict(form.validated_data))))

    @transaction.atomic
    def _changed(self, facts: dict[str, Any]) -> Cohort:
        """Facts first, then the move: both or neither. A state it already has is no move."""
        target, reason = facts.pop("state", None), facts.pop("reason", "")
        cohort = self.cohort
        if facts:
            cohort = change_cohort(cohort=cohort, facts=facts, by=self.by)
        if target not in (None, cohort.state):
            cohort = move_cohort(cohort=cohort, target=target, reason=reason, by=self.by)
        return cohort


def _with_legs(cohorts: QuerySet[Cohort]) -> QuerySet[Cohort]:
    return cohorts.prefetch_related(Prefetch("legs", queryset=Leg.objects.order_by("position")))


def _shape(cohort: Cohort) -> Any:
    return CohortOut(cohort).data
