"""The reminders of a cohort: what is due when, what was told, what was not, and why."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cohorts.permissions import may_see_notices
from cohorts.views.rooms import enter
from sessions.queries.reminders import SHOWN, reason_text, rounds_of

ROOM = "notices"


@login_required
@require_safe
def reminder_list(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_see_notices)
    rows = [{"round": row, "reason": reason_text(row)} for row in rounds_of(entry.cohort)[:SHOWN]]
    return render(request, "sessions/reminder_list.html", entry.context(ROOM, rows=rows))
