"""Private links of speakers and site hosts: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api import slots as api
from sessions.views import confirmations, slot_details, slot_page

_PRIVATE = "slots/<str:token>/"
_CONSOLE = "console/cohorts/<str:code>/timetable/confirmations/"
_PARTY = f"{_CONSOLE}<slug:party>/"
_SLOT = f"{_PARTY}<int:session_id>/"

urlpatterns: list[URLPattern] = [
    path(_PRIVATE, slot_page.slot_page, name="slot-page"),
    path(f"{_PRIVATE}open/", slot_page.slot_open, name="slot-open"),
    path(f"{_PRIVATE}answer/", slot_page.slot_answer, name="slot-answer"),
    path(f"{_PRIVATE}calendar.ics", slot_page.slot_calendar, name="slot-calendar"),
    path(_CONSOLE, confirmations.slot_list, name="slot-list"),
    path(f"{_CONSOLE}ask/", confirmations.slot_ask, name="slot-ask"),
    path(_PARTY, confirmations.slot_party, name="slot-party"),
    path(f"{_PARTY}link/", confirmations.slot_link, name="slot-link"),
    path(_SLOT, slot_details.slot_detail, name="slot-detail"),
    path(f"{_SLOT}step/", slot_details.slot_step, name="slot-step"),
    path(f"{_SLOT}times/", slot_details.slot_times, name="slot-times"),
    path(f"{_SLOT}fallback/", slot_details.slot_fallback, name="slot-fallback"),
    path(f"{_SLOT}people/", slot_details.slot_people, name="slot-people"),
]

api_urlpatterns: list[URLPattern] = [
    path("cohorts/<str:code>/slots/", api.SlotListView.as_view(), name="api-slot-list"),
    path("slots/<int:slot_id>/", api.SlotView.as_view(), name="api-slot-detail"),
    path(
        "cohorts/<str:code>/slot-links/",
        api.SlotLinkListView.as_view(),
        name="api-slot-link-list",
    ),
    path(
        "cohorts/<str:code>/slot-links/<int:link_id>/",
        api.SlotLinkView.as_view(),
        name="api-slot-link-detail",
    ),
]
