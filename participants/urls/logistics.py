"""Logistics: the participant's form, the organizers' pages leg by leg, and API routes."""

from django.urls import path

from participants.api import logistics as api
from participants.api import rooms as rooms_api
from participants.views import logistics, my_logistics, rooms

_HERE = "console/cohorts/<str:code>/logistics/"
_LEG = f"{_HERE}<int:leg_id>/"
_ROOMS = f"{_LEG}rooms/"
_API = "cohorts/<str:code>/legs/<int:leg_id>/"

urlpatterns = [
    path("my/logistics/", my_logistics.logistics, name="my-logistics"),
    path("my/logistics/<int:leg_id>/", my_logistics.leg, name="my-logistics-leg"),
    path(_HERE, logistics.overview, name="logistics"),
    path(_LEG, logistics.leg, name="logistics-leg"),
    path(f"{_LEG}deadline/", logistics.deadline, name="logistics-deadline"),
    path(f"{_LEG}remind/", logistics.remind, name="logistics-remind"),
    path(f"{_LEG}people/<int:seat>/", logistics.person, name="logistics-person"),
    path(f"{_LEG}people/<int:seat>/note/", logistics.note, name="logistics-note"),
    path(f"{_LEG}<slug:name>.xlsx", logistics.list_download, name="logistics-list"),
    path(_ROOMS, rooms.rooms, name="room-list"),
    path(f"{_ROOMS}hotels/", rooms.hotel_new, name="hotel-new"),
    path(f"{_ROOMS}hotels/<int:hotel_id>/rooms/", rooms.room_new, name="room-new"),
    path(f"{_ROOMS}hotels/<int:hotel_id>/remove/", rooms.hotel_remove, name="hotel-remove"),
    path(f"{_ROOMS}<int:room_id>/remove/", rooms.room_remove, name="room-remove"),
    path(f"{_ROOMS}<int:room_id>/accept/", rooms.room_accept, name="room-accept"),
    path(f"{_ROOMS}assign/", rooms.assign, name="room-assign"),
    path(f"{_ROOMS}fill/", rooms.fill, name="room-fill"),
    path(f"{_ROOMS}undo/", rooms.undo, name="room-undo"),
]
api_urlpatterns = [
    path("me/logistics/", api.OwnLogisticsListView.as_view(), name="api-me-logistics"),
    path(
        "me/logistics/<int:leg_id>/",
        api.OwnLogisticsView.as_view(),
        name="api-me-logistics-detail",
    ),
    path(f"{_API}logistics/", api.LegLogisticsView.as_view(), name="api-logistics"),
    path(f"{_API}rooms/", rooms_api.RoomListView.as_view(), name="api-room-list"),
    path(
        f"{_API}rooms/<int:room_id>/people/",
        rooms_api.RoomPeopleView.as_view(),
        name="api-room-people",
    ),
]
