"""The confirmations of a cohort: all parties with their sessions, asking them, their links."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import (
    may_edit_any_leg,
    may_edit_leg,
    may_hold_slot_link,
    may_see_slots,
)
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from sessions.actions.slot_links import renew_slot_link, revoke_slot_link, show_slot_link
from sessions.actions.slots import Asked, ask_again, ask_for_slots, ask_parties
from sessions.forms.slots import AskForm
from sessions.queries.confirmations import (
    CHANGED,
    STATE_WORDS,
    UNASKED,
    Confirmations,
    PartyRow,
    SlotRow,
    confirmations_of,
    rows_of,
    state_label,
)
from sessions.queries.repairs import editable_legs
from sessions.queries.slot_links import link_url
from sessions.queries.slot_parties import Party, party_named

ROOM = "timetable"


@dataclass(frozen=True)
class PartyLine:
    """A party as the page draws it."""

    row: PartyRow
    may_ask: bool


@dataclass(frozen=True)
class HandOver:
    """What asking came to: a mail on its way, a link to hand over, or a call to make."""

    name: str
    url: str
    email: str
    told: bool
    count: int


@login_required
@require_safe
def slot_list(request: HttpRequest, code: str) -> HttpResponse:
    """All parties; `?state=` shows the sessions of one state alone."""
    entry = enter(request, code, may_see_slots)
    found = confirmations_of(entry.cohort)
    asked = request.GET.get("state", "")
    state = asked if asked in STATE_WORDS else ""
    shown = found.only(state) if state else found
    own = _own_counts(entry.standing, found)
    context = entry.context(
        ROOM,
        filters=_filters(reverse("slot-list", args=[code]), found, state),
        speakers=_lines(entry.standing, shown.speakers),
        sites=_lines(entry.standing, shown.sites),
        others=_lines(entry.standing, shown.others),
        state=state,
        unasked_count=own[UNASKED],
        changed_count=own[CHANGED],
        may_ask=may_edit_any_leg(entry.standing),
    )
    return render(request, "sessions/slot_list.html", context)


@login_required
@require_POST
def slot_ask(request: HttpRequest, code: str) -> HttpResponse:
    """`action`: all that were not asked yet, those marked, or those whose sessions have changed."""
    entry = enter(request, code, may_edit_any_leg)
    legs = editable_legs(entry.standing)
    action = request.POST.get("action", "")
    try:
        if action == "again":
            asked = ask_again(cohort=entry.cohort, legs=legs, by=entry.by)
        else:
            parties = _chosen(entry, None if action == "all" else request.POST.getlist("marked"))
            asked = ask_parties(cohort=entry.cohort, parties=parties, legs=legs, by=entry.by)
    except Refusal as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("slot-list", code)
    return _handed_over(entry, [_hand_over(one) for one in asked])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slot_party(request: HttpRequest, code: str, party: str) -> HttpResponse:
    """One party: its sessions, its link; POST asks."""
    entry = enter(request, code, may_see_slots)
    if request.method == "POST" and not may_edit_any_leg(entry.standing):
        raise PermissionDenied
    row = rows_of(entry.cohort, party_in(entry, party))
    offered = [own for own in row.rows if own.askable and _may_edit(entry.standing, own)]
    form = AskForm.of(row, offered, request.POST if request.method == "POST" else None)
    asked: list[Asked] = []
    if request.method == "POST" and carried_out(
        form, lambda: asked.append(_asked(entry, row, form))
    ):
        return _handed_over(entry, [_hand_over(one) for one in asked])
    context = entry.context(
        ROOM,
        row=row,
        form=form if offered else None,
        may_ask=any(_may_edit(entry.standing, own) for own in row.rows),
    )
    return render(request, "sessions/slot_party.html", context, status=form_status(form))


@login_required
@require_POST
def slot_link(request: HttpRequest, code: str, party: str) -> HttpResponse:
    """`action`: show the link, renew it, revoke it."""
    entry = enter(request, code, may_edit_any_leg)
    row = rows_of(entry.cohort, party_in(entry, party))
    if not may_hold_slot_link(entry.standing, row.party.leg_ids(entry.cohort)):
        raise PermissionDenied
    action = request.POST.get("action", "")
    try:
        if action == "renew":
            link = renew_slot_link(cohort=entry.cohort, party=row.party, by=entry.by)
            return _handed_over(entry, [HandOver(row.party.name, link_url(link), "", False, 0)])
        if row.link is not None and action == "revoke":
            revoke_slot_link(link=row.link, by=entry.by)
            messages.success(request, _("The link of %(name)s is dead.") % {"name": row.party.name})
        elif row.link is not None:
            url = show_slot_link(link=row.link, by=entry.by)
            return _handed_over(entry, [HandOver(row.party.name, url, "", False, 0)])
    except Refusal as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("slot-party", code, party)


def party_in(entry: Entry, key: str) -> Party:
    """404 for whoever the cohort has nothing to do with."""
    party = party_named(entry.cohort, key)
    if party is None:
        raise Http404
    return party


def _may_edit(standing: Standing, row: SlotRow) -> bool:
    return may_edit_leg(standing, row.training_session.leg_id)


def _asked(entry: Entry, row: PartyRow, form: AskForm) -> Asked:
    chosen = form.session_ids()
    clean = form.cleaned_data
    sessions = [own.training_session for own in row.rows if own.training_session.pk in chosen]
    return ask_for_slots(
        cohort=entry.cohort,
        party=row.party,
        training_sessions=sessions,
        contact=clean["contact"],
        email=clean["email"],
        language=clean["language"],
        by=entry.by,
    )


def _chosen(entry: Entry, keys: Sequence[str] | None) -> list[Party]:
    """The marked parties, or all who have to agree and were not asked for something yet."""
    found = confirmations_of(entry.cohort)
    if keys is None:
        return [row.party for row in found.asked_of if _has_unasked(entry.standing, row)]
    wanted = set(keys)
    rows = [*found.asked_of, *found.others]
    return [row.party for row in rows if row.party.key in wanted]


def _has_unasked(standing: Standing, row: PartyRow) -> bool:
    return any(own.state == UNASKED and _may_edit(standing, own) for own in row.rows)


def _hand_over(asked: Asked) -> HandOver:
    link = asked.link
    return HandOver(
        name=asked.party.name,
        url=link_url(link) if link else "",
        email=link.email if link else "",
        told=asked.told,
        count=len(asked.slots),
    )


def _handed_over(entry: Entry, parties: Sequence[HandOver]) -> HttpResponse:
    """The addresses, once: they stand in no other page."""
    told = sum(party.told for party in parties)
    context = entry.context(
        ROOM,
        parties=parties,
        told_text=ngettext(
            "%(count)d mail is on its way.", "%(count)d mails are on their way.", told
        )
        % {"count": told}
        if told
        else "",
    )
    return render(entry.request, "sessions/slot_links_made.html", context)


def _lines(standing: Standing, rows: Sequence[PartyRow]) -> list[PartyLine]:
    return [
        PartyLine(row, any(_may_edit(standing, own) for own in row.rows if own.askable))
        for row in rows
    ]


def _own_counts(standing: Standing, found: Confirmations) -> dict[str, int]:
    """What one click would ask for, within the legs that are the asker's own."""
    rows = [own for row in found.asked_of for own in row.rows if _may_edit(standing, own)]
    others = [own for row in found.others for own in row.rows if _may_edit(standing, own)]
    return {
        UNASKED: sum(own.state == UNASKED for own in rows),
        CHANGED: sum(own.state == CHANGED for own in [*rows, *others]),
    }


def _filters(here: str, found: Confirmations, state: str) -> list[dict[str, object]]:
    counts = found.counts
    words: list[dict[str, object]] = [
        {"label": _("All"), "url": here, "current": not state, "count": sum(counts.values())}
    ]
    return words + [
        {
            "label": state_label(word),
            "url": f"{here}?state={word}",
            "current": word == state,
            "count": counts[word],
        }
        for word in STATE_WORDS
        if counts[word] or word == state
    ]
