"""One session of the itinerary as HTML, the markup of `templates/components/stops.html`.

Written here and not in a template because a first view draws some sixty of them: the words of the
language, the places and the teachers are made once, and each stop is one string. Every text that
somebody typed goes through `escape` on its way in (a test puts markup into all of them).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from g60portal.common import clock
from sessions.choices import SessionKind
from sessions.queries.itinerary import Seat
from sessions.queries.itinerary_rows import in_english, kind_of, place_of, teachers_of
from sessions.rules.release_diff import ReleasedSpeaker, Slot
from sessions.views.itinerary_places import PlaceCards, has_card
from sessions.views.itinerary_rides import ride_hole

# Nobody needs to be told that these may be skipped.
_NEVER_COMPULSORY = frozenset({SessionKind.MEAL, SessionKind.TRANSFER, SessionKind.SELF_STUDY})


@dataclass(frozen=True)
class Times:
    """Of a session, in Shanghai."""

    starts: str
    ends: str
    starts_iso: str
    ends_iso: str


class StopWriter:
    """Writes the stops of one person's group in the active language, as they stand just then."""

    def __init__(
        self,
        seat: Seat,
        changed: Iterable[int],
        instant: dt.datetime,
        icons: str,
        cards: PlaceCards,
    ) -> None:
        self._cards = cards
        self._group = escape(seat.group_name or "")
        self._changed = frozenset(changed)
        # In UTC as the rows are: comparing across zones costs twenty times as much.
        self._instant = instant.astimezone(dt.UTC)
        self._icons = escape(icons)
        self._english = in_english()
        self._kinds: dict[str, str] = {}
        self._places: dict[tuple[object, ...], str] = {}
        self._teachers: dict[tuple[ReleasedSpeaker, ...], str] = {}

    def stops(self, slots: Iterable[Slot]) -> SafeString:
        items = "\n".join(self._stop(slot) for slot in slots)
        return SafeString(f'<ol class="stops">\n{items}\n</ol>')

    def about(self, slot: Slot) -> SafeString:
        """`现场教学 · 第三组 · 周教授`."""
        return SafeString(self._meta(slot, ""))

    def _stop(self, slot: Slot) -> str:
        state, times = state_of(slot, self._instant), times_of_day(slot)
        title = (slot.title_en if self._english else "") or slot.title
        return (
            f'<li class="stop kind-{slot.kind}{_IS[state]}"><p class="stop-time">'
            f'<time datetime="{times.starts_iso}">{times.starts}</time>'
            f'<time datetime="{times.ends_iso}">{times.ends}</time></p>'
            '<span class="stop-node" aria-hidden="true"></span>'
            f'<div class="stop-body"><h3 class="stop-title">{self._spoken[state]}{escape(title)}'
            f'</h3><p class="stop-meta">{self._meta(slot, self._place(slot))}</p>'
            f"{ride_hole(slot)}{_described(slot)}{self._note(slot, state)}</div></li>"
        )

    def _meta(self, slot: Slot, place: str) -> str:
        parts = [self._kind(slot)]
        if slot.group_ids:
            parts.append(self._group)
        if not slot.compulsory and slot.kind not in _NEVER_COMPULSORY:
            parts.append(self._optional)
        parts += [place, self._teachers_of(slot)]
        return " · ".join(filter(None, parts))

    def _note(self, slot: Slot, state: str) -> str:
        if state == "cancelled":
            said = _("Cancelled")
            if slot.cancel_reason:
                said += pgettext("after a label", ": ") + slot.cancel_reason
            return self._marked("red", "stop", said)
        return self._changed_note if slot.session_id in self._changed else ""

    def _kind(self, slot: Slot) -> str:
        if slot.kind not in self._kinds:
            self._kinds[slot.kind] = f'<span class="kind">{escape(kind_of(slot))}</span>'
        return self._kinds[slot.kind]

    def _place(self, slot: Slot) -> str:
        """The name, leading to the place's card where there is one."""
        key = (slot.venue_id, slot.venue_name, slot.latitude, slot.longitude)
        if key not in self._places:
            self._places[key] = self._linked_place(slot)
        return self._places[key]

    def _linked_place(self, slot: Slot) -> str:
        place = escape(place_of(slot))
        if not place or not has_card(slot):
            return place
        return f'<a href="#place-{self._cards.number_of(slot)}">{place}</a>'

    def _teachers_of(self, slot: Slot) -> str:
        if slot.speakers not in self._teachers:
            self._teachers[slot.speakers] = escape(teachers_of(slot))
        return self._teachers[slot.speakers]

    def _marked(self, tone: str, mark: str, text: str) -> str:
        return (
            f'<p class="stop-note tone-{tone}"><svg class="mark" aria-hidden="true" '
            f'viewBox="0 0 12 12"><use href="{self._icons}#mark-{mark}"/></svg>'
            f"<span>{escape(text)}</span></p>"
        )

    @cached_property
    def _optional(self) -> str:
        return escape(_("optional"))

    @cached_property
    def _changed_note(self) -> str:
        return self._marked("amber", "alert", _("Changed in the latest release"))

    @cached_property
    def _spoken(self) -> dict[str, str]:
        """What screen readers hear where the eye sees a color or a stroke."""
        words = {"now": _("Now:"), "cancelled": _("Cancelled:")}
        said = {
            state: f'<span class="visually-hidden">{escape(word)} </span>'
            for state, word in words.items()
        }
        return {"": "", "past": "", **said}


_IS = {"": "", "past": " is-past", "now": " is-now", "cancelled": " is-cancelled"}


def state_of(slot: Slot, instant: dt.datetime) -> str:
    """ "", past, now or cancelled."""
    if not slot.takes_place:
        return "cancelled"
    if slot.ends_at <= instant:
        return "past"
    return "now" if slot.starts_at <= instant else ""


def times_of_day(slot: Slot) -> Times:
    starts, ends = clock.local(slot.starts_at), clock.local(slot.ends_at)
    return Times(
        f"{starts.hour:02}:{starts.minute:02}",
        f"{ends.hour:02}:{ends.minute:02}",
        starts.isoformat(),
        ends.isoformat(),
    )


def _described(slot: Slot) -> str:
    text = escape(slot.description)
    return f'<p class="stop-meta small">{text}</p>' if text else ""
