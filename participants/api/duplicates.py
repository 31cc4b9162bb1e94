"""`duplicates/`, `merges/`: persons entered twice."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.merges import MergingView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.queries.standing import led_cohort_ids
from g60portal.common.refusals import NotAllowed
from participants.actions.duplicates import keep_apart
from participants.actions.merges import merge_people, undo_merge, undo_until
from participants.models import Person, PersonMerge
from participants.queries.duplicates import suspected_people
from participants.queries.merges import may_merge_these, may_see_merge
from participants.rules.duplicates import Sign, Strength
from participants.rules.merges import CHOOSABLE

_EVERYBODY = Person._base_manager  # noqa: SLF001 - those merged already are refused by name


class DoubtOut(serializers.Serializer[Any]):
    one = serializers.IntegerField(source="one.person.pk")
    one_name = serializers.CharField(source="one.person.name")
    other = serializers.IntegerField(source="other.person.pk")
    other_name = serializers.CharField(source="other.person.name")
    strength = serializers.ChoiceField(choices=list(Strength), source="suspicion.strength")
    score = serializers.IntegerField(source="suspicion.score")
    signs = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Sign)), source="suspicion.signs"
    )


class DoubtsOut(serializers.Serializer[Any]):
    """Pairs that hang together are one group; `count` groups, of which the strongest are here."""

    count = serializers.IntegerField()
    results = serializers.ListField(child=DoubtOut(many=True), source="groups")


class ApartIn(serializers.Serializer[Any]):
    one = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    other = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all())
    reason = serializers.CharField(max_length=300)


class MergeIn(serializers.Serializer[Any]):
    """`taken`: the fields whose value is that of `gone`. `seats`: by code of a cohort in which both
    hold a seat, the enrollment that stays."""

    kept = serializers.PrimaryKeyRelatedField(queryset=_EVERYBODY.all())
    gone = serializers.PrimaryKeyRelatedField(queryset=_EVERYBODY.all())
    taken = serializers.ListField(child=serializers.ChoiceField(choices=CHOOSABLE), required=False)
    seats = serializers.DictField(child=serializers.IntegerField(), required=False)


class MergeOut(serializers.Serializer[PersonMerge]):
    id = serializers.IntegerField()
    kept = serializers.IntegerField(source="kept_id")
    gone = serializers.IntegerField(source="gone_id")
    made_at = serializers.DateTimeField()
    undo_until = serializers.SerializerMethodField()
    undone_at = serializers.DateTimeField(allow_null=True)
    moved = serializers.DictField(child=serializers.IntegerField(), source="summary.moved")

    def get_undo_until(self, merge: PersonMerge) -> str | None:
        """None = it cannot be undone (any more)."""
        return undo_until(merge).isoformat() if merge.picture is not None else None


class DuplicateListView(MergingView):
    @extend_schema(
        operation_id="duplicates_list",
        parameters=[OpenApiParameter("strength", enum=list(Strength))],
        responses={200: DoubtsOut, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        strength = request.query_params.get("strength", "")
        found = suspected_people(led_cohort_ids(request.user), strength)
        return Response(DoubtsOut(found).data)


class ApartView(MergingView):
    @extend_schema(
        operation_id="duplicates_apart",
        request=ApartIn,
        responses={201: ApartIn, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = ApartIn(data=request.data)
        form.is_valid(raise_exception=True)
        if not may_merge_these(self.by, [form.validated_data["one"], form.validated_data["other"]]):
            raise NotAllowed
        decision = keep_apart(by=self.by, **form.validated_data)
        return Response(ApartIn(decision).data, status=201)


class MergesView(MergingView):
    @extend_schema(
        operation_id="merges_create",
        request=MergeIn,
        responses={201: MergeOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = MergeIn(data=request.data)
        form.is_valid(raise_exception=True)
        if not may_merge_these(self.by, [form.validated_data["kept"], form.validated_data["gone"]]):
            raise NotAllowed
        merge = merge_people(by=self.by, **form.validated_data)
        return Response(MergeOut(merge).data, status=201)


class MergeView(MergingView):
    @extend_schema(operation_id="merges_detail", responses={200: MergeOut, **READ_PROBLEMS})
    def get(self, request: Request, merge_id: int) -> Response:
        return Response(MergeOut(_merge(self, merge_id)).data)


class MergeUndoView(MergingView):
    @extend_schema(
        operation_id="merges_undo", request=None, responses={200: MergeOut, **WRITE_PROBLEMS}
    )
    def post(self, request: Request, merge_id: int) -> Response:
        merge = undo_merge(merge=_merge(self, merge_id), by=self.by)
        return Response(MergeOut(merge).data)


def _merge(view: MergingView, merge_id: int) -> PersonMerge:
    merge = get_object_or_404(PersonMerge.objects.select_related("kept", "gone"), pk=merge_id)
    if not may_see_merge(view.by, merge):
        raise NotAllowed
    return merge
