"""The public home: what the portal is, the corridor, and the way to one's own place."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cohorts.queries.corridor import corridor_line
from cohorts.queries.public import current_cohort
from g60portal.common import clock
from g60portal.web.queries import has_console, is_participant, place_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    cohort = current_cohort(today)
    context = {
        "cohort": cohort,
        "line": corridor_line(cohort, today),
        "console": request.user.is_authenticated and has_console(request.user),
        "participant": request.user.is_authenticated and is_participant(request.user),
    }
    return render(request, "web/home.html", context)


@login_required
@require_safe
def own_place(request: HttpRequest) -> HttpResponse:
    """Where a sign-in leads that was not asked for by another page."""
    return redirect(place_of(request.user))
