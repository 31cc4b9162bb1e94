"""Putting the changes aside that one has seen. What changed stays readable among all changes."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from participants.models import Enrollment
from sessions.actions.own_looks import put_changes_aside
from sessions.queries.itinerary import chosen_seat, seats_of
from sessions.views.my_changes import number_of


@login_required
@require_POST
def aside(request: HttpRequest) -> HttpResponse:
    """Up to the release that was before the eyes: back to the page, without these changes."""
    user, code = signed_in(request), request.POST.get("cohort", "")
    seat = chosen_seat(seats_of(user.pk, clock.today()), code)
    number = number_of(request.POST.get("release", ""))
    if seat is None or number is None:
        raise Http404
    enrollment = get_object_or_404(Enrollment, pk=seat.enrollment_id)
    put_changes_aside(enrollment=enrollment, number=number)
    page = "my-itinerary" if request.POST.get("page") == "itinerary" else "my-home"
    return redirect(f"{reverse(page)}?{urlencode({'cohort': seat.code})}")
