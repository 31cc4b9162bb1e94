"""Releases, notices and the calendar feed of a cohort: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api.notices import NoticeListView, NoticeRetryView
from sessions.api.own_changes import OwnChangesView
from sessions.api.release_preview import (
    ReleasePreviewPeopleView,
    ReleasePreviewPersonView,
    ReleasePreviewView,
)
from sessions.api.release_requests import (
    ReleaseAgreeView,
    ReleaseDeclineView,
    ReleaseRequestListView,
    ReleaseWithdrawView,
)
from sessions.api.releases import (
    ReleaseDetailView,
    ReleaseDiffView,
    ReleaseListView,
    ReleaseRestoreView,
    ReleaseSendNowView,
    ReleaseTakeBackView,
)
from sessions.views import (
    calendar_feed,
    my_changes,
    notices,
    release_preview,
    release_requests,
    releases,
    restoring,
)

_RELEASES = "console/cohorts/<str:code>/releases/"
_RELEASE = _RELEASES + "<int:number>/"
_REQUEST = _RELEASES + "requests/<int:request_id>/"
_NOTICES = "console/cohorts/<str:code>/notices/"

urlpatterns: list[URLPattern] = [
    path(_RELEASES, releases.release_list, name="release-list"),
    path(_RELEASES + "compare/", releases.release_compare, name="release-compare"),
    path(_RELEASES + "preview/", release_preview.people, name="release-preview"),
    path(_RELEASES + "preview/<int:seat>/", release_preview.person, name="release-preview-person"),
    path(_RELEASES + "preview/<int:seat>/mail/", release_preview.mail, name="release-preview-mail"),
    path(_REQUEST + "agree/", release_requests.agree, name="release-agree"),
    path(_REQUEST + "decline/", release_requests.decline, name="release-decline"),
    path(_REQUEST + "withdraw/", release_requests.withdraw, name="release-withdraw"),
    path(_RELEASE, releases.release_detail, name="release-detail"),
    path(_RELEASE + "diff/", releases.release_diff, name="release-diff"),
    path(_RELEASE + "send-now/", releases.send_now, name="release-send-now"),
    path(_RELEASE + "take-back/", releases.take_back, name="release-take-back"),
    path(_RELEASE + "restore/", restoring.restore, name="release-restore"),
    path(_NOTICES, notices.notice_list, name="notice-list"),
    path(_NOTICES + "<int:pk>/retry/", notices.notice_retry, name="notice-retry"),
    path(_NOTICES + "<int:pk>/cancel/", notices.notice_cancel, name="notice-cancel"),
    path("my/changes/", my_changes.changes, name="my-changes"),
    path("calendar/<slug:token>.ics", calendar_feed.calendar_feed, name="calendar-feed"),
]
_COHORT = "cohorts/<str:code>/"
_API_RELEASES = _COHORT + "releases/"
_API_RELEASE = _API_RELEASES + "<int:number>/"
_API_REQUEST = _API_RELEASES + "requests/<int:request_id>/"
api_urlpatterns: list[URLPattern] = [
    path(_API_RELEASES, ReleaseListView.as_view(), name="api-release-list"),
    path(_API_RELEASES + "preview/", ReleasePreviewView.as_view(), name="api-release-preview"),
    path(
        _API_RELEASES + "preview/people/",
        ReleasePreviewPeopleView.as_view(),
        name="api-release-preview-people",
    ),
    path(
        _API_RELEASES + "preview/people/<int:seat>/",
        ReleasePreviewPersonView.as_view(),
        name="api-release-preview-person",
    ),
    path(
        _API_RELEASES + "requests/",
        ReleaseRequestListView.as_view(),
        name="api-release-request-list",
    ),
    path(_API_REQUEST + "agree/", ReleaseAgreeView.as_view(), name="api-release-agree"),
    path(_API_REQUEST + "decline/", ReleaseDeclineView.as_view(), name="api-release-decline"),
    path(_API_REQUEST + "withdraw/", ReleaseWithdrawView.as_view(), name="api-release-withdraw"),
    path(_API_RELEASE, ReleaseDetailView.as_view(), name="api-release-detail"),
    path(_API_RELEASE + "diff/", ReleaseDiffView.as_view(), name="api-release-diff"),
    path(_API_RELEASE + "send-now/", ReleaseSendNowView.as_view(), name="api-release-send-now"),
    path(_API_RELEASE + "take-back/", ReleaseTakeBackView.as_view(), name="api-release-take-back"),
    path(_API_RELEASE + "restore/", ReleaseRestoreView.as_view(), name="api-release-restore"),
    path(_COHORT + "notices/", NoticeListView.as_view(), name="api-notice-list"),
    path(_COHORT + "notices/<int:pk>/retry/", NoticeRetryView.as_view(), name="api-notice-retry"),
    path("me/changes/", OwnChangesView.as_view(), name="api-me-changes"),
]
