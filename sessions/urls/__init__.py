"""Routes of training sessions, one module a page family; each exports pages and API routes."""

from sessions.urls import (
    changes,
    clashes,
    completion,
    documents,
    itinerary,
    messages,
    overview,
    places,
    proposals,
    releases,
    repairs,
    slots,
    timetable,
    transfers,
)

_FAMILIES = (
    overview,
    places,
    changes,
    timetable,
    clashes,
    repairs,
    proposals,
    slots,
    transfers,
    releases,
    messages,
    itinerary,
    completion,
    documents,
)

urlpatterns = [route for family in _FAMILIES for route in family.urlpatterns]
api_urlpatterns = [route for family in _FAMILIES for route in family.api_urlpatterns]
