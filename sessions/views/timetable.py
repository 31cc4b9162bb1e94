"""The page of one session: new, known, cancelled, deleted. The board is `sessions.views.board`."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.models import Cohort, Leg
from cohorts.permissions import (
    may_edit_any_leg,
    may_edit_cohort,
    may_edit_leg,
    may_see_timetable,
    may_see_vehicles,
)
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal, Stale
from sessions.actions import training_sessions as actions
from sessions.choices import ClashCode, SessionState
from sessions.forms.training_sessions import TIMES_LIST, CancelForm, TrainingSessionForm
from sessions.models import TrainingSession
from sessions.queries.board import legs_of_timetable
from sessions.queries.clashes import by_session, clashes_of
from sessions.queries.leg_rights import demand_consent

VERSION = re.compile(r"[0-9]{1,9}")
# Where the form shows what the actions refuse.
_FORM_FIELDS = {"starts_at": "start", "ends_at": "end"}
_CLASH_FIELDS: dict[str, str] = {
    ClashCode.VENUE: "venue",
    ClashCode.SPEAKER: "speakers",
    ClashCode.GROUP: "groups",
}
QUARTERS = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(7 * 60, 22 * 60, 15)]


@dataclass(frozen=True)
class Version:
    """What somebody else has saved meanwhile, beside what stands in the form."""

    label: str
    text: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """A new session; `?leg`, `?day`, `?start` and `?venue` fill the form."""
    entry = enter(request, code, may_edit_any_leg)
    legs = _legs_of(entry.standing, list(legs_of_timetable(entry.cohort)))
    names = ("leg", "day", "start", "venue", "kind")
    asked = {name: request.GET[name] for name in names if name in request.GET}
    initial = {"leg": legs[0].pk if legs else None, **asked}
    form = TrainingSessionForm(
        request.POST or None, cohort=entry.cohort, legs=legs, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            _create(entry, form)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("The session has been added."))
            return redirect(_board_url(entry.cohort, form.cleaned_data["leg"]))
    return _form_page(entry, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, session_id: int) -> HttpResponse:
    entry, row = _enter_session(request, session_id)
    if not may_edit_leg(entry.standing, row.leg_id):
        return _reading_page(entry, row)
    legs = _legs_of(entry.standing, list(legs_of_timetable(entry.cohort)))
    form = TrainingSessionForm.of(row, request.POST or None, legs=legs)
    theirs: list[Version] = []
    if request.method == "POST" and form.is_valid():
        try:
            _save(entry, row, form)
        except Stale as refusal:
            form.add_error(None, str(refusal.message))
            theirs = _theirs(row)
        except Refusal as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(_board_url(entry.cohort, row.leg))
    return _form_page(entry, form, row, theirs=theirs)


@login_required
@require_POST
def cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    entry, row = _enter_leg(request, session_id)
    form = CancelForm(request.POST)
    if carried_out(
        form,
        lambda: actions.cancel_training_session(
            training_session=row,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            by=entry.by,
        ),
    ):
        messages.success(
            request, _("The session is cancelled. People hear of it with the next release.")
        )
        return redirect(_board_url(entry.cohort, row.leg))
    legs = _legs_of(entry.standing, list(legs_of_timetable(entry.cohort)))
    return _form_page(entry, TrainingSessionForm.of(row, legs=legs), row, cancel=form)


@login_required
@require_POST
def restore(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take up a cancelled session again, if nothing lies in its place by now."""
    entry, row = _enter_leg(request, session_id)
    try:
        actions.change_training_session(
            training_session=row,
            version=_version(request),
            facts={"state": SessionState.DRAFT},
            by=entry.by,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The session takes place again."))
    return redirect("session-edit", row.pk)


@login_required
@require_POST
def delete(request: HttpRequest, session_id: int) -> HttpResponse:
    entry, row = _enter_leg(request, session_id)
    try:
        actions.delete_training_session(
            training_session=row, version=_version(request), by=entry.by
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("session-edit", row.pk)
    messages.success(request, _("The session has been deleted."))
    return redirect(_board_url(entry.cohort, row.leg))


def _enter_session(request: HttpRequest, session_id: int) -> tuple[Entry, TrainingSession]:
    rows = TrainingSession.objects.select_related("cohort", "leg__city", "venue").prefetch_related(
        "speaker_rows__speaker", "audience_rows__group"
    )
    row = get_object_or_404(rows, pk=session_id)
    return enter(request, row.cohort.code, may_see_timetable), row


def _enter_leg(request: HttpRequest, session_id: int) -> tuple[Entry, TrainingSession]:
    entry, row = _enter_session(request, session_id)
    if not may_edit_leg(entry.standing, row.leg_id):
        raise PermissionDenied
    return entry, row


def _create(entry: Entry, form: TrainingSessionForm) -> None:
    facts, people = form.facts(), form.people()
    demand_consent(entry.standing, entry.cohort, [(None, facts)])
    actions.create_training_session(
        leg=facts.pop("leg"),
        facts=facts,
        speakers=people["speakers"],
        groups=people["groups"],
        by=entry.by,
    )


def _save(entry: Entry, row: TrainingSession, form: TrainingSessionForm) -> None:
    facts, people = form.facts(), form.people()
    demand_consent(entry.standing, entry.cohort, [(row, facts)])
    actions.change_training_session(
        training_session=row,
        version=form.cleaned_data["version"] or 0,
        facts=facts,
        speakers=people["speakers"],
        groups=people["groups"],
        by=entry.by,
    )


def _show(form: TrainingSessionForm, refusal: Refusal) -> None:
    """Each clash is told at the field of what is taken; other refusals at their fields."""
    for clash in refusal.facts.get("clashes", []):
        form.add_error(_CLASH_FIELDS.get(clash["code"]), clash["message"])
    for name, text in refusal.fields.items():
        field = _FORM_FIELDS.get(name, name)
        form.add_error(field if field in form.fields else None, str(text))
    if not refusal.fields and not refusal.facts.get("clashes"):
        form.add_error(None, str(refusal.message))


def _theirs(row: TrainingSession) -> list[Version]:
    """The session as somebody else has left it."""
    row.refresh_from_db()
    shown = TrainingSessionForm.of(row, legs=[row.leg])
    names = ("title", "day", "start", "end", "hours")
    words = [
        Version(str(shown.fields[name].label), str(shown.initial[name] or "–")) for name in names
    ]
    venue = row.venue.local_name if row.venue else "–"
    return [*words, Version(str(shown.fields["venue"].label), venue)]


def _form_page(
    entry: Entry,
    form: TrainingSessionForm,
    row: TrainingSession | None = None,
    *,
    theirs: list[Version] | None = None,
    cancel: CancelForm | None = None,
) -> HttpResponse:
    status = form_status(cancel) if cancel is not None else form_status(form)
    context = {
        "form": form,
        "training_session": row,
        "theirs": theirs or [],
        "cancel_form": cancel or (CancelForm(initial={"version": row.version}) if row else None),
        "clashes": by_session(clashes_of(entry.cohort)).get(row.pk, []) if row else [],
        "quarters": QUARTERS,
        "times_list": TIMES_LIST,
        "board_url": _board_url(entry.cohort, row.leg if row else None),
        "may_propose": not may_edit_cohort(entry.standing),
    }
    return render(
        entry.request,
        "sessions/session_edit.html",
        entry.context("timetable", **context),
        status=status,
    )


def _reading_page(entry: Entry, row: TrainingSession) -> HttpResponse:
    if entry.request.method == "POST":
        raise PermissionDenied
    context = {
        "training_session": row,
        "speakers": [booking.speaker for booking in row.speaker_rows.all()],
        "groups": [seat.group for seat in row.audience_rows.all() if seat.group],
        "clashes": by_session(clashes_of(entry.cohort)).get(row.pk, []),
        "board_url": _board_url(entry.cohort, row.leg),
        "may_propose": may_edit_any_leg(entry.standing),
        "may_see_vehicles": may_see_vehicles(entry.standing),
    }
    return render(
        entry.request, "sessions/session_detail.html", entry.context("timetable", **context)
    )


def _board_url(cohort: Cohort, leg: Leg | None) -> str:
    query = _query(leg=leg.pk) if leg else ""
    return reverse("timetable-board", args=[cohort.code]) + query


def _query(**words: Any) -> str:
    return f"?{urlencode({name: word for name, word in words.items() if word is not None})}"


def _legs_of(standing: Standing, legs: list[Leg]) -> list[Leg]:
    return [leg for leg in legs if may_edit_leg(standing, leg.pk)]


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if VERSION.fullmatch(text) else 0
