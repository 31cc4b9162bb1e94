"""My check-in code: the picture that the desk scans, and the text to type when it cannot."""

from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from participants.models import Enrollment
from participants.views.my_tabs import my_tabs
from sessions.actions.check_in_codes import renew_check_in_code
from sessions.queries.check_in_codes import check_in_code_of
from sessions.queries.itinerary import chosen_seat, seats_of
from sessions.views.itinerary import local_title, seat_choices, without_seat


@login_required
@require_safe
def code(request: HttpRequest) -> HttpResponse:
    user, cohort = signed_in(request), request.GET.get("cohort", "")
    seats = seats_of(user.pk, clock.today())
    seat = chosen_seat(seats, cohort)
    if seat is None:
        return without_seat(request, user, cohort, current="")
    text = check_in_code_of(seat.cohort_id, seat.enrollment_id)
    enrollment = Enrollment.objects.select_related("person").get(pk=seat.enrollment_id)
    context = {
        "tabs": my_tabs(""),
        "title": local_title(seat),
        "choices": seat_choices(seat, seats),
        "seat": seat,
        "enrollment": enrollment,
        "code": text,
        "picture": qr_picture(text),
    }
    response = render(request, "sessions/my_code.html", context)
    patch_cache_control(response, private=True, no_cache=True)
    return response


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new code for somebody whose badge or phone is in other hands."""
    user, cohort = signed_in(request), request.POST.get("cohort", "")
    seat = chosen_seat(seats_of(user.pk, clock.today()), cohort)
    if seat is None:
        raise Http404
    enrollment = get_object_or_404(Enrollment, pk=seat.enrollment_id)
    renew_check_in_code(enrollment=enrollment, by=user)
    messages.success(request, _("You have a new code. The old one is refused from now on."))
    return redirect(f"{reverse('my-code')}?{urlencode({'cohort': seat.code})}")


def qr_picture(text: str) -> SafeString:
    """Black on white whatever the theme, with the quiet zone that scanners want."""
    picture = segno.make(text, error="m", micro=False, boost_error=False)
    drawn = picture.svg_inline(
        scale=8, border=4, dark="#000", light="#fff", svgclass="code-picture", omitsize=True
    )
    return SafeString(drawn)
