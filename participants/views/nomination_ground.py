"""What all console pages of nominations share: the tabs of the room, and finding one nomination."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.permissions import may_nominate
from cohorts.views.rooms import Entry, Word
from participants.models import Nomination
from participants.queries.nominations import nominations_seen

TABS = (
    ("nomination-list", _("Nominations")),
    ("nomination-waitlist", _("Waiting list")),
    ("nomination-seats", _("Seats and pool")),
    ("nomination-links", _("Links for enterprises")),
)


def page_context(entry: Entry, tab: str, **facts: Any) -> dict[str, Any]:
    """The context of a page of the room, with its tabs."""
    tabs = [
        Word(str(label), reverse(name, args=[entry.cohort.code]), name == tab)
        for name, label in TABS
        if name not in {"nomination-seats", "nomination-links"} or may_nominate(entry.standing)
    ]
    return entry.context("nominations", tabs=tabs, **facts)


def one_seen(entry: Entry, nomination_id: int) -> Nomination:
    """404 for nominations that the standing may not know of."""
    row = nominations_seen(entry.cohort, entry.standing).filter(pk=nomination_id).first()
    if row is None:
        raise Http404
    return row
