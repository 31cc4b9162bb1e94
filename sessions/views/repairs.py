"""The repairs of a clash, a delay on the day, and taking back what was done last: pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.permissions import may_edit_any_leg, may_edit_leg, may_see_timetable
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import form_status
from g60portal.common.refusals import Refusal
from sessions.actions.repairs import apply_repair
from sessions.actions.session_changes import undo_last
from sessions.choices import ClashCode
from sessions.forms.repairs import DelayForm
from sessions.models import TrainingSession
from sessions.queries.leg_rights import demand_consent
from sessions.queries.repairs import (
    DelayOffers,
    Offer,
    Offers,
    delay_of,
    editable_legs,
    repairs_of,
    touches_of,
)
from sessions.queries.session_changes import deeds_of
from sessions.refusals import RepairOutdated
from sessions.rules.clashes import Clash

ROOM = "timetable"


@dataclass(frozen=True)
class Card:
    """A repair as a card: the clashes it solves besides the one asked for, and whether this user
    may apply it."""

    offer: Offer
    also_solved: Sequence[Clash]
    may_apply: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def repairs(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """What helps against a clash; POST `repair` applies one of them."""
    entry = enter(request, code, may_see_timetable)
    if request.method == "POST" and not may_edit_any_leg(entry.standing):
        raise PermissionDenied
    found = repairs_of(entry.cohort, key, legs=editable_legs(entry.standing))
    if request.method == "POST":
        offers = found.repairs if found is not None else ()
        _apply(entry, offers, request.POST.get("repair", ""))
        return redirect("repair-list", code, key)
    if found is None:
        return _solved_page(entry, key)
    return _clash_page(entry, found)


@login_required
@require_POST
def undo(request: HttpRequest, code: str) -> HttpResponse:
    """Takes back the last act of this user; `key` leads back to the clash it was about."""
    entry = enter(request, code, may_edit_any_leg)
    try:
        written = undo_last(cohort=entry.cohort, by=entry.by, legs=editable_legs(entry.standing))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        text = ngettext(
            "Undone: %(n)d session is as it was.",
            "Undone: %(n)d sessions are as they were.",
            len(written),
        )
        messages.success(request, text % {"n": len(written)})
    return _back(code, request.POST.get("key", ""))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delay(request: HttpRequest, session_id: int) -> HttpResponse:
    """A trip is late by `minutes`: what follows, and what can be done; POST `repair` does it."""
    rows = TrainingSession.objects.select_related("cohort", "leg")
    row = get_object_or_404(rows, pk=session_id)
    entry = enter(request, row.cohort.code, lambda standing: may_edit_leg(standing, row.leg_id))
    form = DelayForm(request.POST or request.GET or None)
    found = _delay(entry, row, form)
    if request.method == "POST" and found is not None:
        if _apply(entry, found.repairs, request.POST.get("repair", "")):
            return redirect("timetable-board", row.cohort.code)
        found = _delay(entry, row, form)
    context = entry.context(
        ROOM,
        training_session=row,
        form=form,
        delay=found,
        cards=_cards(entry.standing, found.repairs if found is not None else (), ()),
    )
    status = form_status(form)
    return render(request, "sessions/session_delay.html", context, status=status)


def _delay(entry: Entry, row: TrainingSession, form: DelayForm) -> DelayOffers | None:
    if not form.is_valid():
        return None
    minutes = form.cleaned_data["minutes"]
    return delay_of(entry.cohort, row.pk, minutes, legs=editable_legs(entry.standing))


def _apply(entry: Entry, offers: Iterable[Offer], key: str) -> bool:
    """Apply the chosen one of the offers as they are at this moment, and say what came of it."""
    chosen = next((offer for offer in offers if offer.key == key), None)
    try:
        if chosen is None:
            raise RepairOutdated
        demand_consent(entry.standing, entry.cohort, touches_of(entry.cohort, chosen.changes))
        apply_repair(cohort=entry.cohort, changes=chosen.changes, by=entry.by)
    except Refusal as refusal:
        messages.error(entry.request, str(refusal.message))
        return False
    messages.success(entry.request, _("Done: %(repair)s") % {"repair": chosen.text})
    return True


def _clash_page(entry: Entry, found: Offers) -> HttpResponse:
    clash = found.clashes[0]
    rows = TrainingSession.objects.filter(pk__in=clash.sessions).select_related("venue")
    context = entry.context(
        ROOM,
        clash=clash,
        clash_label=ClashCode(clash.code).label,
        training_sessions=list(rows.order_by("starts_at", "pk")),
        found=found,
        cards=_cards(entry.standing, found.repairs, found.clashes),
        may_edit=may_edit_any_leg(entry.standing),
    )
    return render(entry.request, "sessions/repair_list.html", context)


def _solved_page(entry: Entry, key: str) -> HttpResponse:
    """The clash is gone: solved just now, or by somebody else before."""
    context = entry.context(ROOM, key=key, undo=_undo_title(entry))
    return render(entry.request, "sessions/repair_solved.html", context)


def _undo_title(entry: Entry) -> str:
    if not may_edit_any_leg(entry.standing):
        return ""
    deed, _redo = deeds_of(entry.cohort, entry.by)
    return deed.title if deed is not None else ""


def _cards(standing: Standing, offers: Iterable[Offer], targets: Sequence[Clash]) -> list[Card]:
    asked = {target.key for target in targets}
    return [
        Card(
            offer,
            [clash for clash in offer.solved if clash.key not in asked],
            all(may_edit_leg(standing, leg) for leg in offer.legs),
        )
        for offer in offers
    ]


def _back(code: str, key: str) -> HttpResponseRedirect:
    known = key.isascii() and key.isalnum()
    return redirect("repair-list", code, key) if known else redirect("clash-list", code)
