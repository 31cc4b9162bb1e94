"""`cohorts/{code}/sessions/` and `sessions/{id}/`: the draft, for programs and the board."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of
from cohorts.models import Leg, Theme
from cohorts.permissions import may_edit_any_leg, may_see_cohort, may_see_timetable
from cohorts.queries.standing import Standing, standing_in
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.paging import KeysetPages
from g60portal.common.refusals import NotAllowed
from participants.models import Group
from sessions.actions.acts import Act
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.api.attendance import LARGEST_ID
from sessions.api.clashes import ClashOut
from sessions.choices import SessionKind, SessionState
from sessions.models import Speaker, TrainingSession, Venue
from sessions.queries.clashes import by_session, clashes_of
from sessions.queries.leg_rights import demand_consent
from sessions.queries.session_changes import news_of
from sessions.queries.timetable import session_shape, session_shapes, sessions_found
from sessions.refusals import CancelledWithChanges
from sessions.rules.placing import proposed_hours

_OPEN_STATES = (SessionState.DRAFT, SessionState.PLANNED, SessionState.DONE)


class SessionOut(serializers.Serializer[Any]):
    """The shape that `sessions.queries.timetable` makes; here for the API description."""

    id = serializers.IntegerField()
    cohort = serializers.CharField()
    leg = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    title = serializers.CharField()
    title_en = serializers.CharField()
    theme = serializers.IntegerField(allow_null=True)
    venue = serializers.IntegerField(allow_null=True)
    speakers = serializers.ListField(child=serializers.IntegerField())
    groups = serializers.ListField(child=serializers.IntegerField())
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    hours = serializers.FloatField()
    compulsory = serializers.BooleanField()
    state = serializers.ChoiceField(choices=SessionState.choices)
    version = serializers.IntegerField()
    clashes = ClashOut(many=True)


class TheirsOut(serializers.Serializer[Any]):
    """What others have made of the session since it was read; facts that differ, with their values
    now. `by` is null for the portal itself."""

    theirs = serializers.DictField(required=False)
    by = serializers.CharField(required=False, allow_null=True)
    at = serializers.DateTimeField(required=False, allow_null=True)


class ChangedSessionOut(SessionOut):
    """With every session whose clash marks the change has changed."""

    changed = SessionOut(many=True)


class ConflictOut(ProblemOut, TheirsOut):
    """`clash` with its clashes, or `stale` with the current session (null when it is deleted) and
    what others have changed since the version that was sent."""

    clashes = ClashOut(many=True, required=False)
    current = SessionOut(required=False, allow_null=True)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class ThemeField(serializers.Field[Any, Any, Any, Any]):
    """A theme by its id or its code."""

    def to_internal_value(self, data: Any) -> Theme:
        key = {"pk": data} if isinstance(data, int) else {"code": str(data)}
        theme = Theme.objects.filter(**key).first()
        if theme is None:
            raise serializers.ValidationError("There is no such theme.")
        return theme


class RowsField(serializers.ListField):
    """Rows by their ids, all in one query."""

    child = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    default_error_messages = {
        "does_not_exist": serializers.PrimaryKeyRelatedField.default_error_messages[
            "does_not_exist"
        ]
    }

    def __init__(self, rows: QuerySet[Any], **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[Model]:
        keys = super().to_internal_value(data)
        found = self.rows.in_bulk(keys) if keys else {}
        for key in keys:
            if key not in found:
                self.fail("does_not_exist", pk_value=key)
        return [found[key] for key in keys]


class SessionIn(serializers.Serializer[Any]):
    leg = serializers.PrimaryKeyRelatedField(queryset=Leg.objects.all())
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    title = serializers.CharField(max_length=200)
    title_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    theme = ThemeField(required=False, allow_null=True)
    venue = serializers.PrimaryKeyRelatedField(
        queryset=Venue.objects.all(), required=False, allow_null=True
    )
    speakers = RowsField(Speaker.objects.all(), required=False)
    groups = RowsField(Group.objects.all(), required=False)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    hours = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=0, max_value=100, required=False
    )
    compulsory = serializers.BooleanField(required=False)
    prepared_by = serializers.PrimaryKeyRelatedField(
        queryset=TrainingSession.objects.all(), required=False, allow_null=True
    )
    state = serializers.ChoiceField(choices=_OPEN_STATES, required=False)


class SessionChangeIn(SessionIn):
    """All but `version` may be left out. State `cancelled` comes alone, or with a `reason`."""

    version = serializers.IntegerField(min_value=1)
    state = serializers.ChoiceField(choices=SessionState.choices, required=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class VersionWord(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)


class SessionFilter(serializers.Serializer[Any]):
    leg = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    day = serializers.DateField(required=False)
    kind = serializers.ChoiceField(choices=SessionKind.choices, required=False)
    state = serializers.ChoiceField(choices=SessionState.choices, required=False)


class SessionListView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="sessions_list",
        parameters=[SessionFilter],
        responses={200: page_of(SessionOut), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        words = SessionFilter(data=request.query_params)
        words.is_valid(raise_exception=True)
        pages = KeysetPages()
        rows = pages.paginate_queryset(
            sessions_found(self.cohort, **words.validated_data), request, view=self
        )
        clashes = by_session(clashes_of(self.cohort))
        return pages.get_paginated_response(session_shapes(rows or [], self.cohort.code, clashes))

    @extend_schema(
        operation_id="sessions_create",
        request=SessionIn,
        responses={201: SessionOut, **WRITE_PROBLEMS, 409: OpenApiResponse(ConflictOut)},
    )
    def post(self, request: Request, code: str) -> Response:
        form = SessionIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        demand_consent(self.standing, self.cohort, [(None, facts)])
        leg = facts.pop("leg")
        speakers, groups = facts.pop("speakers", []), facts.pop("groups", [])
        facts.setdefault("hours", usual_hours(facts))
        row = create_training_session(
            leg=leg, facts=facts, speakers=speakers, groups=groups, by=self.by
        )
        return Response(session_shape(self.cohort, row.pk), status=201)


class OneSessionView(APIView):
    """Loads `self.row` with its cohort, and `self.standing`; 404 for those without standing
    in the session's cohort."""

    row: TrainingSession
    standing: Standing

    @property
    def by(self) -> User:
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rows = TrainingSession.objects.select_related("cohort")
        self.row = get_object_or_404(rows, pk=kwargs["session_id"])
        self.standing = standing_in(request.user, self.row.cohort)
        if not may_see_cohort(self.standing):
            raise Http404
        if not may_see_timetable(self.standing):
            raise NotAllowed

    def demand_consent(self, *facts: Mapping[str, Any]) -> None:
        """NeedsConsent unless the asker speaks for every leg that giving the session these facts
        would touch."""
        demand_consent(self.standing, self.row.cohort, [(self.row, each) for each in facts or [{}]])


class SessionView(OneSessionView):
    @extend_schema(operation_id="sessions_detail", responses={200: SessionOut, **READ_PROBLEMS})
    def get(self, request: Request, session_id: int) -> Response:
        return Response(session_shape(self.row.cohort, self.row.pk))

    @extend_schema(
        operation_id="sessions_change",
        request=SessionChangeIn(partial=True),
        responses={200: ChangedSessionOut, **WRITE_PROBLEMS, 409: OpenApiResponse(ConflictOut)},
    )
    def patch(self, request: Request, session_id: int) -> Response:
        self.demand_consent()
        form = SessionChangeIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        if "version" not in facts:
            raise serializers.ValidationError({"version": ["This field is required."]})
        self.demand_consent(facts)
        act = Act.fresh()
        _change(self.row, facts, self.by, act)
        return Response(changed_shape(self.row, act))

    @extend_schema(
        operation_id="sessions_delete",
        parameters=[VersionWord],
        responses={204: None, **WRITE_PROBLEMS, 409: OpenApiResponse(ConflictOut)},
    )
    def delete(self, request: Request, session_id: int) -> Response:
        """Only what nobody has been told of: never released, nobody marked or asked."""
        self.demand_consent()
        words = VersionWord(data=request.query_params)
        words.is_valid(raise_exception=True)
        delete_training_session(training_session=self.row, by=self.by, **words.validated_data)
        return Response(status=204)


def changed_shape(row: TrainingSession, act: Act) -> dict[str, Any]:
    """The session as the act has left it, and the others whose marks it has changed."""
    news = news_of(row.cohort, act.written, also=[row.pk])
    own, *others = sorted(news.sessions, key=lambda shape: shape["id"] != row.pk)
    return {**own, "changed": [*others, *news.others]}


def demand_alone(facts: Mapping[str, Any]) -> None:
    """Nothing but a reason goes with cancelling."""
    others = sorted(set(facts) - {"id", "version", "state", "reason"})
    if facts.get("state") == SessionState.CANCELLED and others:
        raise CancelledWithChanges(fields=dict.fromkeys(others, CancelledWithChanges.text))


def _change(row: TrainingSession, facts: dict[str, Any], by: User, act: Act) -> None:
    demand_alone(facts)
    version, reason = facts.pop("version"), facts.pop("reason", "")
    if facts.get("state") == SessionState.CANCELLED and row.state != SessionState.CANCELLED:
        cancel_training_session(
            training_session=row, version=version, reason=reason, by=by, act=act
        )
        return
    change_training_session(
        training_session=row,
        version=version,
        speakers=facts.pop("speakers", None),
        groups=facts.pop("groups", None),
        facts=facts,
        by=by,
        act=act,
    )


def usual_hours(facts: Mapping[str, Any]) -> Any:
    """The hours that the length of a session suggests."""
    starts_at, ends_at = facts.get("starts_at"), facts.get("ends_at")
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return 0
    return proposed_hours(facts["kind"], int((ends_at - starts_at).total_seconds() // 60))
