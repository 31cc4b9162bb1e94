"""The first mail after a release: the whole itinerary by day, with an invitation for the calendar.

Goes to everybody with release 1, later to those who joined in between.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cohorts.models import Leg
from g60portal.notices.kinds import Attachment, Kind, Message
from g60portal.notices.models import Notice
from sessions.notices.released_facts import (
    Addressee,
    Letter,
    address_of,
    addressees,
    calendar_file,
    legs_by_cohort,
    letter,
)
from sessions.queries.audience import ITINERARY_RELEASED
from sessions.queries.calendar import events_of
from sessions.queries.itinerary_rows import itinerary_days
from sessions.rules.release_diff import Slot

TEMPLATE = "sessions/notice_itinerary"


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """The letter is written once for people of one group and language."""
    found = addressees(notices)
    legs = legs_by_cohort(found)
    letters: dict[tuple[object, ...], Letter] = {}
    messages = {}
    for addressee in found:
        key = addressee.shared_key
        with override(addressee.language):
            if key not in letters:
                letters[key] = whole_letter(addressee, legs[addressee.release.cohort_id])
            files = whole_calendar(addressee)
        messages[addressee.notice.pk] = letters[key].to(
            addressee.notice, addressee.enrollment, files
        )
    return messages


def whole_letter(addressee: Addressee, legs: Sequence[Leg]) -> Letter:
    return letter(addressee, TEMPLATE, {"days": itinerary_days(_own(addressee))}, legs)


def whole_calendar(addressee: Addressee) -> list[Attachment]:
    """Under the release's own sequence: whoever comes back after having left has older ones."""
    enrollment, sequence = addressee.enrollment, addressee.release.number - 1
    events = events_of(addressee.now, enrollment, _own(addressee), sequence=sequence)
    return calendar_file(enrollment, events, method="REQUEST", filename="itinerary.ics")


def _own(addressee: Addressee) -> list[Slot]:
    slots = addressee.now.slots.values()
    return [slot for slot in slots if slot.is_for(addressee.group_id) and slot.takes_place]


KIND = Kind(name=ITINERARY_RELEASED, label=_("Itinerary"), compose=compose, address_of=address_of)
