"""`cohorts/{code}/repairs/` and `sessions/{id}/delay/`: what would help, and doing it."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.permissions import may_edit_any_leg, may_see_timetable
from sessions.actions.acts import Act
from sessions.actions.repairs import apply_repair
from sessions.api.attendance import IdField
from sessions.api.changes import SeveralOut, several_shape
from sessions.api.clashes import ClashOut
from sessions.api.training_sessions import ConflictOut, OneSessionView
from sessions.choices import RepairKind
from sessions.forms.repairs import LONGEST_DELAY
from sessions.queries.leg_rights import demand_consent
from sessions.queries.repairs import (
    delay_of,
    editable_legs,
    repairs_of,
    repairs_of_session,
    touches_of,
)
from sessions.rules.repairs.bodies import ChangeBody, WaveBody

MOST_CHANGES = 100
_FIELDS = frozenset({"starts_at", "ends_at", "venue", "speakers"})


class CostOut(serializers.Serializer[Any]):
    """The weightiest first: of two repairs the one with the smaller cost comes first."""

    clashes_added = serializers.IntegerField()
    people_told = serializers.IntegerField()
    speakers_changed = serializers.IntegerField()
    sessions_moved = serializers.IntegerField()
    transfers_moved = serializers.IntegerField()
    minutes_shifted = serializers.IntegerField()
    venues_changed = serializers.IntegerField()


class RepairPlaceOut(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    venue = serializers.IntegerField(allow_null=True)
    speakers = serializers.ListField(child=serializers.IntegerField())
    groups = serializers.ListField(child=serializers.IntegerField())


class MoveOut(serializers.Serializer[Any]):
    """`session` is null for a wave that is to be made."""

    session = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    before = RepairPlaceOut()
    after = RepairPlaceOut()


class WaveBodyIn(serializers.Serializer[Any]):
    groups = serializers.ListField(child=IdField(), allow_empty=False)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class RepairChangeIn(serializers.Serializer[Any]):
    """One session: the version that the repair was found for, and either fields or waves."""

    id = IdField()
    version = serializers.IntegerField(min_value=1)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    venue = IdField(required=False, allow_null=True)
    speakers = serializers.ListField(child=IdField(), required=False)
    waves = WaveBodyIn(many=True, required=False, allow_empty=False)


class RepairIn(serializers.Serializer[Any]):
    """The `changes` of a repair, unchanged."""

    changes = serializers.ListField(
        child=RepairChangeIn(), allow_empty=False, max_length=MOST_CHANGES
    )

    def validate_changes(self, changes: list[dict[str, Any]]) -> list[ChangeBody]:
        """A session is either changed or split, and not twice."""
        ids = [change["id"] for change in changes]
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("A session stands in the changes twice.")
        if any("waves" in change and change.keys() & _FIELDS for change in changes):
            raise serializers.ValidationError("A session is split into waves, or changed.")
        return [_body(change) for change in changes]


class RepairOut(serializers.Serializer[Any]):
    """What is solved, what is added, what it costs, and the `changes` to send back."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=RepairKind.choices)
    text = serializers.CharField()
    cost = CostOut()
    moves = MoveOut(many=True)
    solved = ClashOut(many=True)
    added = ClashOut(many=True)
    changes = RepairChangeIn(many=True)


class RepairListOut(serializers.Serializer[Any]):
    """The best few, the cheapest first. `blocked` says in words why the rest of what was `tried`
    is none; `clashes` are those that the repairs solve."""

    clashes = ClashOut(many=True)
    repairs = RepairOut(many=True)
    tried = serializers.IntegerField()
    blocked = serializers.ListField(child=serializers.CharField())


class RepairFilter(serializers.Serializer[Any]):
    """Either the key of a clash or the id of a session. With a session: where it is wanted, when
    its place there was refused."""

    clash = serializers.CharField(required=False, max_length=64)
    session = IdField(required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    venue = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("clash" in attrs) == ("session" in attrs):
            raise serializers.ValidationError("Name a clash or a session.")
        if ("starts_at" in attrs) != ("ends_at" in attrs):
            raise serializers.ValidationError("Give a beginning and an end, or neither.")
        if "starts_at" in attrs and attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError("A session ends after it begins.")
        return attrs


class RepairListView(CohortView):
    """GET searches and writes nothing; POST applies one repair as one step, which undo takes back.

    The search moves sessions of the legs that the asker speaks for, and no others.
    """

    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="repairs_list",
        parameters=[RepairFilter],
        responses={200: RepairListOut, 400: WRITE_PROBLEMS[400], **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        words = RepairFilter(data=request.query_params)
        words.is_valid(raise_exception=True)
        wanted = dict(words.validated_data)
        legs = editable_legs(self.standing)
        if "clash" in wanted:
            found = repairs_of(self.cohort, wanted["clash"], legs=legs)
        else:
            key = wanted.pop("session")
            found = repairs_of_session(self.cohort, key, wanted=wanted, legs=legs)
        if found is None:
            raise Http404
        return Response(
            {
                "clashes": [clash.shape() for clash in found.clashes],
                "repairs": [repair.shape() for repair in found.repairs],
                "tried": found.tried,
                "blocked": list(found.blocked),
            }
        )

    @extend_schema(
        operation_id="repairs_apply",
        request=RepairIn,
        responses={200: SeveralOut, **WRITE_PROBLEMS, 409: OpenApiResponse(ConflictOut)},
    )
    def post(self, request: Request, code: str) -> Response:
        form = RepairIn(data=request.data)
        form.is_valid(raise_exception=True)
        changes = form.validated_data["changes"]
        demand_consent(self.standing, self.cohort, touches_of(self.cohort, changes))
        act = Act.fresh()
        rows = apply_repair(cohort=self.cohort, changes=changes, by=self.by, act=act)
        return Response(several_shape(self.cohort, act, rows))


class DelayFilter(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST_DELAY)


class DelayOut(serializers.Serializer[Any]):
    """`effects`: what the delay would cause if nothing else changed. Each of the `repairs` is
    applied by sending its `changes` to the repairs of the cohort."""

    minutes = serializers.IntegerField()
    effects = ClashOut(many=True)
    repairs = RepairOut(many=True)


class DelayView(OneSessionView):
    """A trip is late: what follows from it, and what can be done."""

    @extend_schema(
        operation_id="sessions_delay",
        parameters=[DelayFilter],
        responses={200: DelayOut, 400: WRITE_PROBLEMS[400], **READ_PROBLEMS},
    )
    def get(self, request: Request, session_id: int) -> Response:
        words = DelayFilter(data=request.query_params)
        words.is_valid(raise_exception=True)
        legs = editable_legs(self.standing)
        found = delay_of(self.row.cohort, session_id, words.validated_data["minutes"], legs=legs)
        if found is None:
            raise Http404
        return Response(
            {
                "minutes": found.minutes,
                "effects": [clash.shape() for clash in found.effects],
                "repairs": [repair.shape() for repair in found.repairs],
            }
        )


def _body(change: dict[str, Any]) -> ChangeBody:
    plain = ("starts_at", "ends_at", "venue")
    fields: dict[str, Any] = {name: change[name] for name in plain if name in change}
    if "speakers" in change:
        fields["speakers"] = tuple(change["speakers"])
    waves = [
        WaveBody(tuple(wave["groups"]), wave["starts_at"], wave["ends_at"])
        for wave in change.get("waves", ())
    ]
    return ChangeBody(change["id"], change["version"], fields, tuple(waves))
