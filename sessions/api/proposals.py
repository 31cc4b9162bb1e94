"""`cohorts/{code}/proposals/`: changes that one host asks of another, and their answers."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.models import Leg
from cohorts.permissions import may_edit_any_leg, may_edit_leg, may_see_proposals
from g60portal.common.refusals import NotAllowed
from sessions.actions.proposals import (
    accept_proposal,
    decline_proposal,
    propose_change,
    withdraw_proposal,
)
from sessions.api.clashes import ClashOut
from sessions.api.training_sessions import SessionChangeIn, SessionOut
from sessions.choices import ProposalState
from sessions.models import Proposal, TrainingSession
from sessions.queries.leg_rights import legs_to_ask
from sessions.queries.proposals import proposals_of
from sessions.refusals import NoConsentNeeded


class ProposerOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="__str__")


class ProposalOut(serializers.Serializer[Any]):
    """`facts` are what is asked, `before` what stood there; without a session one is to be made."""

    id = serializers.IntegerField(source="pk")
    leg = serializers.IntegerField(source="leg_id", help_text="The leg whose host decides.")
    session = serializers.IntegerField(source="training_session_id", allow_null=True)
    version = serializers.IntegerField()
    facts = serializers.DictField()
    before = serializers.DictField()
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=ProposalState.choices)
    by = ProposerOut(allow_null=True)
    made_at = serializers.DateTimeField()
    decided_by = ProposerOut(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()


class ProposalIn(serializers.Serializer[Any]):
    """`facts` are those of a PATCH of a session; of a POST where `session` is left out."""

    session = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True
    )
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    facts = serializers.DictField(help_text="As in a PATCH of the session, without `version`.")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class AnswerIn(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=500, allow_blank=True, default="")


class ProposalFilter(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=ProposalState.choices, required=False)


class ProposalConflictOut(ProblemOut):
    """`proposal_decided`; `proposal_outdated` with both; `clash` with its clashes; `stale`."""

    state = serializers.ChoiceField(choices=ProposalState.choices, required=False)
    current = SessionOut(required=False, allow_null=True)
    before = serializers.DictField(required=False)
    proposed = serializers.DictField(required=False)
    clashes = ClashOut(many=True, required=False)


_CONFLICT = {409: OpenApiResponse(ProposalConflictOut)}


class ProposalListView(CohortView):
    may_read = staticmethod(may_see_proposals)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="proposals_list",
        parameters=[
            ProposalFilter,
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses={200: page_of(ProposalOut), 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        words = ProposalFilter(data=request.query_params)
        words.is_valid(raise_exception=True)
        rows = proposals_of(self.cohort, state=words.validated_data.get("state", ""))
        return paged(self, rows.select_related("by", "decided_by"), ProposalOut, "-pk")

    @extend_schema(
        operation_id="proposals_create",
        request=ProposalIn,
        responses={201: ProposalOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def post(self, request: Request, code: str) -> Response:
        form = ProposalIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        row = self._session(asked.get("session"))
        facts = _facts(asked["facts"], partial=row is not None)
        legs = legs_to_ask(self.standing, self.cohort, [(row, facts)])
        if not legs:
            raise NoConsentNeeded
        proposal = propose_change(
            cohort=self.cohort,
            leg=_leg(legs),
            training_session=row,
            version=asked["version"],
            facts=facts,
            note=asked["note"],
            by=self.by,
        )
        return Response(ProposalOut(proposal).data, status=201)

    def _session(self, key: int | None) -> TrainingSession | None:
        if key is None:
            return None
        return get_object_or_404(TrainingSession, cohort=self.cohort, pk=key)


class _AnswerView(CohortView):
    """By somebody who speaks for the leg that is asked."""

    may_read = staticmethod(may_see_proposals)
    may_write = staticmethod(may_edit_any_leg)
    action: Any = None

    def answered(self, request: Request, proposal_id: int) -> Response:
        row = get_object_or_404(Proposal, cohort=self.cohort, pk=proposal_id)
        if not may_edit_leg(self.standing, row.leg_id):
            raise NotAllowed
        form = AnswerIn(data=request.data)
        form.is_valid(raise_exception=True)
        done = type(self).action(proposal=row, answer=form.validated_data["answer"], by=self.by)
        return Response(ProposalOut(done).data)


class ProposalAcceptView(_AnswerView):
    action = staticmethod(accept_proposal)

    @extend_schema(
        operation_id="proposals_accept",
        request=AnswerIn,
        responses={200: ProposalOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def post(self, request: Request, code: str, proposal_id: int) -> Response:
        """Accept it and change the timetable; refused where the session has moved on since."""
        return self.answered(request, proposal_id)


class ProposalDeclineView(_AnswerView):
    action = staticmethod(decline_proposal)

    @extend_schema(
        operation_id="proposals_decline",
        request=AnswerIn,
        responses={200: ProposalOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def post(self, request: Request, code: str, proposal_id: int) -> Response:
        return self.answered(request, proposal_id)


class ProposalWithdrawView(CohortView):
    may_read = staticmethod(may_see_proposals)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="proposals_withdraw",
        request=None,
        responses={200: ProposalOut, **WRITE_PROBLEMS, **_CONFLICT},
    )
    def post(self, request: Request, code: str, proposal_id: int) -> Response:
        """By the one who made it."""
        row = get_object_or_404(Proposal, cohort=self.cohort, pk=proposal_id)
        if row.by_id != self.by.pk:
            raise NotAllowed
        return Response(ProposalOut(withdraw_proposal(proposal=row, by=self.by)).data)


def _facts(given: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    """The facts as the actions take them; errors stand at `facts.<name>`."""
    form = SessionChangeIn(data={"version": 1, **given}, partial=partial)
    if not form.is_valid():
        raise serializers.ValidationError({"facts": form.errors})
    facts = dict(form.validated_data)
    facts.pop("version")
    return facts


def _leg(legs: list[Leg]) -> Leg:
    """The first of them; the action refuses where there are several."""
    return legs[0]
