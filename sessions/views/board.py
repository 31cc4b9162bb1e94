"""The timetable board of a cohort, and what it asks for again while it is looked at."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cohorts.models import Leg
from cohorts.permissions import may_edit_any_leg, may_edit_cohort, may_see_timetable
from cohorts.queries.corridor import days_in_words
from cohorts.views.rooms import Word, enter
from sessions.choices import SessionKind
from sessions.forms.training_sessions import TIMES_LIST
from sessions.queries.board import (
    COHORT_VIEW,
    DAY_VIEW,
    LEG_VIEW,
    LIST_VIEW,
    Board,
    board_of,
    day_label,
    leg_shown,
    legs_of_timetable,
)
from sessions.queries.board_standing import confirmations_of, draft_words
from sessions.views.board_script import board_facts
from sessions.views.timetable import QUARTERS

VIEWS = (COHORT_VIEW, LEG_VIEW, DAY_VIEW, LIST_VIEW)
# Minutes of a step on the axis of time.
ZOOMS = (5, 15, 30)
# The modules that `board.js` imports, so that the browser asks for all of them at once.
MODULES = [
    f"js/board-{name}.js"
    for name in (
        "card", "changes", "clashes", "desk", "dialogs", "grid", "hand", "keys", "live", "looks",
        "model", "news", "picker", "pointer", "server", "session", "sheet", "time",
    )
]  # fmt: skip


@login_required
@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """`?view=cohort|leg|day|list`, `leg`, `day`, `zoom`. Without scripts every view is a list."""
    entry = enter(request, code, may_see_timetable)
    legs = list(legs_of_timetable(entry.cohort))
    day = _day(request.GET.get("day", ""))
    leg = leg_shown(legs, request.GET.get("leg", ""), day)
    context: dict[str, Any] = {
        "board": None,
        "may_add": may_edit_any_leg(entry.standing),
        "may_set_up": may_edit_cohort(entry.standing),
    }
    if leg is not None:
        asked = request.GET.get("view", LEG_VIEW)
        shown = board_of(
            leg,
            view=asked if asked in VIEWS else LEG_VIEW,
            day=day,
            legs=legs,
            standing=entry.standing,
            cohort=entry.cohort,
        )
        context |= _board_context(request, shown, legs)
        context["draft"] = draft_words(entry.cohort)
        context["facts"] = board_facts(shown, entry, legs)
    return render(request, "sessions/timetable_board.html", entry.context("timetable", **context))


@login_required
@require_safe
def standing(request: HttpRequest, code: str) -> HttpResponse:
    """What the board asks for again after each change: the draft in words, the confirmations."""
    entry = enter(request, code, may_see_timetable)
    return JsonResponse(
        {"draft": draft_words(entry.cohort), "slots": confirmations_of(entry.cohort)}
    )


def _board_context(request: HttpRequest, shown: Board, legs: list[Leg]) -> dict[str, Any]:
    zoom = _zoom(request, shown.view)
    kept = {"zoom": zoom} if "zoom" in request.GET else {}
    leg_view = LEG_VIEW if shown.view in (COHORT_VIEW, DAY_VIEW) else shown.view
    labels = {
        COHORT_VIEW: _("Whole cohort"),
        LEG_VIEW: _("Days of the leg"),
        DAY_VIEW: _("One day by venue"),
        LIST_VIEW: _("List"),
    }
    return {
        "board": shown,
        "zoom": zoom,
        "zooms": ZOOMS,
        "leg_words": [
            Word(
                f"{leg.city.local_name} {days_in_words(leg.starts_on, leg.ends_on)}",
                _query(view=leg_view, leg=leg.pk, **kept),
                leg.pk == shown.leg.pk and not shown.overview,
            )
            for leg in legs
        ],
        "view_words": [
            Word(label, _query(view=view, leg=shown.leg.pk, **kept), view == shown.view)
            for view, label in labels.items()
        ],
        "day_words": [
            Word(
                day_label(day),
                _query(view=DAY_VIEW, leg=shown.leg.pk, day=day, **kept),
                day == shown.day,
            )
            for day in (shown.days_of_leg if shown.view == DAY_VIEW else ())
        ],
        "cancelled_url": _query(view=LIST_VIEW, leg=shown.leg.pk),
        "kinds": SessionKind.choices,
        "quarters": QUARTERS,
        "times_list": TIMES_LIST,
        "chosen": "view" in request.GET,
        "modules": MODULES,
    }


def _zoom(request: HttpRequest, view: str) -> int:
    asked = request.GET.get("zoom", "")
    usual = 30 if view == COHORT_VIEW else 15
    return int(asked) if asked in map(str, ZOOMS) else usual


def _query(**words: Any) -> str:
    return f"?{urlencode({name: word for name, word in words.items() if word is not None})}"


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
