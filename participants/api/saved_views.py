"""`cohorts/{code}/roster/views/`: views of the roster under a name."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.permissions import may_keep_views
from participants.actions.saved_views import change_view, choose_default, delete_view, save_view
from participants.forms.saved_views import checked_params
from participants.models import SavedView
from participants.models.saved_views import NAME_LENGTH
from participants.queries.roster import ORDERINGS
from participants.queries.saved_views import view_for, views_for


class ViewParams(serializers.Serializer[Any]):
    """As in the address of the roster; what is left out is not asked for."""

    ordering = serializers.ChoiceField(choices=ORDERINGS, required=False)
    city = serializers.CharField(required=False, max_length=40)
    state = serializers.CharField(required=False, max_length=20)
    group = serializers.CharField(required=False, max_length=60)
    q = serializers.CharField(required=False, max_length=60)
    columns = serializers.CharField(required=False, max_length=400)


class SavedViewOut(serializers.Serializer[SavedView]):
    """`own` ones can be changed by the caller; `default` opens with the page."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    shared = serializers.BooleanField()
    own = serializers.BooleanField()
    default = serializers.BooleanField(source="is_default")
    params = ViewParams()


class SavedViewsOut(serializers.Serializer[Any]):
    results = SavedViewOut(many=True)


class SavedViewIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME_LENGTH)
    shared = serializers.BooleanField(default=False)
    params = ViewParams(default=dict)


class SavedViewChangeIn(serializers.Serializer[Any]):
    """Name and sharing for the owner; `default` for everybody who may open it."""

    name = serializers.CharField(max_length=NAME_LENGTH, required=False)
    shared = serializers.BooleanField(required=False)
    default = serializers.BooleanField(required=False)


class ViewsView(CohortView):
    may_read = staticmethod(may_keep_views)
    may_write = staticmethod(may_keep_views)

    def found(self, view_id: int) -> SavedView:
        view = view_for(self.cohort, self.standing, self.by, view_id)
        if view is None:
            raise Http404
        return view

    def owned(self, view_id: int) -> SavedView:
        view = self.found(view_id)
        if view.owner_id != self.by.pk:
            raise Http404
        return view


class SavedViewListView(ViewsView):
    @extend_schema(
        operation_id="roster_views_list", responses={200: SavedViewsOut, **READ_PROBLEMS}
    )
    def get(self, request: Request, code: str) -> Response:
        rows = views_for(self.cohort, self.standing, self.by)
        return Response({"results": [SavedViewOut(row).data for row in rows]})

    @extend_schema(
        operation_id="roster_views_create",
        request=SavedViewIn,
        responses={201: SavedViewOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        form = SavedViewIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        params = checked_params(self.cohort, self.standing, facts["params"])
        view = save_view(
            cohort=self.cohort,
            name=facts["name"],
            shared=facts["shared"],
            params=params,
            by=self.by,
        )
        return Response(SavedViewOut(self.found(view.pk)).data, status=201)


class SavedViewDetailView(ViewsView):
    @extend_schema(
        operation_id="roster_views_change",
        request=SavedViewChangeIn,
        responses={200: SavedViewOut, 409: ProblemOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, code: str, view_id: int) -> Response:
        view = self.found(view_id)
        form = SavedViewChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        default = facts.pop("default", None)
        if facts:
            change_view(view=self.owned(view_id), by=self.by, **facts)
        if default is not None:
            choose_default(cohort=self.cohort, view=view if default else None, by=self.by)
        return Response(SavedViewOut(self.found(view_id)).data)

    @extend_schema(operation_id="roster_views_delete", responses={204: None, **WRITE_PROBLEMS})
    def delete(self, request: Request, code: str, view_id: int) -> Response:
        delete_view(view=self.owned(view_id), by=self.by)
        return Response(status=204)
