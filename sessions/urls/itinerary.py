"""What a participant sees: now and next, itinerary, people; pages and API routes."""

from django.urls import URLPattern, path

from sessions.api.itinerary import OwnItineraryView
from sessions.views import itinerary, my_code, my_looks, my_people

urlpatterns: list[URLPattern] = [
    path("my/", itinerary.home, name="my-home"),
    path("my/itinerary/", itinerary.itinerary, name="my-itinerary"),
    path("my/changes/aside/", my_looks.aside, name="my-changes-aside"),
    path("my/code/", my_code.code, name="my-code"),
    path("my/code/renew/", my_code.renew, name="my-code-renew"),
    path("my/people/", my_people.people, name="my-people"),
    path("my/people/listing/", my_people.listing, name="my-people-listing"),
]
api_urlpatterns: list[URLPattern] = [
    path("me/itinerary/", OwnItineraryView.as_view(), name="api-me-itinerary"),
]
