"""Venues, speakers, travel minutes: pages and API routes."""

from django.urls import path

from sessions.api import places as api
from sessions.api import travel_fill
from sessions.views import places, travel

urlpatterns = [
    path("console/venues/", places.venues, name="venue-list"),
    path("console/venues/new/", places.new_venue, name="venue-new"),
    path("console/venues/<int:venue_id>/", places.edit_venue, name="venue-edit"),
    path("console/venues/<int:venue_id>/remove/", places.drop_venue, name="venue-remove"),
    path("console/speakers/", places.speakers, name="speaker-list"),
    path("console/speakers/new/", places.new_speaker, name="speaker-new"),
    path("console/speakers/<int:speaker_id>/", places.edit_speaker, name="speaker-edit"),
    path("console/speakers/<int:speaker_id>/remove/", places.drop_speaker, name="speaker-remove"),
    path("console/travel/", travel.matrix, name="travel-matrix"),
    path("console/travel/fill/", travel.fill, name="travel-fill"),
]

api_urlpatterns = [
    path("venues/", api.VenueListView.as_view(), name="api-venue-list"),
    path("venues/<int:venue_id>/", api.VenueView.as_view(), name="api-venue-detail"),
    path("speakers/", api.SpeakerListView.as_view(), name="api-speaker-list"),
    path("speakers/<int:speaker_id>/", api.SpeakerView.as_view(), name="api-speaker-detail"),
    path("travel/venues/", api.VenueTravelView.as_view(), name="api-travel-venues"),
    path("travel/venues/fill/", travel_fill.VenueFillView.as_view(), name="api-travel-venues-fill"),
    path("travel/cities/", api.CityTravelView.as_view(), name="api-travel-cities"),
    path("travel/cities/fill/", travel_fill.CityFillView.as_view(), name="api-travel-cities-fill"),
]
