"""The line "Bus 1, seat 12, board at 13:10" on the stops of the itinerary.

Pictures of the itinerary are shared by a whole group, seats are not: a picture has a hole at each
transfer, and the hole is filled for the person who looks. Every text is escaped on its way in.
"""

import re
from collections.abc import Mapping
from html import escape

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from g60portal.common import clock
from sessions.choices import SessionKind
from sessions.queries.itinerary_rows import in_english
from sessions.queries.rides import Ride
from sessions.rules.release_diff import Slot

_HOLE = re.compile(r"<!--ride (\d+) (\d+)-->")
_DAY_MINUTES = 24 * 60


def ride_hole(slot: Slot) -> SafeString:
    """Where the ride goes: the transfer and the minute of the day at which it begins."""
    if slot.kind != SessionKind.TRANSFER or not slot.takes_place:
        return SafeString("")
    starts = clock.local(slot.starts_at)
    return SafeString(f"<!--ride {slot.session_id} {starts.hour * 60 + starts.minute}-->")


def with_rides(html: str, rides: Mapping[int, Ride]) -> SafeString:
    """The holes filled with the person's own rides; those of transfers without one stay empty."""

    def filled(hole: re.Match[str]) -> str:
        ride = rides.get(int(hole[1]))
        return _line(ride_text(ride, int(hole[2]))) if ride else ""

    return SafeString(_HOLE.sub(filled, html))


def ride_text(ride: Ride, begins: int) -> str:
    """`1号车（沪A12345），12号座，13:10在南门上车`."""
    minutes = (begins + ride.minute) % _DAY_MINUTES
    facts = {
        "vehicle": _named(ride),
        "number": ride.number,
        "time": f"{minutes // 60:02}:{minutes % 60:02}",
        "place": ride.place(english=in_english()),
    }
    if facts["place"]:
        return _("%(vehicle)s, seat %(number)s, board at %(time)s: %(place)s") % facts
    return _("%(vehicle)s, seat %(number)s, board at %(time)s") % facts


def _named(ride: Ride) -> str:
    if not ride.plate:
        return ride.vehicle
    return _("%(vehicle)s (%(plate)s)") % {"vehicle": ride.vehicle, "plate": ride.plate}


def _line(text: str) -> str:
    icons = escape(static("img/icons.svg"))
    return (
        '<p class="stop-note tone-blue"><svg class="mark" aria-hidden="true" viewBox="0 0 12 12">'
        f'<use href="{icons}#mark-now"/></svg><span>{escape(text)}</span></p>'
    )
