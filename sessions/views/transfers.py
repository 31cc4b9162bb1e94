"""The transfers of a cohort, and the vehicles of one: seats, stops, boarding lists, heads counted.

Organizers of the leg arrange; the desk counts heads; readers look on; coordinators see nothing of
it, because boarding lists name everybody.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import (
    may_count_heads,
    may_edit_any_leg,
    may_edit_leg,
    may_see_vehicles,
)
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, enter
from g60portal.common import clock
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.models import Enrollment
from sessions.actions import boarding, vehicle_plans
from sessions.actions import vehicles as actions
from sessions.forms.vehicles import CountForm, SeatForm, StopsForm, VehicleForm
from sessions.models import TrainingSession, Vehicle, VehicleStop
from sessions.queries.transfers import transfer_days, way_of
from sessions.queries.vehicles import plan_of_vehicles, transfers, transfers_with_vehicles

ROOM = "timetable"


@login_required
@require_safe
def transfer_list(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_see_vehicles)
    context = entry.context(
        ROOM, days=transfer_days(entry.cohort), may_add=may_edit_any_leg(entry.standing)
    )
    return render(request, "sessions/transfer_list.html", context)


@login_required
@require_safe
def transfer_detail(request: HttpRequest, session_id: int) -> HttpResponse:
    """Vehicles, stops with their heads, boarding lists, and who has no seat."""
    entry, row = _enter(request, session_id, may_see_vehicles)
    return _page(entry, row)


@login_required
@require_safe
def manifests(request: HttpRequest, session_id: int) -> HttpResponse:
    """To print: one list a vehicle, with a box to tick at each stop."""
    entry, row = _enter(request, session_id, may_see_vehicles)
    context = entry.context(ROOM, transfer=row, plan=plan_of_vehicles(row), printed_at=clock.now())
    return render(request, "sessions/transfer_manifests.html", context)


@login_required
@require_POST
def fill(request: HttpRequest, session_id: int) -> HttpResponse:
    """Seats for everybody; with `afresh`, all of them anew."""
    entry, row = _enter_own(request, session_id)
    afresh = "afresh" in request.POST
    return _done(
        entry,
        row,
        lambda: boarding.fill_vehicles(training_session=row, afresh=afresh, by=entry.by),
        _("Everybody has a seat."),
    )


@login_required
@require_POST
def seat(request: HttpRequest, session_id: int) -> HttpResponse:
    """Move one person to a vehicle, or off."""
    entry, row = _enter_own(request, session_id)
    form = SeatForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a vehicle and, if you like, a seat number."))
        return redirect("transfer-detail", row.pk)
    clean = form.cleaned_data
    people = Enrollment.objects.filter(cohort=entry.cohort).select_related("person")
    person = get_object_or_404(people, pk=clean["enrollment"])
    vehicle = _vehicle(row, clean["vehicle"]) if clean["vehicle"] else None
    return _done(
        entry,
        row,
        lambda: boarding.seat_person(
            training_session=row,
            enrollment=person,
            vehicle=vehicle,
            number=clean["number"],
            by=entry.by,
        ),
        _("%(name)s has moved.") % {"name": person.person.name},
    )


@login_required
@require_POST
def take_over(request: HttpRequest, session_id: int) -> HttpResponse:
    """The vehicles of another transfer of this cohort (`source`)."""
    entry, row = _enter_own(request, session_id)
    key = request.POST.get("source", "")
    rows = transfers().filter(cohort=entry.cohort).exclude(pk=row.pk)
    source = get_object_or_404(rows, pk=int(key) if key.isascii() and key.isdigit() else 0)
    return _done(
        entry,
        row,
        lambda: vehicle_plans.take_over_vehicles(training_session=row, source=source, by=entry.by),
        _("The vehicles are taken over."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_vehicle(request: HttpRequest, session_id: int) -> HttpResponse:
    entry, row = _enter_own(request, session_id)
    return _vehicle_form(entry, row, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_vehicle(request: HttpRequest, session_id: int, vehicle_id: int) -> HttpResponse:
    entry, row = _enter_own(request, session_id)
    return _vehicle_form(entry, row, _vehicle(row, vehicle_id))


@login_required
@require_POST
def remove_vehicle(request: HttpRequest, session_id: int, vehicle_id: int) -> HttpResponse:
    entry, row = _enter_own(request, session_id)
    vehicle = _vehicle(row, vehicle_id)
    return _done(
        entry,
        row,
        lambda: actions.remove_vehicle(vehicle=vehicle, by=entry.by),
        _("The vehicle is removed."),
    )


@login_required
@require_POST
def count(request: HttpRequest, session_id: int, vehicle_id: int) -> HttpResponse:
    """Heads at a stop, counted on board with a phone."""
    entry, row = _enter(request, session_id, may_count_heads)
    vehicle = _vehicle(row, vehicle_id)
    form = CountForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter how many heads you counted."))
        return redirect("transfer-detail", row.pk)
    clean = form.cleaned_data
    stop = get_object_or_404(VehicleStop.objects, vehicle=vehicle, pk=clean["stop"])
    stop.vehicle = vehicle
    return _done(
        entry,
        row,
        lambda: boarding.count_heads(
            stop=stop, counted=clean["counted"], note=clean["note"], by=entry.by
        ),
        _("Counted: %(count)s.") % {"count": clean["counted"]},
        anchor=f"vehicle-{vehicle.pk}",
    )


def _enter(
    request: HttpRequest, session_id: int, permission: Callable[[Standing], bool]
) -> tuple[Entry, TrainingSession]:
    rows = transfers().select_related("cohort", "leg__city", "venue")
    row = get_object_or_404(rows, pk=session_id)
    return enter(request, row.cohort.code, permission), row


def _enter_own(request: HttpRequest, session_id: int) -> tuple[Entry, TrainingSession]:
    """As somebody who arranges the transfers of this leg."""
    entry, row = _enter(request, session_id, may_edit_any_leg)
    if not may_edit_leg(entry.standing, row.leg_id):
        raise PermissionDenied
    return entry, row


def _vehicle(row: TrainingSession, vehicle_id: int) -> Vehicle:
    vehicle = get_object_or_404(Vehicle, training_session=row, pk=vehicle_id)
    vehicle.training_session = row
    return vehicle


def _done(
    entry: Entry,
    row: TrainingSession,
    action: Callable[[], object],
    text: str,
    *,
    anchor: str = "",
) -> HttpResponse:
    """Back to the page of the transfer, with what was done or why it was not."""
    try:
        action()
    except Refusal as refusal:
        return _page(entry, row, refusal)
    messages.success(entry.request, text)
    response = redirect("transfer-detail", row.pk)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response


def _page(entry: Entry, row: TrainingSession, refusal: Refusal | None = None) -> HttpResponse:
    plan = plan_of_vehicles(row)
    may_arrange = may_edit_leg(entry.standing, row.leg_id)
    context: dict[str, Any] = {
        "transfer": row,
        "plan": plan,
        "way": way_of(row, plan),
        "may_arrange": may_arrange,
        "may_count": may_count_heads(entry.standing),
        "sources": transfers_with_vehicles(row) if may_arrange and not plan.vehicles else [],
        "reason": str(refusal.message) if refusal else "",
    }
    return render(
        entry.request,
        "sessions/transfer_detail.html",
        entry.context(ROOM, **context),
        status=refusal.status if refusal else 200,
    )


def _vehicle_form(entry: Entry, row: TrainingSession, vehicle: Vehicle | None) -> HttpResponse:
    data = entry.request.POST if entry.request.method == "POST" else None
    known = list(vehicle.stops.order_by("position")) if vehicle else []
    form, stops = VehicleForm.of(vehicle, data), StopsForm.of(known, data)
    if (
        data is not None
        and stops.is_valid()
        and carried_out(form, lambda: _write(entry, row, vehicle, form, stops))
    ):
        messages.success(entry.request, _("Saved."))
        return redirect("transfer-detail", row.pk)
    context = {"transfer": row, "vehicle": vehicle, "form": form, "stops": stops}
    invalid = data is not None and not stops.is_valid()
    return render(
        entry.request,
        "sessions/vehicle_edit.html",
        entry.context(ROOM, **context),
        status=422 if invalid else form_status(form),
    )


def _write(
    entry: Entry,
    row: TrainingSession,
    vehicle: Vehicle | None,
    form: VehicleForm,
    stops: StopsForm,
) -> None:
    facts, halts = form.cleaned_data, stops.facts()
    if vehicle is None:
        actions.add_vehicle(training_session=row, facts=facts, stops=halts, by=entry.by)
    else:
        actions.change_vehicle(vehicle=vehicle, facts=facts, stops=halts, by=entry.by)
