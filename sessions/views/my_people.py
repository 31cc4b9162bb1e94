"""My people: who else is in my cohort, and whether I am listed myself. No contact data."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from participants.actions.consents import give_consent, withdraw_consent
from participants.choices import ConsentPurpose
from participants.models import Person
from participants.views.my_tabs import my_tabs
from sessions.queries.itinerary import chosen_seat, seats_of
from sessions.queries.own_people import is_listed, people_listed, person_of
from sessions.views.itinerary import local_title, seat_choices, without_seat

LONGEST_SEARCH = 60


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    user, code = signed_in(request), request.GET.get("cohort", "")
    seats = seats_of(user.pk, clock.today())
    seat = chosen_seat(seats, code)
    if seat is None:
        return without_seat(request, user, code, current="people")
    q = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    context = {
        "tabs": my_tabs("people"),
        "seat": seat,
        "title": local_title(seat),
        "choices": seat_choices(seat, seats),
        "people": people_listed(seat.cohort_id, q),
        "q": q,
        "listed": is_listed(user.pk),
        "search_url": _address(code),
    }
    return render(request, "sessions/my_people.html", context)


@login_required
@require_POST
def listing(request: HttpRequest) -> HttpResponse:
    """Give or withdraw the own consent to be listed."""
    user = signed_in(request)
    try:
        person = person_of(user.pk)
    except Person.DoesNotExist:
        raise Http404 from None
    if request.POST.get("listed") == "1":
        give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=user)
        messages.success(request, _("You are listed for the other participants."))
    else:
        withdraw_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=user)
        messages.success(request, _("You are no longer listed."))
    return redirect(_address(request.POST.get("cohort", "")))


def _address(code: str) -> str:
    """The page, in the cohort that the reader had chosen."""
    query = urlencode({"cohort": code}) if code else ""
    return f"{reverse('my-people')}?{query}" if query else reverse("my-people")
