"""My changes: every release of my cohort, and what it changed for me. Never the draft."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from participants.views.my_tabs import my_tabs
from sessions.queries.acknowledgements import own_unconfirmed
from sessions.queries.itinerary import chosen_seat, seats_of
from sessions.queries.own_changes import own_log
from sessions.views.itinerary import local_title, seat_choices, without_seat

NUMBER_DIGITS = 6


@login_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    user, code = signed_in(request), request.GET.get("cohort", "")
    seats = seats_of(user.pk, clock.today())
    seat = chosen_seat(seats, code)
    if seat is None:
        return without_seat(request, user, code, current="itinerary")
    log = own_log(seat, before=number_of(request.GET.get("before", "")))
    context = {
        "tabs": my_tabs("itinerary"),
        "title": local_title(seat),
        "choices": seat_choices(seat, seats),
        "log": log,
        "code": seat.code,
        "unconfirmed": list(own_unconfirmed(seat.enrollment_id, seat.code)),
        "older_url": _address(seat.code, log.older_than) if log.older_than else "",
        "newest_url": _address(seat.code, None) if request.GET.get("before") else "",
        "itinerary_url": reverse("my-itinerary") + "?" + urlencode({"cohort": seat.code}),
    }
    return render(request, "sessions/my_changes.html", context)


def number_of(text: str) -> int | None:
    """A number of a release as somebody wrote it into an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < NUMBER_DIGITS else None


def _address(code: str, before: int | None) -> str:
    words = {"cohort": code, **({"before": before} if before else {})}
    return f"{reverse('my-changes')}?{urlencode(words)}"
