"""Merging two persons field by field, and taking it back.

One transaction. Locks, in this order: the cohorts of both, every row that refers to either, the
two persons. What was written stands in a sealed picture for as long as it can be taken back.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.keyring import portal_sealer
from g60portal.common.locks import locked, locked_rows
from g60portal.common.merging import Contradiction, Picture, plain_columns
from g60portal.common.refusals import Stale
from g60portal.common.row_walls import as_system
from participants.actions.admissions import vacate
from participants.actions.seating import demand_seats
from participants.choices import ACTIVE_STATES, ConsentChannel, ContactKind, PaperKind
from participants.models import (
    Consent,
    Enrollment,
    FormerContact,
    Nomination,
    Person,
    PersonMerge,
    SealedIdentity,
)
from participants.queries.identities import opened_number, paper_index, seal_name
from participants.queries.merges import (
    MergePlan,
    merge_plan,
    opened_picture,
    person_pointers,
    row_in_words,
    sealed_picture,
)
from participants.refusals import (
    MergeContradicted,
    MergeInTheWay,
    MergeOtherWay,
    PersonMerged,
    SamePerson,
    SeatsUndecided,
    UndoEnded,
)
from participants.rules.merges import (
    CHOOSABLE,
    EMPTIED,
    FIELDS,
    IDENTITY,
    Conflict,
    seat_conflict,
)
from participants.rules.papers import Paper
from participants.rules.retention import MERGE_DAYS

_ENROLLMENT = "participants.Enrollment"
# A paper that was sealed again with a newer key is the same paper.
_RESEALED = {
    "participants.SealedIdentity": frozenset(
        {"sealed", "key_version", "blind_index", "index_version"}
    )
}


@as_system()
@transaction.atomic
def merge_people(
    *,
    kept: Person,
    gone: Person,
    taken: Iterable[str] = (),
    seats: Mapping[str, int] | None = None,
    by: User | None,
) -> PersonMerge:
    """Everything of `gone` becomes `kept`'s. `taken` are the fields of `CHOOSABLE` whose value is
    that of `gone`; `seats` names, by code of the cohort, the enrollment that stays where both hold
    a seat: the other one is withdrawn.

    Raises SamePerson, PersonMerged, SeatsUndecided, MergeOtherWay, MergeInTheWay, and Stale when
    somebody enrolls one of them at the same moment.
    """
    wanted = set(taken)
    if unknown := wanted - set(CHOOSABLE):
        raise TypeError(f"A person has no fields {sorted(unknown)} to choose between.")
    if kept.pk == gone.pk:
        raise SamePerson
    cohorts = _locked_cohorts(kept.pk, gone.pk)
    plan = merge_plan(*_locked_people(kept.pk, gone.pk, cohorts))
    _demand_free(plan, seats or {})
    picture = Picture()
    _withdraw_seats(plan, cohorts, picture, by=by)
    _settle_consents(plan, picture)
    _settle_papers(plan, wanted, picture)
    written = _write_fields(plan, wanted, picture)
    for pointer, pks in plan.moving:
        picture.move(pointer, pks, plan.kept.pk)
    picture.change(plan.gone, {"merged_into_id": plan.kept.pk})
    return _kept_record(plan, picture, written, by=by)


@as_system()
@transaction.atomic
def undo_merge(*, merge: PersonMerge, by: User | None) -> PersonMerge:
    """Take a merge back as if it had not been. Locks as the merge did. A second time does nothing.

    Raises UndoEnded, and MergeContradicted when something was written since that it rests on:
    the facts name what.
    """
    cohorts = _locked_cohorts(merge.kept_id, merge.gone_id)
    row = locked(merge)
    if row.undone_at is not None:
        return row
    if row.picture is None or clock.now() > undo_until(row):
        raise UndoEnded(facts={"until": undo_until(row).isoformat()})
    picture = opened_picture(row)
    _demand_untouched(row, picture)
    _demand_seats_again(picture, cohorts)
    _take_back(row, picture)
    row.undone_at, row.picture = clock.now(), None
    row.save(update_fields=["undone_at", "picture"])
    people = {one.pk: one for one in Person.objects.filter(pk__in=[row.kept_id, row.gone_id])}
    record("person.merge_undone", people[row.kept_id], by=by, after={"apart": row.gone_id})
    record("person.merge_undone", people[row.gone_id], by=by, after={"apart": row.kept_id})
    return row


def undo_until(merge: PersonMerge) -> dt.datetime:
    return merge.made_at + dt.timedelta(days=MERGE_DAYS)


def _locked_cohorts(*person_ids: int) -> dict[int, Cohort]:
    enrolled = Enrollment.objects.filter(person__in=person_ids).values("cohort")
    return {row.pk: row for row in locked_rows(Cohort.objects.filter(pk__in=enrolled))}


def _locked_people(kept: int, gone: int, cohorts: Mapping[int, Cohort]) -> tuple[Person, Person]:
    for pointer in person_pointers():
        of_both = {f"{pointer.field.attname}__in": [kept, gone]}
        locked_rows(pointer.model._base_manager.filter(**of_both))  # noqa: SLF001 - no filter
    people = Person._base_manager.filter(pk__in=[kept, gone])  # noqa: SLF001
    rows = {row.pk: row for row in locked_rows(people)}
    for row in rows.values():
        if row.merged_into_id is not None:
            raise PersonMerged(facts={"person": row.pk, "survivor": row.merged_into_id})
    enrolled = Enrollment.objects.filter(person__in=[kept, gone])
    if not set(enrolled.values_list("cohort_id", flat=True)) <= set(cohorts):
        raise Stale
    return rows[kept], rows[gone]


def _demand_free(plan: MergePlan, seats: Mapping[str, int]) -> None:
    """Everything that stands in the way, by name, before anything is written."""
    for shared in plan.shared:
        match seat_conflict(shared, seats.get(shared.code)):
            case Conflict.SEATS:
                both = [shared.kept, shared.gone]
                raise SeatsUndecided(facts={"cohort": shared.code, "enrollments": both})
            case Conflict.OTHER_WAY:
                raise MergeOtherWay(facts={"cohort": shared.code, "kept": plan.gone.pk})
    if plan.conflicts:
        found = [
            {"code": str(conflict), "rows": row_in_words(label)}
            for conflict, label in plan.conflicts
        ]
        raise MergeInTheWay(facts={"conflicts": found})


def _withdraw_seats(
    plan: MergePlan, cohorts: Mapping[int, Cohort], picture: Picture, *, by: User | None
) -> None:
    """The seat that the merged person held besides the survivor's; it stays with its row."""
    for shared in plan.shared:
        if not shared.needs_choice:
            continue
        row = Enrollment.objects.get(pk=shared.gone)
        nominations = list(Nomination.objects.filter(enrollment=row))
        before = [(one, plain_columns(one)) for one in (row, *nominations)]
        vacate(cohorts[row.cohort_id], row, reason="auto:merged", by=by)
        for one, columns in before:
            one.refresh_from_db()
            picture.note_change(one, columns)


def _settle_consents(plan: MergePlan, picture: Picture) -> None:
    for row in Consent.objects.filter(pk__in=plan.consents.withdraw).order_by("pk"):
        at = plan.consents.withdraw[row.pk]
        picture.change(row, {"withdrawn_at": at, "withdrawn_channel": ConsentChannel.STAFF})


def _settle_papers(plan: MergePlan, wanted: set[str], picture: Picture) -> None:
    """One paper at most. The other one stands in the picture alone, sealed as it was."""
    take = IDENTITY in wanted
    papers = SealedIdentity.objects.filter(person__in=[plan.kept.pk, plan.gone.pk])
    rows = {row.person_id: _on_newest_key(row) for row in papers}
    mine, theirs = rows.get(plan.kept.pk), rows.get(plan.gone.pk)
    if theirs is None:
        if mine and take:
            picture.remove(mine)
        return
    number = opened_number(theirs)
    picture.remove(theirs)
    if not take:
        return
    if mine:
        picture.remove(mine)
    picture.add(_sealed_for(plan.kept.pk, theirs, number))


def _write_fields(
    plan: MergePlan, wanted: set[str], picture: Picture
) -> dict[str, tuple[Any, Any]]:
    """The chosen values; contacts that give way are kept as former ones."""
    columns = {
        name: getattr(plan.gone, name) for unit in wanted & set(FIELDS) for name in FIELDS[unit]
    }
    contacts = {
        kind: {getattr(plan.kept, kind), getattr(plan.gone, kind)} for kind in ContactKind.values
    }
    picture.change(plan.gone, EMPTIED)
    written = picture.change(plan.kept, {**columns, "user_id": plan.account})
    for kind, values in contacts.items():
        for value in sorted(values - {"", getattr(plan.kept, kind)}):
            picture.add(FormerContact(person=plan.kept, kind=kind, value=value))
    return written


def _kept_record(
    plan: MergePlan, picture: Picture, written: Mapping[str, tuple[Any, Any]], *, by: User | None
) -> PersonMerge:
    merge = PersonMerge(
        kept=plan.kept,
        gone=plan.gone,
        by=by,
        summary={"moved": picture.counts(), "fields": sorted(written)},
    )
    merge.save(force_insert=True)
    merge.picture = sealed_picture(merge, picture)
    merge.save(update_fields=["picture"])
    shown = {name: pair for name, pair in written.items() if name in FIELDS}
    record(
        "person.merged",
        plan.kept,
        by=by,
        before={name: pair[0] for name, pair in shown.items()},
        after={name: pair[1] for name, pair in shown.items()} | {"merged": plan.gone.pk},
    )
    record("person.merged_away", plan.gone, by=by, after={"into": plan.kept.pk})
    return merge


def _demand_untouched(merge: PersonMerge, picture: Picture) -> None:
    found = picture.contradictions(merge.kept_id, _RESEALED)
    if found:
        raise _contradicted(found)
    kept = locked(merge.kept)
    if kept.merged_into_id is not None:
        raise PersonMerged(facts={"person": kept.pk, "survivor": kept.merged_into_id})


def _demand_seats_again(picture: Picture, cohorts: Mapping[int, Cohort]) -> None:
    """CohortFull or QuotaFull when a seat that was given free has been given to somebody else."""
    for step in picture.steps:
        if step["model"] != _ENROLLMENT or step["step"] != "changed":
            continue
        before, after = step["columns"].get("state", ("", ""))
        if before in ACTIVE_STATES and after not in ACTIVE_STATES:
            row = Enrollment.objects.get(pk=step["pk"])
            demand_seats(cohorts[row.cohort_id], Counter([row.city_id]))


def _take_back(merge: PersonMerge, picture: Picture) -> None:
    try:
        with transaction.atomic():
            picture.take_back(merge.gone_id)
    except IntegrityError as error:
        raise MergeContradicted(facts={"constraint": broken_constraint(error)}) from None


def _contradicted(found: Iterable[Contradiction]) -> MergeContradicted:
    return MergeContradicted(
        facts={
            "changed": [
                {"what": row_in_words(one.model, one.field), "id": one.pk, "gone": not one.field}
                for one in found
            ]
        }
    )


def _on_newest_key(row: SealedIdentity) -> SealedIdentity:
    """The picture is sealed again when keys change; what it holds is on the newest one by then."""
    if row.key_version == portal_sealer().newest:
        return row
    return _sealed_for(row.person_id, row, opened_number(row))


def _sealed_for(person_id: int, row: SealedIdentity, number: str) -> SealedIdentity:
    sealer = portal_sealer()
    sealed = sealer.seal(number, seal_name(person_id))
    return SealedIdentity(
        person_id=person_id,
        kind=row.kind,
        sealed=sealed.ciphertext,
        key_version=sealed.key_version,
        blind_index=paper_index(Paper(PaperKind(row.kind), number)),
        index_version=sealer.index_version,
        masked=row.masked,
    )
