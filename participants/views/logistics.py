"""Logistics of a cohort, leg by leg: who has filled in the form, what it adds up to."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import (
    may_edit_cohort,
    may_reveal_identity,
    may_run_leg_logistics,
    may_see_contacts,
    may_see_logistics,
    may_see_rooms,
    people_city_ids,
)
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, address_of, enter
from g60portal.common.forms import carried_out, form_status
from participants.actions.logistics import (
    note_late_changes,
    read_special_needs,
    set_logistics_deadline,
)
from participants.actions.logistics_lists import note_list
from participants.actions.logistics_reminders import remind_missing
from participants.documents.logistics import LISTS, list_named, list_xlsx
from participants.forms.logistics import DeadlineForm, label_of
from participants.queries.lodging import own_rooms
from participants.queries.logistics import (
    FormRow,
    LegState,
    figures_of,
    form_row,
    forms_of_leg,
    legs_with_logistics,
)
from participants.queries.logistics_lists import printed_list
from participants.views.documents import SANDBOX

STATES = (
    ("", gettext_lazy("All")),
    ("open", gettext_lazy("Not yet filled in")),
    ("late", gettext_lazy("Changed late")),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def runs(standing: Standing, state: LegState) -> bool:
    return may_run_leg_logistics(standing, state.leg.pk, in_window=state.in_window)


def sees_rooms(standing: Standing, state: LegState) -> bool:
    return may_see_rooms(standing, state.leg.pk, in_window=state.in_window)


def enter_leg(
    request: HttpRequest,
    code: str,
    leg_id: int,
    permission: Callable[[Standing, LegState], bool] = runs,
) -> tuple[Entry, LegState]:
    """As `enter`, for one leg; 404 for a leg of another cohort."""
    entry = enter(request, code, may_see_logistics)
    state = next((s for s in legs_with_logistics(entry.cohort) if s.leg.pk == leg_id), None)
    if state is None:
        raise Http404
    if not permission(entry.standing, state):
        raise PermissionDenied
    return entry, state


def leg_context(entry: Entry, state: LegState, here: str) -> dict[str, Any]:
    """What every page of a leg's logistics needs; `here` is forms or rooms."""
    standing = entry.standing
    return {
        "legs": legs_with_logistics(entry.cohort),
        "leg_state": state,
        "here": here,
        "may_run": runs(standing, state),
        "may_see_rooms": sees_rooms(standing, state),
        "transfers_url": address_of("transfer-list", entry.cohort.code),
    }


@login_required
@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """The first leg that has not ended."""
    entry = enter(request, code, may_see_logistics)
    legs = legs_with_logistics(entry.cohort)
    if not legs:
        return render(
            request, "participants/logistics_leg.html", entry.context("logistics", legs=[])
        )
    state = next((one for one in legs if one.in_window), legs[0])
    return _page(entry, state, _deadline_form(state))


@login_required
@require_safe
def leg(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id, lambda standing, _state: True)
    return _page(entry, state, _deadline_form(state))


@login_required
@require_POST
def deadline(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    form = DeadlineForm(request.POST)
    if carried_out(
        form,
        lambda: set_logistics_deadline(
            leg=state.leg, due_at=form.cleaned_data["due_at"], by=entry.by
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("logistics-leg", code, leg_id)
    return _page(entry, state, form)


@login_required
@require_POST
def remind(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry, state = enter_leg(request, code, leg_id)
    count = remind_missing(leg=state.leg, by=entry.by)
    if count:
        text = ngettext(
            "%(count)s person is reminded by mail.", "%(count)s people are reminded by mail.", count
        )
        messages.success(request, text % {"count": count})
    else:
        messages.warning(
            request, _("Everybody without a form was reminded today already, or has no address.")
        )
    return redirect("logistics-leg", code, leg_id)


@login_required
@require_safe
def person(request: HttpRequest, code: str, leg_id: int, seat: int) -> HttpResponse:
    """One person's form. That special needs were read is written down."""
    entry, state = enter_leg(request, code, leg_id)
    row = _row(state, seat)
    needs = read_special_needs(form=row.form, by=entry.by) if row.form else {}
    context = entry.context(
        "logistics",
        row=row,
        needs=needs,
        late_labels=[label_of(name) for name in row.form.late_fields] if row.form else [],
        stays=[one for one in own_rooms(row.enrollment) if one.room.hotel.leg_id == leg_id],
        **leg_context(entry, state, "forms"),
    )
    return render(request, "participants/logistics_person.html", context)


@login_required
@require_POST
def note(request: HttpRequest, code: str, leg_id: int, seat: int) -> HttpResponse:
    """Take note of what was changed after the deadline."""
    entry, state = enter_leg(request, code, leg_id)
    row = _row(state, seat)
    if row.form is None:
        raise Http404
    note_late_changes(form=row.form, by=entry.by)
    messages.success(request, _("Noted."))
    return redirect("logistics-person", code, leg_id, seat)


@login_required
@require_safe
def list_download(request: HttpRequest, code: str, leg_id: int, name: str) -> HttpResponse:
    """A list of the leg as XLSX; papers in clear only with a reason, which is written down."""
    entry = enter(request, code, may_see_logistics)
    kind = list_named(name)
    if kind is None:
        raise Http404
    entry, state = enter_leg(request, code, leg_id, sees_rooms if kind.for_desk else runs)
    if kind.papers and not may_reveal_identity(entry.standing):
        raise PermissionDenied
    contacts, reason = may_see_contacts(entry.standing), request.GET.get("reason", "").strip()
    reveal = kind.papers and bool(reason)
    printed = printed_list(kind, state.leg, contacts=contacts, reveal=reveal)
    note_list(
        legs=[state.leg],
        name=name,
        columns=kind.personal(contacts=contacts, reveal=reveal),
        by=entry.by,
        reason=reason,
        revealed=reveal,
    )
    filename = f"{code}-{state.leg.position}-{name}.xlsx"
    return HttpResponse(
        list_xlsx(kind, printed),
        content_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, no-store",
        },
    )


def _deadline_form(state: LegState) -> DeadlineForm:
    return DeadlineForm(initial={"due_at": state.due_at})


def _row(state: LegState, seat: int) -> FormRow:
    row = form_row(state.leg, seat)
    if row is None:
        raise Http404
    return row


def _page(entry: Entry, state: LegState, form: DeadlineForm) -> HttpResponse:
    rows = forms_of_leg(state.leg, people_city_ids(entry.standing))
    shown = entry.request.GET.get("state", "")
    known = [key for key, _label in STATES]
    context = entry.context(
        "logistics",
        rows=[row for row in rows if shown not in known[1:] or row.state == shown],
        figures=figures_of(rows),
        filters=[
            {
                "label": label,
                "url": f"?state={key}" if key else "?",
                "current": key == (shown if shown in known else ""),
                "count": sum(not key or row.state == key for row in rows),
            }
            for key, label in STATES
        ],
        own_cities=people_city_ids(entry.standing) is not None,
        lists=[
            kind
            for kind in LISTS
            if (sees_rooms if kind.for_desk else runs)(entry.standing, state)
            and (not kind.papers or may_reveal_identity(entry.standing))
        ],
        leads=may_edit_cohort(entry.standing),
        form=form,
        **leg_context(entry, state, "forms"),
    )
    return render(
        entry.request, "participants/logistics_leg.html", context, status=form_status(form)
    )
