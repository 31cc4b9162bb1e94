"""Changes between releases in words: for the mail to a person and for the organizers' pages.

Values in, texts in the active language out; nothing here reads the database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sessions.queries.itinerary_rows import (
    address_of,
    kind_of,
    place_of,
    teachers_of,
    title_of,
    when_of,
)
from sessions.rules.release_diff import Change, ChangeKind, Slot

GroupNames = Mapping[int, str]


@dataclass(frozen=True)
class Detail:
    """One thing that differs: `地点：A → B`."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ChangeLine:
    """One session that is new, different or gone."""

    session_id: int
    kind: str
    what: str
    title: str
    when: str
    place: str
    details: tuple[Detail, ...]
    reason: str


def personal_line(change: Change) -> ChangeLine:
    """What a participant reads: nothing of groups, hours and other matters of organizing."""
    return _line(change, _SEEN_BY_ALL)


def organizer_line(change: Change, group_names: GroupNames) -> ChangeLine:
    """What an organizer reads: everything that differs."""

    def audience(slot: Slot) -> str:
        names = [group_names.get(pk, f"#{pk}") for pk in sorted(slot.group_ids)]
        return pgettext("between names", ", ").join(names) or _("everyone")

    return _line(change, (*_SEEN_BY_ALL, (lambda: _("Audience"), audience), *_SEEN_BY_ORGANIZERS))


_Shown = tuple[Callable[[], str], Callable[[Slot], str]]


def _line(change: Change, shown: tuple[_Shown, ...]) -> ChangeLine:
    slot = _known(change)
    return ChangeLine(
        session_id=slot.session_id,
        kind=change.kind.value,
        what=_WHAT[change.kind](),
        title=title_of(slot),
        when=when_of(slot),
        place=place_of(slot),
        details=_details(change, shown),
        reason=change.slot.cancel_reason if change.kind is ChangeKind.CANCELLED else "",
    )


def _known(change: Change) -> Slot:
    """The session as the reader knows it: what is cancelled may have been moved before, in a
    release that never reached this reader."""
    return change.old if change.kind is ChangeKind.CANCELLED and change.old else change.slot


def _details(change: Change, shown: tuple[_Shown, ...]) -> tuple[Detail, ...]:
    """Old → new for each thing that reads differently in the active language."""
    old, new = change.old, change.new
    if change.kind is not ChangeKind.MOVED or old is None or new is None:
        return ()
    texts = [(label(), text(old), text(new)) for label, text in shown]
    return tuple(Detail(label, before, after) for label, before, after in texts if before != after)


def _attendance(slot: Slot) -> str:
    return _("compulsory") if slot.compulsory else _("optional")


_WHAT: dict[ChangeKind, Callable[[], str]] = {
    ChangeKind.ADDED: lambda: _("New"),
    ChangeKind.MOVED: lambda: _("Changed"),
    ChangeKind.CANCELLED: lambda: _("Cancelled"),
    ChangeKind.REMOVED: lambda: _("No longer on the itinerary"),
}
_SEEN_BY_ALL: tuple[_Shown, ...] = (
    (lambda: _("Time"), when_of),
    (lambda: _("Place"), place_of),
    (lambda: _("Address"), address_of),
    (lambda: _("Title"), title_of),
    (lambda: _("Kind"), kind_of),
    (lambda: _("Speaker"), teachers_of),
    (lambda: _("Attendance"), _attendance),
)
_SEEN_BY_ORGANIZERS: tuple[_Shown, ...] = (
    (lambda: _("Hours"), lambda slot: str(slot.hours.normalize())),
    (lambda: _("Description"), lambda slot: slot.description),
    (lambda: _("English title"), lambda slot: slot.title_en),
)
