"""The cards of places: an address in very large Chinese type to hold out to a driver, and maps.

Cards stand in the page and open by their address (`#place-7`), so they need neither a script nor a
network. Markup is written here as in `itinerary_stops`, every typed text escaped on its way in.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote, urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from sessions.queries.itinerary_rows import in_english, place_of
from sessions.rules.release_diff import Slot

DRIVERS_LANGUAGE = "zh-hans"
_AMAP = "https://uri.amap.com/marker?"
_APPLE = "https://maps.apple.com/?"


def has_card(slot: Slot) -> bool:
    """Whether there is anything to hold out or to look up."""
    return bool(slot.venue_address or _is_placed(slot))


class PlaceCards:
    """The places that a page speaks of, in the order in which it does."""

    def __init__(self) -> None:
        self._slots: dict[tuple[object, ...], tuple[int, Slot]] = {}

    def number_of(self, slot: Slot) -> int:
        """Of the card of a session's place; the same for sessions at one place."""
        key = (slot.venue_id, slot.venue_name, slot.venue_address, slot.latitude, slot.longitude)
        number, _slot = self._slots.setdefault(key, (len(self._slots) + 1, slot))
        return number

    def cards(self, slots: Iterable[Slot]) -> SafeString:
        """The cards of these sessions' places."""
        wanted = {self.number_of(slot): slot for slot in slots if has_card(slot)}
        return SafeString("\n".join(_card(number, wanted[number]) for number in sorted(wanted)))


def map_links(slot: Slot) -> list[tuple[str, str]]:
    """Words and addresses of the place on maps of several makers, under its Chinese name, which is
    what they know it by. Empty without coordinates."""
    if slot.latitude is None or slot.longitude is None:
        return []
    latitude, longitude = f"{slot.latitude:.6f}", f"{slot.longitude:.6f}"
    amap = {"position": f"{longitude},{latitude}", "name": slot.venue_name, "callnative": "1"}
    apple = {"ll": f"{latitude},{longitude}", "q": slot.venue_name}
    own = f"geo:{latitude},{longitude}?q={latitude},{longitude}({quote(slot.venue_name)})"
    return [
        (_("Amap"), _AMAP + urlencode(amap)),
        (_("Apple Maps"), _APPLE + urlencode(apple)),
        (_("Map of this phone"), own),
    ]


def _is_placed(slot: Slot) -> bool:
    return slot.latitude is not None and slot.longitude is not None


def _card(number: int, slot: Slot) -> str:
    own_words = ""
    if in_english() and slot.venue_name_en:
        own_words = f'<p class="quiet">{escape(place_of(slot))}</p>'
    links = "".join(
        f'<a class="button" href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(word)}</a>"
        for word, url in map_links(slot)
    )
    maps = f'<p class="place-maps">{links}</p>' if links else ""
    return (
        f'<section class="place" id="place-{number}" aria-labelledby="place-{number}-title" '
        f'tabindex="-1" data-place><p class="place-over" lang="zh-Hans">{_please()}</p>'
        f'<p class="place-address" lang="zh-Hans">{escape(slot.venue_address or slot.venue_name)}'
        f'</p><h2 class="place-name" lang="zh-Hans" id="place-{number}-title">'
        f"{escape(slot.venue_name)}</h2>{own_words}{maps}"
        f'<a class="button place-close" href="#now">{escape(_("Close"))}</a></section>'
    )


def _please() -> str:
    """To the driver, whatever language the page speaks."""
    with override(DRIVERS_LANGUAGE):
        return escape(_("Please take me to:"))
