"""Private links: making and closing them, and what may be written through one.

Whoever holds an enterprise's link drafts people for the city that made it; whoever holds a
nominee's completes and confirms the own form. The database keeps a hash of the token only.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from cohorts.models import City, Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.link_tokens import link_token, new_nonce, token_hash
from g60portal.common.locks import locked
from g60portal.common.row_walls import as_system
from g60portal.notices.outbox import write_notices
from participants.actions.nomination_steps import (
    close_links,
    demand_move,
    lock_nomination,
    locked_nominations,
    make_step,
)
from participants.actions.nominations import create_nomination, person_columns, write_columns
from participants.choices import (
    NOMINEE_PURPOSES,
    OPEN_NOMINATIONS,
    ConsentPurpose,
    LinkKind,
    NominationState,
)
from participants.consent_texts import TEXT_VERSION
from participants.documents.portraits import portrait
from participants.models import Nomination, NominationConsent, NominationLink
from participants.notices.private_link import private_link
from participants.queries.nomination_links import purpose_of
from participants.refusals import AddressMissing, ConsentMissing, LinkDead, LinkFull

LIFE = dt.timedelta(days=14)
# An enterprise puts forward a few people; more is somebody trying out the form.
PEOPLE_A_LINK = 20
# What a nominee may mend once the form was handed in; the rest is the city's word by then.
CONTACT_FACTS = ("phone", "email", "language", "conditions")
OWN_FACTS = (*CONTACT_FACTS, "gender", "title", "paper_kind", "identity")
DEMANDED_CONSENTS = (ConsentPurpose.PROCESSING, ConsentPurpose.IDENTITY)
_ENDED = (NominationState.DECLINED, NominationState.WITHDRAWN, NominationState.REPLACED)


@as_system()
@transaction.atomic
def invite_enterprise(
    *,
    cohort: Cohort,
    city: City,
    organization_name: str,
    email: str,
    language: str,
    by: User | None,
) -> NominationLink:
    """A link with which an enterprise fills in its people; mailed when there is an address."""
    row = locked_nominations(cohort)
    return _make(
        NominationLink(
            kind=LinkKind.ENTERPRISE,
            cohort=row,
            city=city,
            organization_name=" ".join(organization_name.split()),
            email=email,
            language=language,
            by=by,
        ),
        by=by,
    )


@as_system()
@transaction.atomic
def invite_nominee(*, nomination: Nomination, by: User | None) -> NominationLink:
    """A link to the nominee's own form, mailed; one made before dies. Raises AddressMissing."""
    row = lock_nomination(nomination).nomination
    if not row.email:
        raise AddressMissing(fields={"email": AddressMissing.text})
    close_links(row)
    return _make(
        NominationLink(
            kind=LinkKind.NOMINEE,
            cohort=row.cohort,
            city=row.city,
            nomination=row,
            email=row.email,
            language=row.language,
            by=by,
        ),
        by=by,
    )


@as_system()
@transaction.atomic
def close_link(*, link: NominationLink, by: User | None) -> None:
    """The address dies; what was written through it stays."""
    row = locked(link)
    if row.closed_at is None:
        row.closed_at = clock.now()
        row.save(update_fields=["closed_at"])
        record("nomination_link.closed", row, by=by, scope=row.cohort.code)


@as_system()
@transaction.atomic
def draft_by_link(*, link: NominationLink, facts: Mapping[str, Any]) -> Nomination:
    """A draft for the city that made the link. Locks the cohort. Raises LinkDead, LinkFull."""
    locked_nominations(link.cohort)
    row = _living(link)
    if row.drafts.exclude(state=NominationState.WITHDRAWN).count() >= PEOPLE_A_LINK:
        raise LinkFull(facts={"limit": PEOPLE_A_LINK})
    _use(row)
    return create_nomination(cohort=row.cohort, city=row.city, facts=facts, by=None, link=row)


@as_system()
@transaction.atomic
def withdraw_by_link(*, link: NominationLink, nomination: Nomination) -> None:
    """Take back a draft made through this link; nothing else can be."""
    here = lock_nomination(nomination)
    row = _living(link)
    if here.nomination.link_id != row.pk or here.nomination.state != NominationState.DRAFT:
        raise LinkDead
    demand_move(here.nomination, NominationState.WITHDRAWN)
    make_step(here.nomination, NominationState.WITHDRAWN, by=None)
    _use(row)


@as_system()
@transaction.atomic
def complete_by_link(
    *,
    link: NominationLink,
    facts: Mapping[str, Any],
    consents: Iterable[str],
    photo: bytes | None = None,
) -> Nomination:
    """What the nominee says of itself, with what it agrees to. Locks cohort, quota, nomination.

    Raises LinkDead, ConsentMissing, PhotoUnusable; a consent not given again is taken back.
    """
    if link.nomination is None:
        raise LinkDead
    row = lock_nomination(link.nomination).nomination
    living = _living(link)
    if row.state in _ENDED:
        raise LinkDead
    given = set(consents)
    missing = [purpose for purpose in DEMANDED_CONSENTS if purpose not in given]
    if missing:
        named = {f"consent_{purpose}": ConsentMissing.text for purpose in missing}
        raise ConsentMissing(fields=named)
    allowed = OWN_FACTS if row.state in OPEN_NOMINATIONS else CONTACT_FACTS
    said = {name: value for name, value in facts.items() if name in allowed}
    columns = person_columns(row, said)
    write_columns(row, columns | {"confirmed_at": clock.now()}, by=None)
    if photo:
        _keep_photo(row, portrait(photo))
    _keep_consents(row, given)
    _use(living)
    return row


def _make(link: NominationLink, *, by: User | None) -> NominationLink:
    link.nonce = new_nonce()
    link.token_hash = token_hash(link_token(purpose_of(link.kind), link.nonce))
    link.made_at = clock.now()
    link.expires_at = link.made_at + LIFE
    link.save(force_insert=True)
    record(
        "nomination_link.made",
        link,
        by=by,
        scope=link.cohort.code,
        after={"kind": link.kind, "email": link.email, "city": link.city},
    )
    if link.email:
        write_notices([private_link(link)])
    return link


def _living(link: NominationLink) -> NominationLink:
    """Read again under its lock."""
    row = locked(link)
    if row.closed_at is not None or row.expires_at <= clock.now():
        raise LinkDead
    return row


def _use(link: NominationLink) -> None:
    link.used_at = clock.now()
    link.save(update_fields=["used_at"])


def _keep_photo(row: Nomination, picture: bytes) -> None:
    """Under a random name; the picture before goes when the new one is safely kept."""
    before = row.photo.name
    row.photo.save(f"{new_nonce()}.jpg", ContentFile(picture), save=False)
    row.save(update_fields=["photo"])
    record("nomination.photo_kept", row, by=None, scope=row.cohort.code)
    if before:
        transaction.on_commit(lambda: row.photo.storage.delete(before), robust=True)


def _keep_consents(row: Nomination, given: set[str]) -> None:
    NominationConsent.objects.filter(nomination=row).exclude(purpose__in=given).delete()
    NominationConsent.objects.bulk_create(
        [
            NominationConsent(
                nomination=row,
                purpose=purpose,
                text_version=TEXT_VERSION,
                given_at=clock.now(),
            )
            for purpose in sorted(given & set(NOMINEE_PURPOSES))
        ],
        update_conflicts=True,
        unique_fields=["nomination", "purpose"],
        update_fields=["text_version", "given_at"],
    )
    record(
        "nomination.confirmed",
        row,
        by=None,
        scope=row.cohort.code,
        after={"consents": sorted(given), "text_version": TEXT_VERSION},
    )
