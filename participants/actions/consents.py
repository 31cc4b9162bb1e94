"""Consents given and withdrawn. Withdrawn ones stay as rows: what was allowed when can be told."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from participants.actions.logistics_erasing import empty_sensitive
from participants.choices import ConsentChannel, ConsentPurpose
from participants.consent_texts import text_version
from participants.models import Consent, Person


@transaction.atomic
def give_consent(
    *,
    person: Person,
    purpose: str,
    by: User | None,
    channel: str = ConsentChannel.OWN_PAGE,
    language: str = "",
) -> None:
    """To the words of today. Nothing happens when that consent is in force already; one given to
    older words ends with it. Locks the person."""
    locked(person)
    version = text_version(purpose)
    in_force = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at__isnull=True)
    if in_force.filter(text_version=version).exists():
        return
    in_force.update(withdrawn_at=clock.now(), withdrawn_channel=channel)
    Consent.objects.create(
        person=person, purpose=purpose, text_version=version, language=language, channel=channel
    )
    record("consent.given", person, by=by, after={"purpose": purpose, "text_version": version})


@transaction.atomic
def withdraw_consent(
    *, person: Person, purpose: str, by: User | None, channel: str = ConsentChannel.OWN_PAGE
) -> None:
    """Nothing happens when no consent is in force. What was told under it goes with it. Locks the
    person."""
    locked(person)
    count = Consent.objects.filter(
        person=person, purpose=purpose, withdrawn_at__isnull=True
    ).update(withdrawn_at=clock.now(), withdrawn_channel=channel)
    if purpose == ConsentPurpose.DIET:
        empty_sensitive(person.pk)
    if count:
        record("consent.withdrawn", person, by=by, before={"purpose": purpose})


def keep_consents(person_ids: Sequence[int], purpose: str = ConsentPurpose.DIRECTORY) -> int:
    """Consents in force for these people, in two statements; answers how many were not before."""
    have = set(
        Consent.objects.filter(
            person_id__in=person_ids, purpose=purpose, withdrawn_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    fresh = [Consent(person_id=pk, purpose=purpose) for pk in person_ids if pk not in have]
    Consent.objects.bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
    return len(fresh)


def carry_consents(person_id: int, given: Iterable[tuple[str, str, dt.datetime]]) -> None:
    """What a nominee agreed to, as (purpose, version of the text, when), becomes the person's."""
    Consent.objects.bulk_create(
        [
            Consent(
                person_id=person_id,
                purpose=purpose,
                text_version=version,
                given_at=given_at,
                channel=ConsentChannel.OWN_FORM,
            )
            for purpose, version, given_at in given
        ],
        ignore_conflicts=True,
    )
