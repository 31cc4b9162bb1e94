"""Private links of speakers and hosts: their addresses, and what an address leads to.

The address is made anew from the portal's secret whenever a mail or an organizer needs it; nothing
of it stands in the database but a hash.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from cohorts.models import Cohort
from cohorts.rules.states import CLOSED_STATES
from g60portal.common import clock
from g60portal.common.link_tokens import link_token, looks_like_token, token_hash
from sessions.models import SlotLink

PURPOSE = "slots"


def link_url(link: SlotLink) -> str:
    """The whole address, from the configured host only; empty when the secret has changed since."""
    token = link_token(PURPOSE, link.nonce)
    if token_hash(token) != link.token_hash:
        return ""
    return settings.PORTAL_URL + reverse("slot-page", args=[token])


def link_of_token(token: str) -> SlotLink | None:
    """The link in force behind an address. Unknown, replaced, revoked and expired ones, and those
    of closed cohorts, are all the same: None."""
    if not looks_like_token(token):
        return None
    rows = SlotLink.objects.select_related("cohort", "speaker", "venue__city", "by")
    link = rows.filter(token_hash=token_hash(token), expires_at__gt=clock.now()).first()
    if link is None or link.cohort.state in CLOSED_STATES:
        return None
    return link


def in_force(link: SlotLink) -> bool:
    return link.expires_at > clock.now()


def links_of(cohort: Cohort) -> QuerySet[SlotLink]:
    return (
        SlotLink.objects.filter(cohort=cohort)
        .select_related("speaker", "venue", "by")
        .order_by("pk")
    )
