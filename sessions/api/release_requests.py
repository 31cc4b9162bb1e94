"""API of consent to releases: those asked for, agree, decline, withdraw. Asking is publishing."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.models import Leg
from cohorts.permissions import may_preview_release, may_release
from g60portal.common.refusals import NotAllowed
from sessions.actions.release_requests import agree_to_release, decline_release, withdraw_request
from sessions.api.release_shapes import ReleaseRequestOut, request_facts, request_shape
from sessions.choices import RequestState
from sessions.models import ReleaseRequest
from sessions.queries.release_preview import preview_of
from sessions.queries.release_requests import may_answer, parties_of, requests_of

# Older ones are history of the audit.
SHOWN = 50


class ConsentIn(serializers.Serializer[Any]):
    """`fingerprint`: the timetable that was looked at; after an edit it is refused (409)."""

    leg = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    fingerprint = serializers.CharField(max_length=64, required=False, allow_null=True)


class RefusalIn(serializers.Serializer[Any]):
    leg = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=300, help_text="What has to change first.")


class ReleaseRequestListView(CohortView):
    may_read = staticmethod(may_preview_release)
    may_write = staticmethod(may_release)

    @extend_schema(
        operation_id="release_requests_list",
        responses={200: ReleaseRequestOut(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Releases that wait for consent, or did: the last 50, newest first."""
        rows = list(requests_of(self.cohort)[:SHOWN])
        is_open = any(row.state == RequestState.OPEN for row in rows)
        current = preview_of(self.cohort).fingerprint if is_open else ""
        parties = parties_of(self.cohort.pk)
        return Response([request_facts(row, _seen(row, current), parties) for row in rows])


def _seen(row: ReleaseRequest, current: str) -> str:
    """What the answers are for: the draft of now, or that of the day it was closed."""
    return current if row.state == RequestState.OPEN else row.fingerprint


class _RequestView(CohortView):
    may_read = staticmethod(may_preview_release)
    may_write = staticmethod(may_preview_release)

    def asked(self, request_id: int) -> ReleaseRequest:
        rows = ReleaseRequest.objects.select_related("by", "cohort")
        return get_object_or_404(rows, cohort=self.cohort, pk=request_id)

    def own_leg(self, leg_id: int) -> Leg:
        """403 for a leg that somebody else speaks for."""
        leg = get_object_or_404(Leg, cohort=self.cohort, pk=leg_id)
        if not may_answer(self.standing, leg):
            raise NotAllowed
        return leg

    def answer(self, row: ReleaseRequest) -> Response:
        is_open = row.state == RequestState.OPEN
        current = preview_of(self.cohort).fingerprint if is_open else None
        return Response(request_shape(self.cohort, row, current))


class ReleaseAgreeView(_RequestView):
    @extend_schema(
        operation_id="release_requests_agree",
        request=ConsentIn,
        responses={200: ReleaseRequestOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, request_id: int) -> Response:
        """Agree for a leg; the last agreement publishes."""
        row = self.asked(request_id)
        form = ConsentIn(data=request.data)
        form.is_valid(raise_exception=True)
        done = agree_to_release(
            request=row,
            leg=self.own_leg(form.validated_data["leg"]),
            note=form.validated_data["note"],
            fingerprint=form.validated_data.get("fingerprint"),
            by=self.by,
        )
        return self.answer(done)


class ReleaseDeclineView(_RequestView):
    @extend_schema(
        operation_id="release_requests_decline",
        request=RefusalIn,
        responses={200: ReleaseRequestOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, request_id: int) -> Response:
        """Decline for a leg, with what has to change first: nothing is released."""
        row = self.asked(request_id)
        form = RefusalIn(data=request.data)
        form.is_valid(raise_exception=True)
        leg = self.own_leg(form.validated_data["leg"])
        note = form.validated_data["note"]
        return self.answer(decline_release(request=row, leg=leg, note=note, by=self.by))


class ReleaseWithdrawView(_RequestView):
    may_write = staticmethod(may_release)

    @extend_schema(
        operation_id="release_requests_withdraw",
        request=None,
        responses={200: ReleaseRequestOut, 409: ProblemOut, **READ_PROBLEMS},
    )
    def post(self, request: Request, code: str, request_id: int) -> Response:
        """Take the question back."""
        return self.answer(withdraw_request(request=self.asked(request_id), by=self.by))
