"""I have read it: one press for everything that I was asked to confirm in a cohort."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from sessions.actions.acknowledgements import confirm_own
from sessions.queries.itinerary import chosen_seat, seats_of


@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Of the cohort that the form names; somebody without a seat in it has none."""
    user, code = signed_in(request), request.POST.get("cohort", "")
    seat = chosen_seat(seats_of(user.pk, clock.today()), code)
    if seat is None:
        raise Http404
    if confirm_own(enrollment_id=seat.enrollment_id, code=seat.code):
        messages.success(request, _("Thank you, that is confirmed."))
    return redirect(f"{reverse('my-changes')}?{urlencode({'cohort': seat.code})}")
