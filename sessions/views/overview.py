"""The overview of a cohort, and the buttons that move it from state to state."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import (
    may_edit_cohort,
    may_see_certificates,
    may_see_cohort,
    may_see_notices,
    people_city_ids,
)
from cohorts.rules.states import Obstacle
from cohorts.views.rooms import Entry, address_of, enter
from g60portal.common import clock
from g60portal.common.forms import UNPROCESSABLE, carried_out
from sessions.actions.cohort_states import move_cohort
from sessions.forms.cohort_states import MoveForm
from sessions.queries.overview import Overview, overview_of

# Where each obstacle on the way is cleared.
_CLEARED_AT = {
    "no_leg": "cohort-legs",
    "no_quota": "cohort-quotas",
    "quotas_above_seats": "cohort-quotas",
    "no_english_title": "cohort-settings",
    "nobody_enrolled": "people-list",
    "people_above_seats": "people-list",
    "no_release": "timetable-board",
    "sessions_to_come": "timetable-board",
    "no_completion_run": "certificate-list",
    "unjudged": "certificate-list",
    "certificates_undecided": "certificate-list",
}


@dataclass(frozen=True)
class NextStep:
    """Something to do before the cohort can move on, and the page where it is done."""

    text: str
    url: str


@login_required
@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    return _page(enter(request, code, may_see_cohort))


@login_required
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """To the state that the button names; a refusal is shown on the overview itself."""
    entry = enter(request, code, may_edit_cohort)
    form = MoveForm(request.POST)
    if carried_out(form, lambda: _move(entry, form)):
        messages.success(request, _("The cohort has moved to its new state."))
        return redirect("cohort-overview", code)
    return _page(entry, form)


def _move(entry: Entry, form: MoveForm) -> None:
    clean = form.cleaned_data
    move_cohort(cohort=entry.cohort, target=clean["state"], reason=clean["reason"], by=entry.by)


def _page(entry: Entry, form: MoveForm | None = None) -> HttpResponse:
    overview = overview_of(entry.cohort, entry.standing, clock.today())
    context = entry.context(
        room="overview",
        overview=overview,
        stats=_stats(entry, overview),
        ahead=next((move for move in overview.moves if move.forward), None),
        aside=[move for move in overview.moves if not move.forward],
        next_steps=_next_steps(entry, overview),
        form=form,
        may_edit=may_edit_cohort(entry.standing),
    )
    status = UNPROCESSABLE if form else 200
    return render(entry.request, "sessions/cohort_overview.html", context, status=status)


def _next_steps(entry: Entry, overview: Overview) -> list[NextStep]:
    """What stands between the cohort and its next state."""
    ahead = next((move for move in overview.moves if move.forward), None)
    return [_step(entry, obstacle) for obstacle in ahead.obstacles] if ahead else []


def _step(entry: Entry, obstacle: Obstacle) -> NextStep:
    return NextStep(str(obstacle.text), address_of(_CLEARED_AT[obstacle.code], entry.cohort.code))


def _stats(entry: Entry, overview: Overview) -> list[dict[str, Any]]:
    """The figures as the component shows them; what may not be seen is left out."""
    stats: list[dict[str, Any]] = [
        {"label": _("People"), "value": overview.people, "of": _seats(entry, overview)},
        {
            "label": _("Training sessions"),
            "value": overview.sessions,
            "note": _("%(count)s without a time yet") % {"count": overview.unplaced}
            if overview.unplaced
            else "",
        },
        {
            "label": _("Open clashes"),
            "value": overview.clashes,
            "needs_you": overview.clashes > 0,
        },
        {
            "label": _("Releases"),
            "value": overview.releases,
            "note": date_format(
                clock.local(overview.last_release.released_at), "SHORT_DATETIME_FORMAT"
            )
            if overview.last_release
            else "",
        },
    ]
    if overview.proposals_waiting:
        stats.append(
            {
                "label": _("Proposals that wait for your answer"),
                "value": overview.proposals_waiting,
                "needs_you": True,
            }
        )
    if may_see_notices(entry.standing):
        stats.append(
            {
                "label": _("Notices that need a person"),
                "value": overview.notices_waiting,
                "needs_you": overview.notices_waiting > 0,
            }
        )
    if may_see_certificates(entry.standing):
        stats.append({"label": _("Certificates in force"), "value": overview.certificates})
    return stats


def _seats(entry: Entry, overview: Overview) -> int:
    """A coordinator sees its cities' quotas in place of all seats."""
    if people_city_ids(entry.standing) is None:
        return entry.cohort.seats
    return sum(row.seats or 0 for row in overview.cities)
