"""Check-in: the board of a day, and the roll of one session."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Cohort
from cohorts.permissions import may_edit_any_leg, may_mark_attendance, may_see_attendance
from cohorts.views.rooms import Entry, enter
from g60portal.common import clock
from g60portal.common.forms import form_status, show_refusal
from g60portal.common.refusals import Refusal
from sessions.actions.attendance import mark_attendance
from sessions.actions.check_in_codes import CheckedIn, check_in_by_code
from sessions.choices import AttendanceState
from sessions.forms.attendance import CodeForm, RollCallForm
from sessions.models import TrainingSession
from sessions.queries.attendance import (
    check_in_days,
    markable_sessions,
    nearest_day,
    roll_of,
    sessions_of_day,
    state_counts,
)

_HALL_KEYS = {state.value: str(key) for key, state in enumerate(AttendanceState, 1)}


@login_required
@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The sessions of a day, what runs now first; `?day=2026-06-08` for another day."""
    entry = enter(request, code, may_see_attendance)
    days = check_in_days(entry.cohort)
    day = _day_asked(request) or nearest_day(days, clock.today())
    context = entry.context(
        room="checkin",
        days=[{"day": each, "current": each == day} for each in days],
        day=day,
        board=sessions_of_day(entry.cohort, day) if day else [],
        may_edit_contacts=may_edit_any_leg(entry.standing),
    )
    return render(request, "sessions/attendance_board.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roll_call(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The roll of a session. Readers see it, the desk and organizers call it."""
    writes = request.method == "POST"
    entry = enter(request, code, may_mark_attendance if writes else may_see_attendance)
    training_session = _session_or_404(entry.cohort, pk)
    form = RollCallForm(roll_of(training_session), request.POST if writes else None)
    if writes and form.is_valid() and _marked(entry, training_session, form):
        return redirect("attendance-roll", code=code, pk=pk)
    context = _roll_context(
        entry, training_session, form, CodeForm(scanning="scanning" in request.GET)
    )
    return render(request, "sessions/attendance_roll.html", context, status=form_status(form))


@login_required
@require_POST
def check_in(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Mark whose code was scanned or typed; then the roll again, ready for the next one."""
    entry = enter(request, code, may_mark_attendance)
    training_session = _session_or_404(entry.cohort, pk)
    form = CodeForm(request.POST, scanning=True)
    if form.is_valid():
        try:
            done = check_in_by_code(
                training_session=training_session, text=form.cleaned_data["code"], by=entry.by
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _said(done))
            return redirect(f"{reverse('attendance-roll', args=[code, pk])}?scanning=1")
    context = _roll_context(entry, training_session, RollCallForm(roll_of(training_session)), form)
    return render(request, "sessions/attendance_roll.html", context, status=form_status(form))


def _said(done: CheckedIn) -> str:
    facts = {
        "name": done.enrollment.person.name,
        "seat": done.enrollment.seat,
        "state": done.state.label,
    }
    if done.fresh:
        return _("%(name)s, seat %(seat)s: %(state)s.") % facts
    return _("%(name)s, seat %(seat)s, had been marked before: %(state)s.") % facts


def _marked(entry: Entry, training_session: TrainingSession, form: RollCallForm) -> bool:
    try:
        marking = mark_attendance(
            training_session=training_session, marks=form.marks(), by=entry.by
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    count = marking.changed
    text = ngettext("%(count)d mark saved.", "%(count)d marks saved.", count) % {"count": count}
    messages.success(entry.request, text if count else _("Nothing has changed."))
    return True


def _roll_context(
    entry: Entry, training_session: TrainingSession, form: RollCallForm, code_form: CodeForm
) -> dict[str, Any]:
    lines = list(form.lines)
    day = clock.local(training_session.starts_at).date() if training_session.starts_at else None
    board_url = reverse("attendance-board", args=[entry.cohort.code])
    return entry.context(
        room="checkin",
        training_session=training_session,
        form=form,
        code_form=code_form,
        lines=lines,
        states=[
            {"value": state.value, "label": state.label, "key": _HALL_KEYS[state.value]}
            for state in AttendanceState
        ],
        counts=state_counts(line.shown for line in lines),
        may_mark=may_mark_attendance(entry.standing),
        board_url=f"{board_url}?day={day}" if day else board_url,
    )


def _session_or_404(cohort: Cohort, pk: int) -> TrainingSession:
    row = markable_sessions(cohort).select_related("venue", "leg__city").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _day_asked(request: HttpRequest) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
