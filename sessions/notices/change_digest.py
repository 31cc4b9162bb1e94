"""The mail after a later release: what is new, different or cancelled for this person, old → new.

With calendar files of the same UID and a higher SEQUENCE: REQUEST for what takes place, CANCEL for
what does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cohorts.models import Leg
from g60portal.notices.kinds import Attachment, Kind, Message
from g60portal.notices.models import Notice
from sessions.notices.itinerary_released import whole_calendar, whole_letter
from sessions.notices.released_facts import (
    Addressee,
    Letter,
    address_of,
    addressees,
    calendar_files,
    legs_by_cohort,
    letter,
)
from sessions.queries.audience import CHANGE_DIGEST
from sessions.queries.calendar import events_of
from sessions.queries.change_lines import personal_line
from sessions.rules.release_diff import Change, ChangeKind, changes_for

TEMPLATE = "sessions/notice_digest"


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """The letter is written once for people who made the same move and read the same language.

    Nothing for those to whom nothing differs from what they know.
    """
    found = addressees(notices)
    legs = legs_by_cohort(found)
    changes: dict[tuple[object, ...], list[Change]] = {}
    letters: dict[tuple[object, ...], Letter] = {}
    messages = {}
    for addressee in found:
        key, own_legs = addressee.shared_key, legs[addressee.release.cohort_id]
        if key not in changes:
            changes[key] = _changes(addressee)
        if addressee.knows_something and not changes[key]:
            continue
        with override(addressee.language):
            if key not in letters:
                letters[key] = _letter(addressee, changes[key], own_legs)
            files = _files(addressee, changes[key])
        messages[addressee.notice.pk] = letters[key].to(
            addressee.notice, addressee.enrollment, files
        )
    return messages


def digest_letter(addressee: Addressee, changes: Sequence[Change], legs: Sequence[Leg]) -> Letter:
    context = {"lines": [personal_line(change) for change in changes]}
    return letter(addressee, TEMPLATE, context, legs)


def _letter(addressee: Addressee, changes: Sequence[Change], legs: Sequence[Leg]) -> Letter:
    """Whose first message was on its way when this one was written, and did not arrive, has nothing
    to compare with: the whole itinerary."""
    if not addressee.knows_something:
        return whole_letter(addressee, legs)
    return digest_letter(addressee, changes, legs)


def _files(addressee: Addressee, changes: Sequence[Change]) -> list[Attachment]:
    if not addressee.knows_something:
        return whole_calendar(addressee)
    return _calendars(addressee, changes)


def _changes(addressee: Addressee) -> list[Change]:
    return changes_for(
        addressee.past.slots, addressee.now.slots, addressee.group_then, addressee.group_id
    )


def _calendars(addressee: Addressee, changes: Sequence[Change]) -> list[Attachment]:
    """Whatever changed for the person bears the release's own sequence, also where the session
    itself stayed the same and the person changed groups."""
    sequence = addressee.release.number - 1
    on = [change.new for change in changes if change.new and is_on(change)]
    off = [change.old for change in changes if change.old and not is_on(change)]
    enrollment = addressee.enrollment
    requests = events_of(addressee.now, enrollment, on, sequence=sequence)
    cancels = events_of(addressee.past, enrollment, off, sequence=sequence, cancelled=True)
    files = [
        *calendar_files(enrollment, requests, method="REQUEST", stem="changes"),
        *calendar_files(enrollment, cancels, method="CANCEL", stem="cancelled"),
    ]
    # Mail programs act by themselves on the one invitation that a mail is about.
    return [replace(files[0], invites=True)] if len(files) == 1 else files


def is_on(change: Change) -> bool:
    return change.kind in {ChangeKind.ADDED, ChangeKind.MOVED}


KIND = Kind(
    name=CHANGE_DIGEST,
    label=_("Changes to the itinerary"),
    compose=compose,
    address_of=address_of,
)
