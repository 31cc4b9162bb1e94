"""Merging two organizations field by field, taking it back, and saying that two are not one.

One transaction. Locks every row that refers to either, then the two organizations. Of the merged
one the row stays with its names and its code: former ones, by which imports find the survivor.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from cohorts.models import NotSameOrganization, Organization, OrganizationMerge
from cohorts.queries.merges import (
    FIELDS,
    FORMER,
    OrganizationMergePlan,
    named_organization,
    organization_fingerprint,
    organization_merge_plan,
    organization_pointers,
)
from cohorts.refusals import (
    OrganizationMergeContradicted,
    OrganizationMerged,
    OrganizationMergeInTheWay,
    OrganizationUndoEnded,
    ReasonMissing,
    SameOrganization,
)
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked, locked_rows
from g60portal.common.merging import Picture

# A merge can be taken back for this long.
UNDO_DAYS = 30
# Holds the place of a name while two rows exchange theirs: a name is unique within its city.
_ASIDE = "\x7f{}"


@transaction.atomic
def merge_organizations(
    *, kept: Organization, gone: Organization, taken: Iterable[str] = (), by: User | None
) -> OrganizationMerge:
    """Everything of `gone` becomes `kept`'s; `taken` are the fields whose value is that of `gone`.

    Raises SameOrganization, OrganizationMerged, OrganizationMergeInTheWay.
    """
    wanted = set(taken)
    if unknown := wanted - set(FIELDS):
        raise TypeError(f"An organization has no fields {sorted(unknown)} to choose between.")
    if kept.pk == gone.pk:
        raise SameOrganization
    plan = organization_merge_plan(*_locked_pair(kept.pk, gone.pk))
    if plan.clashes:
        raise OrganizationMergeInTheWay(facts={"rows": list(plan.clashes)})
    picture = Picture()
    written = _write_fields(plan, wanted & set(plan.differing), picture)
    for pointer, pks in plan.moving:
        picture.move(pointer, pks, plan.kept.pk)
    picture.change(plan.gone, {"merged_into_id": plan.kept.pk})
    merge = OrganizationMerge.objects.create(
        kept=plan.kept,
        gone=plan.gone,
        picture=picture.steps,
        summary={"moved": picture.counts(), "fields": sorted(written)},
        by=by,
    )
    record(
        "organization.merged",
        plan.kept,
        by=by,
        before={name: pair[0] for name, pair in written.items()},
        after={name: pair[1] for name, pair in written.items()} | {"merged": plan.gone.pk},
    )
    record("organization.merged_away", plan.gone, by=by, after={"into": plan.kept.pk})
    return merge


@transaction.atomic
def undo_organization_merge(*, merge: OrganizationMerge, by: User | None) -> OrganizationMerge:
    """Take a merge back as if it had not been. Locks as the merge did. A second time does nothing.

    Raises OrganizationUndoEnded, and OrganizationMergeContradicted when something was written
    since that it rests on: the facts name what.
    """
    _lock_references(merge.kept_id, merge.gone_id)
    row = locked(merge)
    if row.undone_at is not None:
        return row
    until = organization_undo_until(row)
    if row.picture is None or clock.now() > until:
        raise OrganizationUndoEnded(facts={"until": until.isoformat()})
    picture = Picture(row.picture)
    found = picture.contradictions(row.kept_id)
    if found:
        changed = [{"what": one.model, "id": one.pk, "field": one.field} for one in found]
        raise OrganizationMergeContradicted(facts={"changed": changed})
    _take_back(row, picture)
    row.undone_at, row.picture = clock.now(), None
    row.save(update_fields=["undone_at", "picture"])
    for one, other in ((row.kept_id, row.gone_id), (row.gone_id, row.kept_id)):
        organization = Organization.with_merged.get(pk=one)
        record("organization.merge_undone", organization, by=by, after={"apart": other})
    return row


def organization_undo_until(merge: OrganizationMerge) -> dt.datetime:
    return merge.made_at + dt.timedelta(days=UNDO_DAYS)


@transaction.atomic
def keep_organizations_apart(
    *, one: Organization, other: Organization, reason: str, by: User | None
) -> NotSameOrganization:
    """Remembered until a name or a code of either changes. Locks both.

    Raises ReasonMissing, SameOrganization, and OrganizationMerged.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    if one.pk == other.pk:
        raise SameOrganization
    first, second = sorted(_pair(one.pk, other.pk).values(), key=lambda row: row.pk)
    decision, _made = NotSameOrganization.objects.update_or_create(
        one=first,
        other=second,
        defaults={
            "reason": reason.strip(),
            "fingerprint": organization_fingerprint(
                named_organization(first), named_organization(second)
            ),
            "by": by,
            "at": clock.now(),
        },
    )
    for row, apart in ((first, second), (second, first)):
        record("organization.kept_apart", row, by=by, after={"from": apart.pk}, reason=reason)
    return decision


def _locked_pair(kept: int, gone: int) -> tuple[Organization, Organization]:
    _lock_references(kept, gone)
    rows = _pair(kept, gone)
    return rows[kept], rows[gone]


def _pair(*ids: int) -> dict[int, Organization]:
    rows = {row.pk: row for row in locked_rows(Organization.with_merged.filter(pk__in=ids))}
    for row in rows.values():
        if row.merged_into_id is not None:
            facts = {"organization": row.pk, "survivor": row.merged_into_id}
            raise OrganizationMerged(facts=facts)
    return rows


def _lock_references(*ids: int) -> None:
    for pointer in organization_pointers():
        of_both = {f"{pointer.field.attname}__in": ids}
        locked_rows(pointer.model._base_manager.filter(**of_both))  # noqa: SLF001 - no filter


def _write_fields(
    plan: OrganizationMergePlan, wanted: set[str], picture: Picture
) -> Mapping[str, tuple[Any, Any]]:
    """The chosen values. What the survivor gives up of its names, its code and its city the other
    one keeps, so that both are found."""
    if not wanted:
        return {}
    columns = {
        _column(name): getattr(plan.gone, _column(name)) for name in FIELDS if name in wanted
    }
    former = {_column(name): getattr(plan.kept, _column(name)) for name in wanted & FORMER}
    name = plan.gone.name
    aside = {"name": _ASIDE.format(plan.gone.pk)}
    if "credit_code" in former:
        aside["credit_code"] = ""
    picture.change(plan.gone, aside)
    written = picture.change(plan.kept, columns)
    picture.change(plan.gone, {"name": name, **former})
    return written


def _column(name: str) -> str:
    return "city_id" if name == "city" else name


def _take_back(merge: OrganizationMerge, picture: Picture) -> None:
    try:
        with transaction.atomic():
            picture.take_back(merge.gone_id)
    except IntegrityError as error:
        constraint = broken_constraint(error)
        raise OrganizationMergeContradicted(facts={"constraint": constraint}) from None
