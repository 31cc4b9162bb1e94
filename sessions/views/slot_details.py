"""One session of one party: what was asked and said, an answer by phone, the next step, what can
take the place of a refusal, and the list of people for the host of a site.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.permissions import may_edit_any_leg, may_edit_leg, may_reveal_identity, may_see_slots
from cohorts.views.rooms import Entry, enter
from g60portal.common import clock
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from sessions.actions.repairs import apply_repair
from sessions.actions.slots import (
    mark_done,
    note_host_list,
    record_answer,
    send_host_list,
    take_over_times,
)
from sessions.choices import SlotState
from sessions.forms.slots import AnswerForm, HostListForm
from sessions.models import Slot
from sessions.queries.confirmations import SlotRow, rows_of
from sessions.queries.host_list import (
    CONTENT_TYPES,
    FileKind,
    host_list_file,
    host_list_people,
)
from sessions.queries.leg_rights import demand_consent
from sessions.queries.repairs import Offer, editable_legs, fallbacks_of, touches_of
from sessions.queries.slot_parties import Party
from sessions.refusals import RepairOutdated
from sessions.views.confirmations import ROOM, party_in

_FILE_KINDS: dict[str, FileKind] = {"xlsx": "xlsx", "csv": "csv"}


@dataclass(frozen=True)
class Place:
    """Where a request stands: a cohort, a party, one of its sessions."""

    entry: Entry
    party: Party
    row: SlotRow

    @property
    def may_edit(self) -> bool:
        return may_edit_leg(self.entry.standing, self.row.training_session.leg_id)

    @property
    def slot(self) -> Slot:
        """404 while nothing was asked."""
        if self.row.slot is None:
            raise Http404
        return self.row.slot


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slot_detail(request: HttpRequest, code: str, party: str, session_id: int) -> HttpResponse:
    """POST writes down an answer that came by other ways."""
    place = _place(request, code, party, session_id)
    if request.method == "POST" and not place.may_edit:
        raise PermissionDenied
    form = AnswerForm.of(place.row.slot, request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried_out(
        form,
        lambda: record_answer(
            cohort=place.entry.cohort,
            party=place.party,
            training_session=place.row.training_session,
            by=place.entry.by,
            **form.facts(),
        ),
    ):
        messages.success(request, _("The answer is written down."))
        return redirect("slot-detail", code, party, session_id)
    context = place.entry.context(
        ROOM,
        party=place.party,
        row=place.row,
        form=form if place.may_edit else None,
        may_edit=place.may_edit,
        fallbacks=_fallbacks(place),
        over=place.row.slot is not None and place.row.slot.ends_at <= clock.now(),
    )
    return render(request, "sessions/slot_detail.html", context, status=form_status(form))


@login_required
@require_POST
def slot_step(request: HttpRequest, code: str, party: str, session_id: int) -> HttpResponse:
    """`state`: the list was sent, or it is done."""
    place = _place_to_edit(request, code, party, session_id)
    steps = {SlotState.LIST_SENT.value: send_host_list, SlotState.DONE.value: mark_done}
    step = steps.get(request.POST.get("state", ""))
    try:
        if step is not None:
            step(slot=place.slot, by=place.entry.by)
            messages.success(request, _("Saved."))
    except Refusal as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("slot-detail", code, party, session_id)


@login_required
@require_POST
def slot_times(request: HttpRequest, code: str, party: str, session_id: int) -> HttpResponse:
    """Take the times that a speaker has named over into its availability."""
    place = _place_to_edit(request, code, party, session_id)
    try:
        take_over_times(slot=place.slot, by=place.entry.by)
        messages.success(request, _("The times are part of the speaker's availability."))
    except Refusal as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("slot-detail", code, party, session_id)


@login_required
@require_POST
def slot_fallback(request: HttpRequest, code: str, party: str, session_id: int) -> HttpResponse:
    """Apply what can take the place of a refusal: `key` of one of the proposals of this moment."""
    place = _place_to_edit(request, code, party, session_id)
    key = request.POST.get("key", "")
    chosen = next((offer for offer in _fallbacks(place) if offer.key == key), None)
    entry = place.entry
    try:
        if chosen is None:
            raise RepairOutdated
        demand_consent(entry.standing, entry.cohort, touches_of(entry.cohort, chosen.changes))
        apply_repair(cohort=entry.cohort, changes=chosen.changes, by=entry.by)
        messages.success(request, _("Done: %(repair)s") % {"repair": chosen.text})
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("slot-list", code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slot_people(request: HttpRequest, code: str, party: str, session_id: int) -> HttpResponse:
    """The list for the host: to print, or as a file (`?format=`). POST opens identity numbers, for
    those who may, with a reason."""
    place = _place_to_edit(request, code, party, session_id)
    if place.party.venue is None:
        raise Http404
    if request.method == "POST":
        return _with_numbers(place)
    kind = _FILE_KINDS.get(request.GET.get("format", ""))
    if kind is not None:
        note_host_list(slot=place.slot, file_kind=kind, numbers=False, by=place.entry.by)
        return _file(place, kind, numbers=False)
    return _people_page(place, HostListForm())


def _place(request: HttpRequest, code: str, party: str, session_id: int) -> Place:
    """404 unless the party was booked or asked for the session."""
    entry = enter(request, code, may_see_slots)
    found = party_in(entry, party)
    rows = rows_of(entry.cohort, found).rows
    row = next((row for row in rows if row.training_session.pk == session_id), None)
    if row is None:
        raise Http404
    return Place(entry, found, row)


def _place_to_edit(request: HttpRequest, code: str, party: str, session_id: int) -> Place:
    place = _place(request, code, party, session_id)
    if not (may_edit_any_leg(place.entry.standing) and place.may_edit):
        raise PermissionDenied
    return place


def _fallbacks(place: Place) -> list[Offer]:
    """Who or what can take the place of a refusal."""
    row = place.row
    if row.state != SlotState.REFUSED or not place.may_edit:
        return []
    speaker, venue = place.party.speaker, place.party.venue
    return fallbacks_of(
        row.training_session,
        refused_speaker=speaker.pk if speaker else None,
        refused_venue=venue.pk if venue else None,
        times=row.windows,
        legs=editable_legs(place.entry.standing),
    )


def _with_numbers(place: Place) -> HttpResponse:
    if not may_reveal_identity(place.entry.standing):
        raise PermissionDenied
    form = HostListForm(place.entry.request.POST)
    if carried_out(
        form,
        lambda: note_host_list(
            slot=place.slot,
            file_kind=form.cleaned_data["format"],
            numbers=True,
            reason=form.cleaned_data["reason"],
            by=place.entry.by,
        ),
    ):
        return _file(place, _FILE_KINDS[form.cleaned_data["format"]], numbers=True)
    return _people_page(place, form)


def _people_page(place: Place, form: HostListForm) -> HttpResponse:
    slot = place.slot
    context = place.entry.context(
        ROOM,
        party=place.party,
        row=place.row,
        people=list(host_list_people(slot)),
        form=form if may_reveal_identity(place.entry.standing) else None,
        may_send=slot.state == SlotState.CONFIRMED,
    )
    return render(
        place.entry.request, "sessions/slot_people.html", context, status=form_status(form)
    )


def _file(place: Place, kind: FileKind, *, numbers: bool) -> HttpResponse:
    content = host_list_file(place.slot, kind, numbers=numbers)
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    day = f"{clock.local(place.slot.starts_at):%Y%m%d}"
    name = f"{place.entry.cohort.code}-{day}-{place.party.key}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
