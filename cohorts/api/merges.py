"""`organizations/duplicates/`, `organizations/merges/`: organizations entered twice."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.actions.merges import (
    keep_organizations_apart,
    merge_organizations,
    organization_undo_until,
    undo_organization_merge,
)
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.models import Organization, OrganizationMerge
from cohorts.queries.merges import FIELDS, suspected_organizations
from cohorts.queries.standing import may_merge
from cohorts.rules.duplicates import Sign, Strength
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import NotAllowed


class MergingView(APIView):
    """For administrators and whoever leads a cohort."""

    @property
    def by(self) -> User:
        """Who acts: the user as actions take it."""
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not may_merge(request.user):
            raise NotAllowed


class OrganizationDoubtOut(serializers.Serializer[Any]):
    one = serializers.IntegerField(source="one.pk")
    one_name = serializers.CharField(source="one.name")
    other = serializers.IntegerField(source="other.pk")
    other_name = serializers.CharField(source="other.name")
    strength = serializers.ChoiceField(choices=list(Strength), source="suspicion.strength")
    score = serializers.IntegerField(source="suspicion.score")
    signs = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Sign)), source="suspicion.signs"
    )


class OrganizationDoubtsOut(serializers.Serializer[Any]):
    """`results` are the strongest; the others follow when those are settled."""

    count = serializers.IntegerField()
    results = OrganizationDoubtOut(many=True, source="pairs")


class OrganizationApartIn(serializers.Serializer[Any]):
    one = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.all())
    other = serializers.PrimaryKeyRelatedField(queryset=Organization.objects.all())
    reason = serializers.CharField(max_length=300)


class OrganizationMergeIn(serializers.Serializer[Any]):
    """`taken`: the fields whose value is that of `gone`."""

    kept = serializers.PrimaryKeyRelatedField(queryset=Organization.with_merged.all())
    gone = serializers.PrimaryKeyRelatedField(queryset=Organization.with_merged.all())
    taken = serializers.ListField(child=serializers.ChoiceField(choices=FIELDS), required=False)


class OrganizationMergeOut(serializers.Serializer[OrganizationMerge]):
    id = serializers.IntegerField()
    kept = serializers.IntegerField(source="kept_id")
    gone = serializers.IntegerField(source="gone_id")
    made_at = serializers.DateTimeField()
    undo_until = serializers.SerializerMethodField()
    undone_at = serializers.DateTimeField(allow_null=True)
    moved = serializers.DictField(child=serializers.IntegerField(), source="summary.moved")

    def get_undo_until(self, merge: OrganizationMerge) -> str | None:
        """None = it cannot be undone (any more)."""
        return organization_undo_until(merge).isoformat() if merge.picture is not None else None


class OrganizationDuplicateListView(MergingView):
    @extend_schema(
        operation_id="organization_duplicates_list",
        parameters=[OpenApiParameter("strength", enum=list(Strength))],
        responses={200: OrganizationDoubtsOut, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        found = suspected_organizations(request.query_params.get("strength", ""))
        return Response(OrganizationDoubtsOut(found).data)


class OrganizationApartView(MergingView):
    @extend_schema(
        operation_id="organization_duplicates_apart",
        request=OrganizationApartIn,
        responses={201: OrganizationApartIn, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = OrganizationApartIn(data=request.data)
        form.is_valid(raise_exception=True)
        decision = keep_organizations_apart(by=self.by, **form.validated_data)
        return Response(OrganizationApartIn(decision).data, status=201)


class OrganizationMergesView(MergingView):
    @extend_schema(
        operation_id="organizations_merge",
        request=OrganizationMergeIn,
        responses={201: OrganizationMergeOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = OrganizationMergeIn(data=request.data)
        form.is_valid(raise_exception=True)
        merge = merge_organizations(by=self.by, **form.validated_data)
        return Response(OrganizationMergeOut(merge).data, status=201)


class OrganizationMergeView(MergingView):
    @extend_schema(
        operation_id="organization_merges_detail",
        responses={200: OrganizationMergeOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, merge_id: int) -> Response:
        merge = get_object_or_404(OrganizationMerge, pk=merge_id)
        return Response(OrganizationMergeOut(merge).data)


class OrganizationMergeUndoView(MergingView):
    @extend_schema(
        operation_id="organization_merges_undo",
        request=None,
        responses={200: OrganizationMergeOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, merge_id: int) -> Response:
        merge = get_object_or_404(OrganizationMerge, pk=merge_id)
        return Response(OrganizationMergeOut(undo_organization_merge(merge=merge, by=self.by)).data)
