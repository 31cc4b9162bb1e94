"""Proposals between hosts: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api import proposals as api
from sessions.views import proposals

_PROPOSALS = "console/cohorts/<str:code>/timetable/proposals/"
_ONE = f"{_PROPOSALS}<int:proposal_id>/"

urlpatterns: list[URLPattern] = [
    path(_PROPOSALS, proposals.proposal_list, name="proposal-list"),
    path(f"{_PROPOSALS}new/", proposals.new_session, name="proposal-session"),
    path(f"{_ONE}accept/", proposals.accept, name="proposal-accept"),
    path(f"{_ONE}decline/", proposals.decline, name="proposal-decline"),
    path(f"{_ONE}withdraw/", proposals.withdraw, name="proposal-withdraw"),
    path("console/sessions/<int:session_id>/propose/", proposals.new, name="proposal-new"),
]

_API = "cohorts/<str:code>/proposals/"
_API_ONE = f"{_API}<int:proposal_id>/"

api_urlpatterns: list[URLPattern] = [
    path(_API, api.ProposalListView.as_view(), name="api-proposal-list"),
    path(f"{_API_ONE}accept/", api.ProposalAcceptView.as_view(), name="api-proposal-accept"),
    path(f"{_API_ONE}decline/", api.ProposalDeclineView.as_view(), name="api-proposal-decline"),
    path(f"{_API_ONE}withdraw/", api.ProposalWithdrawView.as_view(), name="api-proposal-withdraw"),
]
