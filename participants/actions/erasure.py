"""Emptying rows for good, and the proof: the one way for the nightly purge, for deletions that
people ask for, and for deletions applied again after a restore.

Each step is one transaction: rows emptied, an entry in the append-only purge log, and, before the
commit, a line in the file of deletions outside the database. A killed purge leaves whole steps.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, islice

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import CharField, F, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Concat, Replace

from cohorts.models import OrganizationMerge
from g60portal.accounts.models import ChannelChoice
from g60portal.common import clock
from g60portal.common.locks import advisory_lock, try_advisory_lock
from participants.choices import ContactKind
from participants.deletion_file import Deletion, note_deletion
from participants.models import (
    DataCopy,
    FormerContact,
    LogisticsForm,
    Nomination,
    Person,
    PersonMerge,
    PurgeEntry,
    RoomChange,
    RoomStay,
    RosterImport,
    RosterPast,
    SealedIdentity,
)
from participants.queries.retention import HOLDINGS, Calendar, Due, Holding, read_calendar

BATCH = 500
# Stands where a handed-in nomination must have the index of a paper that is no longer there.
ERASED_MARK = "erased:"
CAUSE_TERM, CAUSE_REQUEST, CAUSE_RESTORE = "term", "request", "restore"

Pks = Sequence[int]


def _identities(pks: Pks) -> None:
    _end_undo(pks)
    SealedIdentity.objects.filter(pk__in=pks).delete()


def _birth_dates(pks: Pks) -> None:
    _end_undo(pks)
    Person.objects.filter(pk__in=pks).update(birth_on=None)


def _phones(pks: Pks) -> None:
    _end_undo(pks)
    FormerContact.objects.filter(person__in=pks, kind=ContactKind.PHONE).delete()
    Person.objects.filter(pk__in=pks).update(phone="")


def _emails(pks: Pks) -> None:
    _end_undo(pks)
    FormerContact.objects.filter(person__in=pks, kind=ContactKind.EMAIL).delete()
    Person.objects.filter(pk__in=pks).update(email="")


def _channel_addresses(pks: Pks) -> None:
    ChannelChoice.objects.filter(pk__in=pks).delete()


def _nomination_papers(pks: Pks) -> None:
    rows = Nomination.objects.filter(pk__in=pks)
    _drop_photos(rows.exclude(photo="").values_list("photo", flat=True))
    rows.exclude(sealed=None).update(
        blind_index=Concat(
            Value(ERASED_MARK),
            Replace(Cast("uid", CharField()), Value("-"), Value("")),
            output_field=CharField(),
        )
    )
    rows.update(sealed=None, key_version=0, masked="", photo="", conditions="")


def _nomination_contacts(pks: Pks) -> None:
    Nomination.objects.filter(pk__in=pks).update(phone="", email="")


def _nominations(pks: Pks) -> None:
    """Whole rows with their steps, consents and links; never of somebody who was admitted."""
    rows = Nomination.objects.filter(pk__in=pks, enrollment=None, replaces=None)
    _drop_photos(rows.exclude(photo="").values_list("photo", flat=True))
    rows.delete()


def _former_contacts(pks: Pks) -> None:
    FormerContact.objects.filter(pk__in=pks).delete()


def _merges(pks: Pks) -> None:
    PersonMerge.objects.filter(pk__in=pks).update(picture=None)


def _organization_merges(pks: Pks) -> None:
    OrganizationMerge.objects.filter(pk__in=pks).update(picture=None)


def _end_undo(person_ids: Pks) -> None:
    """What is emptied must not come back: the pictures of merges hold it, too."""
    PersonMerge.objects.filter(kept__in=person_ids).update(picture=None)


def _uploads(pks: Pks) -> None:
    RosterImport.objects.filter(pk__in=pks).update(sealed=None, picture=None, journal=None)


def _copies(pks: Pks) -> None:
    DataCopy.objects.filter(pk__in=pks).update(sealed=None)


def _logistics(pks: Pks) -> None:
    LogisticsForm.objects.filter(pk__in=pks).delete()


def _room_stays(pks: Pks) -> None:
    """What could be taken back names people too: it goes with the first of them."""
    rows = RoomStay.objects.filter(pk__in=pks)
    RoomChange.objects.filter(leg__hotels__rooms__stays__in=rows).delete()
    rows.delete()


def _past_papers(pks: Pks) -> None:
    _empty_past(pks, "masked")


def _past_phones(pks: Pks) -> None:
    _empty_past(pks, "phone")


def _past_emails(pks: Pks) -> None:
    _empty_past(pks, "email")


def _past_people(pks: Pks) -> None:
    RosterPast.objects.filter(pk__in=pks).delete()


def _empty_past(pks: Pks, name: str) -> None:
    emptied = Value({name: ""}, models.JSONField())
    RosterPast.objects.filter(pk__in=pks).update(
        facts=CombinedExpression(F("facts"), "||", emptied, output_field=models.JSONField())
    )


ERASERS: dict[str, Callable[[Pks], None]] = {
    "identity": _identities,
    "birth_date": _birth_dates,
    "nomination_paper": _nomination_papers,
    "logistics": _logistics,
    "room_stay": _room_stays,
    "phone": _phones,
    "email": _emails,
    "channel_address": _channel_addresses,
    "nomination_contact": _nomination_contacts,
    "nomination": _nominations,
    "upload": _uploads,
    "copy": _copies,
    "former_contact": _former_contacts,
    "merge": _merges,
    "organization_merge": _organization_merges,
    "past_identity": _past_papers,
    "past_phone": _past_phones,
    "past_email": _past_emails,
    "past_person": _past_people,
}


def purge_due(*, limit: int = BATCH) -> dict[str, int]:
    """Empty whatever is due and not held; counts by holding. A second one at the same time leaves
    the work to the first."""
    calendar = read_calendar()
    counts: dict[str, int] = {}
    for holding in HOLDINGS:
        for scope, pks in _batches(holding, calendar, limit):
            done = _purge_step(holding, scope, pks)
            if done is None:
                return counts
            counts[holding.name] = counts.get(holding.name, 0) + done
    return counts


@transaction.atomic
def erase(
    *, holding: Holding, scope: str, pks: Pks, cause: str, uid: uuid.UUID | None = None
) -> PurgeEntry:
    """Empty these rows and write down that it was done. Waits for any other erasure."""
    advisory_lock("purge")
    ERASERS[holding.name](pks)
    return _written_down(holding, scope, sorted(pks), cause, uid or uuid.uuid4())


def _purge_step(holding: Holding, scope: str, pks: Pks) -> int | None:
    """None when another purge is at work."""
    with transaction.atomic():
        if not try_advisory_lock("purge"):
            return None
        # Somebody may have been put under a hold, or enrolled again, since the list was made.
        still = _still_due(holding, pks)
        if still:
            erase(holding=holding, scope=scope, pks=still, cause=CAUSE_TERM)
        return len(still)


def _still_due(holding: Holding, pks: Pks) -> list[int]:
    today = clock.today()
    found = holding.rows(read_calendar(), pks)
    return [due.pk for due in found if due.on <= today and not due.held]


def _batches(holding: Holding, calendar: Calendar, limit: int) -> Iterator[tuple[str, list[int]]]:
    today = clock.today()
    due = sorted(
        (row for row in holding.rows(calendar, None) if row.on <= today and not row.held),
        key=lambda row: (row.scope, row.pk),
    )
    for scope, rows in groupby(due, key=lambda row: row.scope):
        yield from ((scope, batch) for batch in _sliced(rows, limit))


def _sliced(rows: Iterable[Due], limit: int) -> Iterator[list[int]]:
    waiting = iter(rows)
    while batch := [row.pk for row in islice(waiting, limit)]:
        yield batch


def _written_down(holding: Holding, scope: str, pks: Pks, cause: str, uid: uuid.UUID) -> PurgeEntry:
    entry = PurgeEntry(
        uid=uid,
        at=clock.now(),
        group=holding.group,
        holding=holding.name,
        scope=scope,
        count=len(pks),
        ids_hash=ids_hash(holding.name, pks),
        cause=cause,
    )
    before = PurgeEntry.objects.order_by("-pk").values_list("chain_hash", flat=True).first()
    entry.chain_hash = chain_hash(before or "", entry)
    entry.save(force_insert=True)
    if cause != CAUSE_RESTORE:
        note_deletion(Deletion(uid=str(entry.uid), at=entry.at, holding=holding.name, ids=pks))
    return entry


def ids_hash(holding: str, pks: Iterable[int]) -> str:
    text = f"{holding}:{','.join(map(str, sorted(pks)))}"
    return hashlib.sha256(text.encode()).hexdigest()


def chain_hash(before: str, entry: PurgeEntry) -> str:
    """Of this entry and all before it: a changed or missing line breaks every later one."""
    at = entry.at.astimezone(dt.UTC).isoformat()
    what = (entry.holding, entry.scope, entry.count, entry.ids_hash, entry.cause)
    facts = (before, entry.uid, at, *what)
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()


def broken_entries() -> list[int]:
    """The entries whose hash does not follow from the one before."""
    broken, before = [], ""
    for entry in PurgeEntry.objects.order_by("pk").iterator():
        if entry.chain_hash != chain_hash(before, entry):
            broken.append(entry.pk)
        before = entry.chain_hash
    return broken


def _drop_photos(names: Iterable[str]) -> None:
    """Files go when the rows are safely emptied."""
    for name in list(names):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def reapply_deletions(deletions: Iterable[Deletion]) -> dict[str, int]:
    """What was deleted after the backup that has just been restored: every noted deletion whose
    entry the database does not know. A second run finds nothing. Rows made after the deletion,
    under an id given again since, are left alone. Counts by holding."""
    by_name = {holding.name: holding for holding in HOLDINGS}
    counts: dict[str, int] = {}
    for deletion in deletions:
        holding = by_name.get(deletion.holding)
        if holding is None or PurgeEntry.objects.filter(uid=deletion.uid).exists():
            continue
        pks = _older_than(holding, deletion)
        erase(holding=holding, scope="", pks=pks, cause=CAUSE_RESTORE, uid=uuid.UUID(deletion.uid))
        counts[holding.name] = counts.get(holding.name, 0) + len(pks)
    return counts


# Where the age of a holding's row stands.
_MADE: dict[str, tuple[type[models.Model], str]] = {
    "identity": (SealedIdentity, "person__created_at"),
    "birth_date": (Person, "created_at"),
    "logistics": (LogisticsForm, "filled_at"),
    "room_stay": (RoomStay, "given_at"),
    "phone": (Person, "created_at"),
    "email": (Person, "created_at"),
    "channel_address": (ChannelChoice, "code_sent_at"),
    "nomination_paper": (Nomination, "created_at"),
    "nomination_contact": (Nomination, "created_at"),
    "nomination": (Nomination, "created_at"),
    "upload": (RosterImport, "created_at"),
    "copy": (DataCopy, "made_at"),
    "former_contact": (FormerContact, "noted_at"),
    "merge": (PersonMerge, "made_at"),
    "organization_merge": (OrganizationMerge, "made_at"),
    "past_identity": (RosterPast, "begins_at"),
    "past_phone": (RosterPast, "begins_at"),
    "past_email": (RosterPast, "begins_at"),
    "past_person": (RosterPast, "begins_at"),
}


def _older_than(holding: Holding, deletion: Deletion) -> list[int]:
    model, made = _MADE[holding.name]
    rows = model._default_manager.filter(pk__in=deletion.ids, **{f"{made}__lte": deletion.at})  # noqa: SLF001
    return list(rows.values_list("pk", flat=True))
