"""The first page of the console: the cohorts that the user has to do with."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cohorts.queries.standing import may_open_cohorts
from cohorts.views.rooms import console_nav
from g60portal.common import clock
from g60portal.web.queries import cohort_lines, has_console


@login_required
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """403 for whoever has no role at all: a participant's place is `/my/`."""
    if not has_console(request.user):
        raise PermissionDenied
    context = {
        "nav": console_nav("cohort-list"),
        "lines": cohort_lines(request.user, clock.today()),
        "may_open": may_open_cohorts(request.user),
    }
    return render(request, "web/console.html", context)
