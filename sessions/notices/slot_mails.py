"""What the mails about slots share: how a slot reads, who asks, the frame of a letter to a speaker
or a host.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import pgettext

from cohorts.models import Leg
from g60portal.common import clock
from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from sessions.models import Slot, SlotLink, Venue
from sessions.queries.itinerary_rows import day_label
from sessions.queries.slot_links import in_force, link_url
from sessions.queries.slot_parties import Party
from sessions.rules.slots import Window


@dataclass(frozen=True)
class SlotLine:
    """One session in a letter, as texts; `was` is where it stood before."""

    when: str
    title: str
    place: str
    was: str = ""
    off: bool = False


def draft_to(
    link: SlotLink, party: Party, *, kind: str, subject: str, context: Mapping[str, Any]
) -> list[NoticeDraft]:
    """One letter to whoever reads the link; none without an address. A click sent twice within a
    second is one letter."""
    if not link.email:
        return []
    moment = clock.now().strftime("%Y%m%d%H%M%S")
    return [
        NoticeDraft(
            kind=kind,
            dedupe_key=f"{kind}:{link.pk}:{moment}",
            recipient=link.contact or party.name,
            address=link.email,
            language=link.language,
            subject=subject,
            context={"link": link.pk, **context},
            scope=link.cohort.code,
        )
    ]


def links_by_notice(notices: Sequence[Notice]) -> dict[int, SlotLink]:
    """The links that these letters are about, as far as they live and their reader is the same."""
    rows = SlotLink.objects.select_related("cohort", "speaker", "venue", "by")
    links = rows.in_bulk([notice.context["link"] for notice in notices])
    found = {}
    for notice in notices:
        link = links.get(notice.context["link"])
        if link and link.email == notice.address and in_force(link) and link_url(link):
            found[notice.pk] = link
    return found


def legs_by_cohort(links: Iterable[SlotLink]) -> dict[int, list[Leg]]:
    """The legs of the links' cohorts with their hosts."""
    legs: dict[int, list[Leg]] = {link.cohort_id: [] for link in links}
    rows = Leg.objects.filter(cohort__in=legs).select_related("host").order_by("position")
    for leg in rows:
        legs[leg.cohort_id].append(leg)
    return legs


def host_names(legs: Iterable[Leg]) -> str:
    """Who asks: the hosts of the legs in their order, in the language of the moment."""
    names = dict.fromkeys(leg.host.local_name for leg in legs)
    return pgettext("between names", ", ").join(names)


def letter(
    notice: Notice, link: SlotLink, lines: Sequence[SlotLine], *, legs: Iterable[Leg], changed: bool
) -> Message:
    """In the active language."""
    context = {
        "subject": notice.subject,
        "language": notice.language,
        "name": notice.recipient,
        "cohort": link.cohort.local_title,
        "hosts": host_names(legs),
        "asker": str(link.by) if link.by else "",
        "lines": lines,
        "changed": changed,
        "page_url": link_url(link),
        "expires_at": link.expires_at,
    }
    return Message(
        text=render_to_string("sessions/notice_slots.txt", context),
        html=render_to_string("sessions/notice_slots.html", context),
    )


def address_of(notice: Notice) -> str:
    """Where the link's reader is to be reached today."""
    link = SlotLink.objects.filter(pk=notice.context["link"]).first()
    return link.email if link else ""


def when_text(window: Window) -> str:
    """`6月8日 星期一 09:00–11:00`; with the second day where there is one."""
    starts, ends = (clock.local(instant) for instant in window)
    if starts.date() == ends.date():
        return f"{day_label(starts.date())} {starts:%H:%M}–{ends:%H:%M}"
    return f"{day_label(starts.date())} {starts:%H:%M} – {day_label(ends.date())} {ends:%H:%M}"


def slot_when(slot: Slot) -> str:
    return when_text((slot.starts_at, slot.ends_at))


def place_text(venue: Venue | None) -> str:
    return venue.local_name if venue else ""


def portal_address(path: str) -> str:
    return settings.PORTAL_URL + path
