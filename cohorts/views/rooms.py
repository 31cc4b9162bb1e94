"""The way into every console page of a cohort: who may enter, and the rail of its rooms.

A view begins with `entry = enter(request, code, may_…)`; its context is
`entry.context(room="people")`, and `entry.by` is who acts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from cohorts.permissions import (
    may_edit_cohort,
    may_see_attendance,
    may_see_certificates,
    may_see_cohort,
    may_see_nominations,
    may_see_notices,
)
from cohorts.queries.standing import Standing, standing_in
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.notices.choices import NEED_PERSON_STATES
from g60portal.notices.models import Notice

# The rooms of a cohort in the order of the rail: (room, URL name, label).
ROOMS = (
    ("overview", "cohort-overview", _("Overview")),
    ("people", "people-list", _("People")),
    ("nominations", "nomination-list", _("Nominations")),
    ("timetable", "timetable-board", _("Timetable")),
    ("groups", "group-list", _("Groups")),
    ("logistics", "logistics", _("Logistics")),
    ("notices", "notice-list", _("Notices")),
    ("checkin", "attendance-board", _("Check-in")),
    ("certificates", "certificate-list", _("Certificates")),
    ("documents", "document-list", _("Documents")),
    ("settings", "cohort-settings", _("Settings")),
)

# Rooms that only some of the staff may enter; the others do not see them in the rail.
_CLOSED_ROOMS: dict[str, Callable[[Standing], bool]] = {
    "nominations": may_see_nominations,
    "notices": may_see_notices,
    "checkin": may_see_attendance,
    "certificates": may_see_certificates,
    "settings": may_edit_cohort,
}
# The words in the head of every console page: (URL name, label).
_NAV = (
    ("cohort-list", _("Cohorts")),
    ("organization-list", _("Organizations")),
    ("venue-list", _("Venues")),
    ("speaker-list", _("Speakers")),
    ("travel-matrix", _("Travel")),
)


@dataclass(frozen=True)
class Word:
    """A word in the head of the page."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Room:
    key: str
    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Entry:
    """A user inside a cohort."""

    request: HttpRequest
    cohort: Cohort
    standing: Standing

    @property
    def by(self) -> User:
        """Who acts: the user as actions take it."""
        return signed_in(self.request)

    def context(self, room: str, **facts: Any) -> dict[str, Any]:
        """The context that `console_base.html` needs, and the page's own facts."""
        return {
            "cohort": self.cohort,
            "standing": self.standing,
            "rooms": rooms_of(self.cohort, room, self.standing),
            "room": room,
            "nav": console_nav("cohort-list"),
            "where": where_in(self.cohort),
            **facts,
        }


def enter(request: HttpRequest, code: str, permission: Callable[[Standing], bool]) -> Entry:
    """404 for cohorts the user may not know of, 403 where its role does not reach."""
    try:
        cohort = Cohort.objects.get(code=code)
    except Cohort.DoesNotExist:
        raise Http404 from None
    standing = standing_in(request.user, cohort)
    if not may_see_cohort(standing):
        raise Http404
    if not permission(standing):
        raise PermissionDenied
    return Entry(request, cohort, standing)


def rooms_of(cohort: Cohort, current: str, standing: Standing) -> list[Room]:
    """The rooms that this standing may enter."""
    rooms = []
    for key, url_name, label in ROOMS:
        url = address_of(url_name, cohort.code)
        if url and _CLOSED_ROOMS.get(key, may_see_cohort)(standing):
            rooms.append(Room(key, str(label), url, key == current, _needs_you(key, cohort)))
    return rooms


def _needs_you(key: str, cohort: Cohort) -> int | None:
    """How much in a room waits for somebody, where that is one look at an index."""
    if key == "notices":
        return Notice.objects.filter(scope=cohort.code, state__in=NEED_PERSON_STATES).count()
    return None


def console_nav(current: str) -> list[Word]:
    """The head of a console page; `current` is the URL name of the list it belongs to."""
    words = []
    for url_name, label in _NAV:
        url = address_of(url_name)
        if url:
            words.append(Word(str(label), url, url_name == current))
    return words


def where_in(cohort: Cohort) -> dict[str, str]:
    """The line "where am I" of a cohort's pages."""
    return {
        "title": cohort.local_title,
        "url": address_of("cohort-overview", cohort.code),
        "detail": cohort.code,
        "state": cohort.state,
        "state_label": cohort.get_state_display(),
    }


def address_of(url_name: str, *args: str) -> str:
    """The address of a page, or an empty text while no page has this name."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
