"""A speaker or the host of a site hears that sessions it was asked for have moved or are off.

Where they stood before travels in the notice; where they stand now is read when the mail goes out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from sessions.models import Slot, SlotLink, TrainingSession
from sessions.notices.slot_mails import (
    SlotLine,
    address_of,
    draft_to,
    legs_by_cohort,
    letter,
    links_by_notice,
    place_text,
    when_text,
)
from sessions.queries.slot_parties import Party

NAME = "slot_changed"


@dataclass(frozen=True)
class Change:
    """What was asked, and whether it is off altogether."""

    training_session: int
    starts_at: str
    ends_at: str
    off: bool

    @classmethod
    def of(cls, slot: Slot, *, off: bool) -> "Change":
        starts_at, ends_at = (
            clock.local(instant).isoformat() for instant in (slot.starts_at, slot.ends_at)
        )
        return cls(slot.training_session_id, starts_at, ends_at, off)


def slot_changed(link: SlotLink, party: Party, changes: Sequence[Change]) -> list[NoticeDraft]:
    """One letter for all that has changed."""
    with override(link.language):
        subject = _("Changed, please confirm again: %(cohort)s") % {
            "cohort": link.cohort.local_title
        }
        facts = [asdict(change) for change in changes]
        return draft_to(link, party, kind=NAME, subject=subject, context={"changes": facts})


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Sessions that are gone altogether are left out; three queries a slice."""
    links = links_by_notice(notices)
    legs = legs_by_cohort(links.values())
    sessions = _sessions(notices)
    messages = {}
    for notice in notices:
        link = links.get(notice.pk)
        if link is None:
            continue
        with override(link.language):
            lines = [
                _line(change, sessions[change.training_session])
                for change in _changes(notice)
                if change.training_session in sessions
            ]
            if lines:
                messages[notice.pk] = letter(
                    notice, link, lines, legs=legs[link.cohort_id], changed=True
                )
    return messages


def _sessions(notices: Sequence[Notice]) -> dict[int, TrainingSession]:
    wanted = {change.training_session for notice in notices for change in _changes(notice)}
    return TrainingSession.objects.select_related("venue").in_bulk(wanted)


def _changes(notice: Notice) -> list[Change]:
    return [Change(**facts) for facts in notice.context["changes"]]


def _line(change: Change, row: TrainingSession) -> SlotLine:
    was = when_text(
        (dt.datetime.fromisoformat(change.starts_at), dt.datetime.fromisoformat(change.ends_at))
    )
    if change.off or row.starts_at is None or row.ends_at is None:
        return SlotLine("", row.local_title, "", was=was, off=True)
    now = when_text((row.starts_at, row.ends_at))
    return SlotLine(now, row.local_title, place_text(row.venue), was=was)


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Change told to a speaker or a site"),
    compose=compose,
    address_of=address_of,
)
