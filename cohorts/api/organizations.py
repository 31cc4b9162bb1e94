"""`organizations/`: host departments, employers, visited sites."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.actions.organizations import change_organization, create_organization
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import SharedRowsView, page_of, paged
from cohorts.choices import OrganizationKind
from cohorts.models import City, Organization
from cohorts.queries.organizations import organizations_found


class OrganizationOut(serializers.Serializer[Organization]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    city = serializers.CharField(source="city.code")
    kind = serializers.CharField()
    credit_code = serializers.CharField()


class OrganizationIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.SlugRelatedField(slug_field="code", queryset=City.objects.all())
    kind = serializers.ChoiceField(choices=OrganizationKind.choices)
    credit_code = serializers.CharField(max_length=30, required=False, allow_blank=True)


class OrganizationListView(SharedRowsView):
    @extend_schema(
        operation_id="organizations_list",
        parameters=[OpenApiParameter(name) for name in ("q", "kind", "city")],
        responses={200: page_of(OrganizationOut), **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        words = {name: request.query_params.get(name, "").strip() for name in ("q", "kind", "city")}
        return paged(self, organizations_found(**words), OrganizationOut, "place", "pk")

    @extend_schema(
        operation_id="organizations_create",
        request=OrganizationIn,
        responses={201: OrganizationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        form = OrganizationIn(data=request.data)
        form.is_valid(raise_exception=True)
        organization = create_organization(by=self.by, **form.validated_data)
        return Response(OrganizationOut(organization).data, status=201)


class OrganizationView(SharedRowsView):
    @extend_schema(
        operation_id="organizations_detail", responses={200: OrganizationOut, **READ_PROBLEMS}
    )
    def get(self, request: Request, organization_id: int) -> Response:
        return Response(OrganizationOut(_row(organization_id)).data)

    @extend_schema(
        operation_id="organizations_change",
        request=OrganizationIn(partial=True),
        responses={200: OrganizationOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, organization_id: int) -> Response:
        row = _row(organization_id)
        form = OrganizationIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        row = change_organization(organization=row, facts=form.validated_data, by=self.by)
        return Response(OrganizationOut(row).data)


def _row(organization_id: int) -> Organization:
    """Of one that was merged, its survivor."""
    rows = Organization.with_merged.select_related("city", "merged_into__city")
    row = get_object_or_404(rows, pk=organization_id)
    return row.merged_into or row
