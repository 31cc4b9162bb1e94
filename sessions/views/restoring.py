"""Going back to an older release: what it would change, and doing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cohorts.permissions import may_edit_cohort
from cohorts.views.rooms import enter
from g60portal.common.refusals import Refusal
from sessions.actions.restoring import restore_release
from sessions.queries.release_pages import change_lines
from sessions.queries.restoration import missing_texts, restoration_of
from sessions.views.releases import numbered

ROOM = "timetable"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The preview of going back; POST makes the draft what the release was."""
    entry = enter(request, code, may_edit_cohort)
    release = numbered(entry.cohort, number)
    reason, status = "", 200
    if request.method == "POST":
        try:
            restore_release(release=release, by=entry.by)
        except Refusal as refusal:
            reason, status = str(refusal.message), refusal.status
        else:
            facts = {"number": number}
            text = _("The draft is as release %(number)s was. One undo takes this back.") % facts
            messages.success(request, text)
            return redirect("release-list", code)
    plan = restoration_of(entry.cohort, release)
    context = entry.context(
        ROOM,
        release=release,
        plan=plan,
        rows=[{"line": line} for line in change_lines(entry.cohort, plan.changes)],
        missing=missing_texts(plan.missing),
        reason=reason,
    )
    return render(request, "sessions/release_restore.html", context, status=status)
