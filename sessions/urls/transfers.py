"""Vehicles, stops, boarding lists, head counts: pages and API routes."""

from django.urls import URLPattern, path

from sessions.api import transfers as api
from sessions.views import transfers

_VEHICLES = "console/sessions/<int:session_id>/vehicles/"
_VEHICLE = f"{_VEHICLES}<int:vehicle_id>/"

urlpatterns: list[URLPattern] = [
    path(
        "console/cohorts/<str:code>/timetable/transfers/",
        transfers.transfer_list,
        name="transfer-list",
    ),
    path(_VEHICLES, transfers.transfer_detail, name="transfer-detail"),
    path(f"{_VEHICLES}print/", transfers.manifests, name="transfer-manifests"),
    path(f"{_VEHICLES}fill/", transfers.fill, name="transfer-fill"),
    path(f"{_VEHICLES}seat/", transfers.seat, name="transfer-seat"),
    path(f"{_VEHICLES}take-over/", transfers.take_over, name="transfer-take-over"),
    path(f"{_VEHICLES}new/", transfers.new_vehicle, name="vehicle-new"),
    path(_VEHICLE, transfers.edit_vehicle, name="vehicle-edit"),
    path(f"{_VEHICLE}remove/", transfers.remove_vehicle, name="vehicle-remove"),
    path(f"{_VEHICLE}count/", transfers.count, name="vehicle-count"),
]

_SESSION = "sessions/<int:session_id>/"

api_urlpatterns: list[URLPattern] = [
    path(f"{_SESSION}vehicles/", api.VehiclePlanView.as_view(), name="api-vehicle-plan"),
    path(f"{_SESSION}boarding/", api.BoardingView.as_view(), name="api-boarding"),
    path(f"{_SESSION}transfers/", api.TransfersAroundView.as_view(), name="api-transfers-around"),
    path(
        "vehicles/<int:vehicle_id>/head-counts/",
        api.HeadCountView.as_view(),
        name="api-head-count-list",
    ),
]
