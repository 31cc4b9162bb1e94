"""`cohorts/{code}/groups/` and their members."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import page_of
from cohorts.permissions import may_edit_people, may_see_people, people_city_ids
from g60portal.common.paging import KeysetPages
from participants.actions.groups import change_group, create_group, remove_group, set_members
from participants.models import Group
from participants.queries.groups import groups_of, members_of
from participants.rules.person_facts import GROUP_LENGTH


class GroupOut(serializers.Serializer[Group]):
    """Members are enrollment ids, of the cities that the caller may see."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    members = serializers.SerializerMethodField()

    def get_members(self, group: Group) -> list[int]:
        cities = self.context.get("cities")
        return [
            member.pk for member in members_of(group) if cities is None or member.city_id in cities
        ]


class GroupIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=GROUP_LENGTH)


class GroupChangeIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=GROUP_LENGTH, required=False)
    position = serializers.IntegerField(min_value=1, max_value=10_000, required=False)


class MembersIn(serializers.Serializer[Any]):
    members = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=5000)


class GroupsView(CohortView):
    """What all routes of groups share; `groups/{id}/…` finds the cohort by the group."""

    may_read = staticmethod(may_see_people)
    may_write = staticmethod(may_edit_people)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if "code" not in kwargs:
            group = Group.objects.select_related("cohort").filter(pk=kwargs["group_id"]).first()
            kwargs["code"] = group.cohort.code if group else ""
        super().initial(request, *args, **kwargs)

    def group(self, group_id: int) -> Group:
        return get_object_or_404(Group, pk=group_id, cohort=self.cohort)

    def facts(self, group_id: int) -> dict[str, Any]:
        row = groups_of(self.cohort).filter(pk=group_id).first()
        if row is None:
            raise Http404
        return dict(GroupOut(row, context=self.out_context()).data)

    def out_context(self) -> dict[str, Any]:
        return {"cities": people_city_ids(self.standing)}


class GroupListView(GroupsView):
    @extend_schema(operation_id="groups_list", responses={200: page_of(GroupOut), **READ_PROBLEMS})
    def get(self, request: Request, code: str) -> Response:
        pages = KeysetPages()
        pages.ordering = ("position", "pk")
        rows = pages.paginate_queryset(groups_of(self.cohort), request, view=self)
        found = [GroupOut(row, context=self.out_context()).data for row in rows or []]
        return pages.get_paginated_response(found)

    @extend_schema(
        operation_id="groups_create", request=GroupIn, responses={201: GroupOut, **WRITE_PROBLEMS}
    )
    def post(self, request: Request, code: str) -> Response:
        form = GroupIn(data=request.data)
        form.is_valid(raise_exception=True)
        group = create_group(cohort=self.cohort, name=form.validated_data["name"], by=self.by)
        return Response(self.facts(group.pk), status=201)


class GroupView(GroupsView):
    @extend_schema(operation_id="groups_detail", responses={200: GroupOut, **READ_PROBLEMS})
    def get(self, request: Request, group_id: int, code: str = "") -> Response:
        return Response(self.facts(group_id))

    @extend_schema(
        operation_id="groups_change",
        request=GroupChangeIn,
        responses={200: GroupOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, group_id: int, code: str = "") -> Response:
        form = GroupChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        change_group(group=self.group(group_id), by=self.by, **form.validated_data)
        return Response(self.facts(group_id))

    @extend_schema(operation_id="groups_remove", responses={204: None, **WRITE_PROBLEMS})
    def delete(self, request: Request, group_id: int, code: str = "") -> Response:
        remove_group(group=self.group(group_id), by=self.by)
        return Response(status=204)


class MembersView(GroupsView):
    @extend_schema(operation_id="groups_members", responses={200: MembersIn, **READ_PROBLEMS})
    def get(self, request: Request, group_id: int, code: str = "") -> Response:
        return Response({"members": self.facts(group_id)["members"]})

    @extend_schema(
        operation_id="groups_members_set",
        description="Exactly these enrollments are in the group afterwards; a bare list does too.",
        request=MembersIn,
        responses={200: GroupOut, **WRITE_PROBLEMS},
    )
    def put(self, request: Request, group_id: int, code: str = "") -> Response:
        data = {"members": request.data} if isinstance(request.data, list) else request.data
        form = MembersIn(data=data)
        form.is_valid(raise_exception=True)
        set_members(
            group=self.group(group_id), enrollments=form.validated_data["members"], by=self.by
        )
        return Response(self.facts(group_id))
