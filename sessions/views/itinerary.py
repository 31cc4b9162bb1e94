"""My pages: what is on now and next, and the whole itinerary. Of releases only, never the draft.

Both pages answer 304 as long as nothing on them changed but the minutes, which the page's script
counts by itself (and which are left out where no script runs). They are compressed here, because a
phone abroad should not depend on what stands before the portal; Django pads them at random, so that
their length tells nothing about the tokens in them.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.backends.django import Template
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from cohorts.choices import CohortState
from cohorts.queries.standing import may_see_shared_rows
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from participants.models import Enrollment
from participants.views.my_tabs import my_tabs
from sessions.queries.calendar import feed_url
from sessions.queries.itinerary import Seat, chosen_seat, corridor_of, seats_of
from sessions.queries.rides import Ride, rides_of
from sessions.views.itinerary_help import help_section
from sessions.views.itinerary_picture import Picture, picture_for
from sessions.views.itinerary_rides import with_rides
from sessions.views.page_shell import filled_page

_NOT_HELD = (CohortState.POSTPONED, CohortState.CANCELLED)
POCKET = "print-pocket"
_HOME = "sessions/itinerary_home.html"
_WHOLE = "sessions/itinerary_page.html"
_TEMPLATES = ("base.html", "my_base.html", "sessions/itinerary_frame.html", _HOME, _WHOLE)


@gzip_page
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, _HOME)


@gzip_page
@login_required
@require_safe
def itinerary(request: HttpRequest) -> HttpResponse:
    return _page(request, _WHOLE)


def _page(request: HttpRequest, template: str) -> HttpResponse:
    user, instant = signed_in(request), clock.now()
    code = request.GET.get("cohort", "")
    current = "itinerary" if template == _WHOLE else ""
    seats = seats_of(user.pk, instant.date())
    seat = chosen_seat(seats, code)
    if seat is None:
        return without_seat(request, user, code, current=current)
    if seat.release_id is None:
        return _unreleased(request, seat, seats, instant, current)
    picture = picture_for(seat, instant)
    rides = rides_of(seat.enrollment_id) if seat.rides else {}
    paper = _paper(request)
    etag = _etag(request, user, template, seats, seat, picture, rides, paper)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        parts = {**_head(seat, seats, picture.place_now), **_parts(seat, picture, instant, rides)}
        parts |= {"paper": paper, "page": current}
        response = filled_page(request, template, parts, current=current)
        response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _parts(
    seat: Seat, picture: Picture, instant: dt.datetime, rides: Mapping[int, Ride]
) -> dict[str, str]:
    """What the page is made of, text by text and part by part."""
    feed = feed_url(Enrollment(pk=seat.enrollment_id, feed_generation=seat.feed_generation))
    query = f"?cohort={seat.code}"
    return {
        "until": picture.holds_until.isoformat(),
        "now": with_rides(picture.filled(picture.now, instant), rides),
        "changes": picture.changes,
        "today": with_rides(picture.today, rides),
        "encounters": picture.encounters,
        "corridor": picture.corridor,
        "days": with_rides(picture.days, rides),
        "cards_today": picture.cards_today,
        "cards": picture.cards,
        "help": help_section(seat.contacts),
        "code": seat.code,
        "whole_url": reverse("my-itinerary") + query,
        "changes_url": reverse("my-changes") + query,
        "code_url": reverse("my-code") + query,
        "feed_url": feed,
        "webcal_url": f"webcal:{feed.partition(':')[2]}",
        "released": _released(seat),
    }


def _paper(request: HttpRequest) -> str:
    """The class of the paper that the page is printed on: a pocket, or A4 where asked for."""
    return "print-sheet" if request.GET.get("paper") == "a4" else POCKET


def _released(seat: Seat) -> str:
    if seat.released_at is None:
        return ""
    date = date_format(clock.local(seat.released_at), "SHORT_DATETIME_FORMAT")
    return _("Release %(number)s of %(date)s") % {"number": seat.release_number, "date": date}


def _head(seat: Seat, seats: Sequence[Seat], place: str) -> dict[str, str]:
    """The cohort, where it stands, the own group; the choice where there are several cohorts."""
    facts = {"choices": seat_choices(seat, seats), "not_held": seat.state in _NOT_HELD}
    above = render_to_string("sessions/_itinerary_above.html", facts) if any(facts.values()) else ""
    return {
        "title": local_title(seat),
        "over": " · ".join(filter(None, (place or seat.code, seat.group_name))),
        "above": above,
    }


def _unreleased(
    request: HttpRequest, seat: Seat, seats: Sequence[Seat], instant: dt.datetime, current: str
) -> HttpResponse:
    context = {
        **_head(seat, seats, ""),
        "tabs": my_tabs(current),
        "line": corridor_of(seat.cohort_id, instant.date()),
        "help": help_section(seat.contacts),
        "paper": POCKET,
    }
    return render(request, "sessions/itinerary_unreleased.html", context)


def without_seat(request: HttpRequest, user: User, code: str, *, current: str) -> HttpResponse:
    """Somebody else's cohort is unknown; a page without any says where to go instead."""
    if code:
        raise Http404
    context = {"tabs": my_tabs(current), "staff": may_see_shared_rows(user)}
    return render(request, "sessions/itinerary_none.html", context)


def seat_choices(seat: Seat, seats: Sequence[Seat]) -> list[dict[str, Any]]:
    """The cohorts of somebody who has been in several, as words in a row; nothing for one."""
    if len(seats) == 1:
        return []
    return [
        {"label": local_title(one), "url": f"?cohort={one.code}", "current": one is seat}
        for one in seats
    ]


def local_title(seat: Seat) -> str:
    """The cohort's title in the language of the page, Chinese when there is no English one."""
    english = (get_language() or "").startswith("en")
    return (seat.title_en if english else "") or seat.title


def _etag(
    request: HttpRequest,
    user: User,
    template: str,
    seats: Sequence[Seat],
    seat: Seat,
    picture: Picture,
    rides: Mapping[int, Ride],
    paper: str,
) -> str:
    """Everything that the page shows but the minutes; also the secret behind its form tokens."""
    if "CSRF_COOKIE" not in request.META:
        get_token(request)  # makes one
    facts = (
        _build(),
        template,
        get_language(),
        str(user),
        seat,
        [(one.code, local_title(one)) for one in seats],
        picture.holds_from,
        rides,
        paper,
        request.META.get("CSRF_COOKIE"),
        clock.now() if len(get_messages(request)) else "",
    )
    return f'"{hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"'


@lru_cache(maxsize=1)
def _build() -> str:
    """Differs between two versions of the portal: of its static files and of these templates."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(str(getattr(staticfiles_storage, "manifest_hash", "")).encode())
    for name in _TEMPLATES:
        template = cast("Template", get_template(name))
        digest.update(Path(template.origin.name).read_bytes())
    return digest.hexdigest()
