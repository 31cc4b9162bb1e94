"""Groups: pages and API routes.

A group has an address without its cohort's code, too; the API description names one of the two.
"""

from django.urls import path

from participants.api import groups as api
from participants.views import groups

_HERE = "console/cohorts/<str:code>/groups/"

urlpatterns = [
    path(_HERE, groups.groups, name="group-list"),
    path(f"{_HERE}spread/", groups.spread, name="group-spread"),
    path(f"{_HERE}move/", groups.move, name="group-move"),
    path(f"{_HERE}post/", groups.post, name="group-post"),
    path(f"{_HERE}<int:group_id>/", groups.edit, name="group-edit"),
    path(f"{_HERE}<int:group_id>/place/", groups.place, name="group-place"),
    path(f"{_HERE}<int:group_id>/remove/", groups.remove, name="group-remove"),
]
api_urlpatterns = [
    path("cohorts/<str:code>/groups/", api.GroupListView.as_view(), name="api-group-list"),
    path(
        "cohorts/<str:code>/groups/<int:group_id>/",
        api.GroupView.as_view(),
        name="api-group-detail",
    ),
    path(
        "cohorts/<str:code>/groups/<int:group_id>/members/",
        api.MembersView.as_view(),
        name="api-group-members",
    ),
    path("groups/<int:group_id>/", api.GroupView.as_view(schema=None), name="api-group"),
    path(
        "groups/<int:group_id>/members/", api.MembersView.as_view(schema=None), name="api-members"
    ),
]
