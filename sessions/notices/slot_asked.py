"""A speaker or the host of a site is asked for its sessions, with the private page to answer on.

What has been answered before the mail goes out is left out; where nothing is open any more, or the
link has another reader by then, no mail is sent.
"""

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from sessions.choices import SlotState
from sessions.models import Slot, SlotLink
from sessions.notices.slot_mails import (
    SlotLine,
    address_of,
    draft_to,
    legs_by_cohort,
    letter,
    links_by_notice,
    place_text,
    slot_when,
)
from sessions.queries.slot_parties import Party, party_of
from sessions.queries.slots import is_current, with_facts

NAME = "slot_asked"


def slot_asked(link: SlotLink, party: Party, slots: Sequence[Slot]) -> list[NoticeDraft]:
    """One letter for all that is asked at once."""
    with override(link.language):
        subject = _("Please confirm: %(cohort)s") % {"cohort": link.cohort.local_title}
        return draft_to(link, party, kind=NAME, subject=subject, context={"slots": len(slots)})


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Three queries a slice."""
    links = links_by_notice(notices)
    legs = legs_by_cohort(links.values())
    open_slots = _open_slots(list(links.values()))
    messages = {}
    for notice in notices:
        link = links.get(notice.pk)
        slots = open_slots.get((link.cohort_id, party_of(link).key), []) if link else []
        if link and slots:
            with override(link.language):
                lines = [_line(slot) for slot in slots]
                messages[notice.pk] = letter(
                    notice, link, lines, legs=legs[link.cohort_id], changed=False
                )
    return messages


def _open_slots(links: Sequence[SlotLink]) -> dict[tuple[int, str], list[Slot]]:
    """What waits for an answer, by cohort and party."""
    theirs = Q(speaker__in=[link.speaker_id for link in links if link.speaker_id]) | Q(
        venue__in=[link.venue_id for link in links if link.venue_id]
    )
    cohorts = {link.cohort_id for link in links}
    rows = Slot.objects.filter(theirs, training_session__cohort__in=cohorts, state=SlotState.ASKED)
    found: dict[tuple[int, str], list[Slot]] = {}
    for slot in with_facts(rows).select_related("training_session__venue"):
        if is_current(slot):
            key = (slot.training_session.cohort_id, party_of(slot).key)
            found.setdefault(key, []).append(slot)
    return found


def _line(slot: Slot) -> SlotLine:
    row = slot.training_session
    return SlotLine(slot_when(slot), row.local_title, place_text(row.venue))


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Question to a speaker or a site"),
    compose=compose,
    address_of=address_of,
)
