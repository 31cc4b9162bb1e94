"""The only writer of private links: made with the first question, renewed, opened, revoked.

The audit names the link and whom it is for, never its address.
"""

from dataclasses import dataclass

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common import clock
from g60portal.common.link_tokens import link_token, new_nonce, token_hash
from g60portal.common.locks import locked
from g60portal.notices.outbox import language_or_default
from sessions.models import SlotLink
from sessions.queries.slot_links import PURPOSE, in_force, link_url
from sessions.queries.slot_parties import Party, party_of
from sessions.refusals import NotTheirSession
from sessions.rules.slots import link_expiry


@dataclass(frozen=True)
class Contact:
    """Who reads the link. None leaves what is known."""

    name: str | None = None
    email: str | None = None
    language: str | None = None


@transaction.atomic
def renew_slot_link(
    *, cohort: Cohort, party: Party, contact: Contact | None = None, by: User | None
) -> SlotLink:
    """A new address for the party, the first or another; the old one dies. Locks the cohort."""
    cohort = locked_open(cohort)
    if not party.leg_ids(cohort) and not party.links(cohort).exists():
        raise NotTheirSession
    return kept_link(cohort, party, contact or Contact(), by=by, renew=True)


@transaction.atomic
def revoke_slot_link(*, link: SlotLink, by: User | None) -> None:
    """The address is dead; what was asked and answered stays. Locks the cohort and the link."""
    cohort = locked_open(link.cohort)
    row = locked(link)
    record(
        "slot_link.revoked", row, by=by, scope=cohort.code, before={"party": party_of(link).name}
    )
    row.delete()


@transaction.atomic
def show_slot_link(*, link: SlotLink, by: User | None) -> str:
    """The address once more, for an organizer who hands it over by other ways than mail."""
    record("slot_link.shown", link, by=by, scope=link.cohort.code)
    return link_url(link)


@transaction.atomic
def open_slot_link(*, link: SlotLink) -> None:
    """Notes that a person, and no scanner of mails, has opened the page for the first time."""
    row = locked(link)
    if row.opened_at is None:
        row.opened_at = clock.now()
        row.save(update_fields=["opened_at"])


def kept_link(
    cohort: Cohort, party: Party, contact: Contact, *, by: User | None, renew: bool = False
) -> SlotLink:
    """The party's link, made or brought up to date; the caller holds the lock of the cohort.

    Another reader, an expired link or a changed secret make a new address even when none was
    asked for: whoever had the old one cannot answer any more.
    """
    link = party.links(cohort).select_for_update().first()
    if link is None:
        return _made(cohort, party, contact, by)
    facts = _facts(contact)
    another = "email" in facts and link.email != "" and facts["email"] != link.email
    fresh = renew or another or not in_force(link) or not link_url(link)
    before, after = changes(link, facts)
    for name, value in facts.items():
        setattr(link, name, value)
    link.expires_at = link_expiry(cohort.ends_on, clock.now())
    if fresh:
        _readdress(link, by)
        record("slot_link.renewed", link, by=by, scope=cohort.code, before=before, after=after)
    elif after:
        record("slot_link.changed", link, by=by, scope=cohort.code, before=before, after=after)
    link.save()
    return link


def _made(cohort: Cohort, party: Party, contact: Contact, by: User | None) -> SlotLink:
    facts = _facts(contact)
    link = SlotLink(cohort=cohort, **party.facts, **facts)
    link.expires_at = link_expiry(cohort.ends_on, clock.now())
    _readdress(link, by)
    link.save(force_insert=True)
    record("slot_link.made", link, by=by, scope=cohort.code, after={"party": party.name, **facts})
    return link


def _readdress(link: SlotLink, by: User | None) -> None:
    link.nonce = new_nonce()
    link.token_hash = token_hash(link_token(PURPOSE, link.nonce))
    link.by = by
    link.made_at = clock.now()
    link.opened_at = None


def _facts(contact: Contact) -> dict[str, str]:
    """The columns that were given, each as one line."""
    given = {"contact": contact.name, "email": contact.email, "language": contact.language}
    facts = {name: " ".join(text.split()) for name, text in given.items() if text is not None}
    if "language" in facts:
        facts["language"] = language_or_default(facts["language"])
    return facts
