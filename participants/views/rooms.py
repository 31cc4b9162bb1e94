"""Hotels and rooms of a leg: who sleeps where, by hand or filled by rule."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cohorts.views.rooms import Entry
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.hotels import add_hotel, add_rooms, remove_hotel, remove_room
from participants.actions.lodging import accept_mixed_room, assign_room, fill_rooms, undo_rooms
from participants.forms.logistics import AssignForm, HotelForm, RoomsForm
from participants.forms.numbers import whole_number
from participants.forms.people import ReasonForm
from participants.models import Hotel, Room
from participants.queries.lodging import lodging_of
from participants.queries.logistics import LegState
from participants.views.logistics import enter_leg, leg_context, sees_rooms

NO_ROOM = "none"


@login_required
@require_safe
def rooms(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id, sees_rooms)
    return _page(entry, state)


@login_required
@require_POST
def hotel_new(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    form = HotelForm(request.POST)
    if carried_out(form, lambda: add_hotel(leg=state.leg, by=entry.by, **form.cleaned_data)):
        messages.success(request, _("The hotel has been added."))
        return redirect("room-list", code, leg_id)
    return _page(entry, state, hotel_form=form)


@login_required
@require_POST
def hotel_remove(request: HttpRequest, code: str, leg_id: int, hotel_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    hotel = _hotel(state, hotel_id)
    return _answered(request, code, leg_id, lambda: remove_hotel(hotel=hotel, by=entry.by))


@login_required
@require_POST
def room_new(request: HttpRequest, code: str, leg_id: int, hotel_id: int) -> HttpResponse:
    """Add several rooms of one kind."""
    entry, state = enter_leg(request, code, leg_id)
    hotel = _hotel(state, hotel_id)
    form = RoomsForm(request.POST, prefix=f"hotel-{hotel.pk}")
    if carried_out(form, lambda: add_rooms(hotel=hotel, by=entry.by, **form.cleaned_data)):
        messages.success(request, _("The rooms have been added."))
        return redirect("room-list", code, leg_id)
    return _page(entry, state, rooms_form=(hotel.pk, form))


@login_required
@require_POST
def room_remove(request: HttpRequest, code: str, leg_id: int, room_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    room = _room(state, room_id)
    return _answered(request, code, leg_id, lambda: remove_room(room=room, by=entry.by))


@login_required
@require_POST
def room_accept(request: HttpRequest, code: str, leg_id: int, room_id: int) -> HttpResponse:
    """Let people of different gender share the room, with the reason."""
    entry, state = enter_leg(request, code, leg_id)
    room = _room(state, room_id)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _answered(
        request,
        code,
        leg_id,
        lambda: accept_mixed_room(room=room, reason=reason, by=entry.by),
        _("Accepted, for the people who are in it now."),
    )


@login_required
@require_POST
def assign(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    """Give the marked people the room `target`, or none."""
    entry, state = enter_leg(request, code, leg_id)
    target = request.POST.get("target", "")
    room = None if target == NO_ROOM else _room(state, whole_number(target))
    form = AssignForm(request.POST)
    marked = [whole_number(raw) for raw in request.POST.getlist("marked")]
    if not marked:
        messages.warning(request, _("Mark the people first."))
        return redirect("room-list", code, leg_id)
    count: list[int] = []
    done = carried_out(
        form,
        lambda: count.append(
            assign_room(
                leg=state.leg, enrollments=marked, room=room, by=entry.by, **form.cleaned_data
            )
        ),
    )
    if done:
        text = ngettext(
            "%(count)s person has been assigned.", "%(count)s people have been assigned.", count[0]
        )
        messages.success(request, text % {"count": count[0]})
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return redirect("room-list", code, leg_id)


@login_required
@require_POST
def fill(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    try:
        placed, waiting = fill_rooms(leg=state.leg, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext(
            "%(count)s person has got a bed.", "%(count)s people have got a bed.", placed
        )
        messages.success(request, text % {"count": placed})
        if waiting:
            messages.warning(request, _("Not everybody has a bed: there are too few rooms."))
    return redirect("room-list", code, leg_id)


@login_required
@require_POST
def undo(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    return _answered(
        request,
        code,
        leg_id,
        lambda: undo_rooms(leg=state.leg, by=entry.by),
        _("The last assignment has been taken back."),
    )


def _answered(
    request: HttpRequest, code: str, leg_id: int, action: Callable[[], object], text: str = ""
) -> HttpResponse:
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text or _("Saved."))
    return redirect("room-list", code, leg_id)


def _hotel(state: LegState, hotel_id: int) -> Hotel:
    return get_object_or_404(
        Hotel.objects.select_related("leg__cohort"), pk=hotel_id, leg=state.leg
    )


def _room(state: LegState, room_id: int) -> Room:
    rooms = Room.objects.select_related("hotel__leg__cohort")
    return get_object_or_404(rooms, pk=room_id, hotel__leg=state.leg)


def _page(
    entry: Entry,
    state: LegState,
    *,
    hotel_form: HotelForm | None = None,
    rooms_form: tuple[int, RoomsForm] | None = None,
) -> HttpResponse:
    lodging = lodging_of(state.leg)
    nights = state.days.usual_nights or state.days.nights
    initial = {"first_on": nights[0], "last_on": nights[-1]}
    forms = {
        line.hotel.pk: RoomsForm(prefix=f"hotel-{line.hotel.pk}", initial=initial)
        for line in lodging.hotels
    }
    if rooms_form:
        forms[rooms_form[0]] = rooms_form[1]
    names = {row.enrollment.pk: row.enrollment.person.name for row in lodging.rows}
    context = entry.context(
        "logistics",
        lodging=lodging,
        hotels=[(line, forms[line.hotel.pk]) for line in lodging.hotels],
        waiting=lodging.waiting,
        wishes=[
            (problem, [names.get(one, "") for one in problem.people])
            for problem in lodging.problems
            if problem.code.startswith("wish")
        ],
        no_room=NO_ROOM,
        hotel_form=hotel_form or HotelForm(),
        **leg_context(entry, state, "rooms"),
    )
    used = [one for one in (hotel_form, rooms_form and rooms_form[1]) if one]
    status = max((form_status(one) for one in used), default=200)
    return render(entry.request, "participants/room_list.html", context, status=status)
