"""Proposals between hosts: the list with its answers, and the form of a new one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import may_edit_any_leg, may_edit_leg, may_see_proposals
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import UNPROCESSABLE, form_status
from g60portal.common.refusals import Refusal
from sessions import refusals
from sessions.actions import proposals as actions
from sessions.choices import ProposalState
from sessions.forms.proposals import AnswerForm, ProposalForm
from sessions.forms.training_sessions import TIMES_LIST
from sessions.models import Proposal, TrainingSession
from sessions.queries.board import legs_of_timetable
from sessions.queries.leg_rights import legs_to_ask
from sessions.queries.proposals import proposal_cards, proposals_of
from sessions.views.timetable import QUARTERS

ROOM = "timetable"
# More decided ones are read by the API, page by page.
DECIDED_SHOWN = 50


@login_required
@require_safe
def proposal_list(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for an answer first; what is decided folded."""
    entry = enter(request, code, may_see_proposals)
    return _list_page(entry)


@login_required
@require_POST
def accept(request: HttpRequest, code: str, proposal_id: int) -> HttpResponse:
    return _answered(request, code, proposal_id, actions.accept_proposal, _("Accepted and done."))


@login_required
@require_POST
def decline(request: HttpRequest, code: str, proposal_id: int) -> HttpResponse:
    return _answered(request, code, proposal_id, actions.decline_proposal, _("Declined."))


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, proposal_id: int) -> HttpResponse:
    """By the one who made it."""
    entry = enter(request, code, may_edit_any_leg)
    row = _proposal(entry, proposal_id)
    if row.by_id != entry.by.pk:
        raise PermissionDenied
    try:
        actions.withdraw_proposal(proposal=row, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The proposal is withdrawn."))
    return redirect("proposal-list", code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, session_id: int) -> HttpResponse:
    """Propose a change to a session that lies in, or is to go into, the leg of another host."""
    rows = TrainingSession.objects.select_related("cohort", "leg__city").prefetch_related(
        "speaker_rows", "audience_rows"
    )
    row = get_object_or_404(rows, pk=session_id)
    entry = enter(request, row.cohort.code, may_edit_any_leg)
    legs = list(legs_of_timetable(entry.cohort))
    form = ProposalForm.of(row, request.POST or None, legs=legs)
    return _propose(entry, form, row)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_session(request: HttpRequest, code: str) -> HttpResponse:
    """Propose one more session in the leg of another host."""
    entry = enter(request, code, may_edit_any_leg)
    legs = list(legs_of_timetable(entry.cohort))
    others = [leg for leg in legs if not may_edit_leg(entry.standing, leg.pk)]
    initial = {"leg": others[0].pk if others else None}
    form = ProposalForm(request.POST or None, cohort=entry.cohort, legs=legs, initial=initial)
    del form.fields["cancel"]
    return _propose(entry, form, None)


def _propose(entry: Entry, form: ProposalForm, row: TrainingSession | None) -> HttpResponse:
    if entry.request.method == "POST" and form.is_valid():
        try:
            _made(entry, form, row)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(entry.request, _("Proposed. The other host is told by mail."))
            return redirect("proposal-list", entry.cohort.code)
    context = {
        "form": form,
        "training_session": row,
        "quarters": QUARTERS,
        "times_list": TIMES_LIST,
    }
    return render(
        entry.request,
        "sessions/proposal_edit.html",
        entry.context(ROOM, **context),
        status=form_status(form),
    )


def _made(entry: Entry, form: ProposalForm, row: TrainingSession | None) -> None:
    facts = form.asked()
    asked = legs_to_ask(entry.standing, entry.cohort, [(row, facts)])
    if not asked:
        raise refusals.NoConsentNeeded
    actions.propose_change(
        cohort=entry.cohort,
        leg=asked[0],
        training_session=row,
        version=form.cleaned_data["version"] or 0,
        facts=facts,
        note=form.cleaned_data["note"],
        by=entry.by,
    )


def _answered(
    request: HttpRequest,
    code: str,
    proposal_id: int,
    action: Callable[..., Proposal],
    done: str,
) -> HttpResponse:
    """By somebody who speaks for the leg that is asked. A refusal is shown at the proposal."""
    entry = enter(request, code, may_edit_any_leg)
    row = _proposal(entry, proposal_id)
    if not may_edit_leg(entry.standing, row.leg_id):
        raise PermissionDenied
    form = AnswerForm(request.POST)
    if not form.is_valid():
        reason = str(form.errors["answer"][0])
        return _list_page(entry, refused=row.pk, reason=reason, status=UNPROCESSABLE)
    try:
        action(proposal=row, answer=form.cleaned_data["answer"], by=entry.by)
    except Refusal as refusal:
        return _list_page(entry, refused=row.pk, reason=str(refusal.message), status=refusal.status)
    messages.success(request, done)
    return redirect("proposal-list", code)


def _proposal(entry: Entry, proposal_id: int) -> Proposal:
    rows = Proposal.objects.select_related("cohort")
    return get_object_or_404(rows, cohort=entry.cohort, pk=proposal_id)


def _list_page(
    entry: Entry, *, refused: int = 0, reason: str = "", status: int = 200
) -> HttpResponse:
    rows = proposals_of(entry.cohort).select_related(
        "leg__city", "training_session", "by", "decided_by"
    )
    shown = [
        *rows.filter(state=ProposalState.OPEN),
        *rows.exclude(state=ProposalState.OPEN)[:DECIDED_SHOWN],
    ]
    cards = proposal_cards(shown, entry.standing, entry.by)
    context: dict[str, Any] = {
        "open_cards": [card for card in cards if card.proposal.state == ProposalState.OPEN],
        "decided_cards": [card for card in cards if card.proposal.state != ProposalState.OPEN],
        "may_propose": not (entry.standing.lead or entry.standing.administrator),
        "refused": refused,
        "reason": reason,
    }
    return render(
        entry.request,
        "sessions/proposal_list.html",
        entry.context(ROOM, **context),
        status=status,
    )
