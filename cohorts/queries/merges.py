"""What a merge of two organizations would move, and which organizations may be entered twice."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cohorts.models import NotSameOrganization, Organization
from cohorts.rules.duplicates import Strength, Suspicion, suspicions
from cohorts.rules.organization_names import NamedOrganization
from g60portal.common.merging import Pointer, clashing, pointers_to

# The fields that one chooses between, in the order of the form.
FIELDS = ("name", "short_name", "name_en", "credit_code", "city", "kind", "chain", "segment")
# These stay with the row of the other one, as former ones.
FORMER = frozenset({"name", "short_name", "name_en", "credit_code", "city"})
# So many pairs are shown; the next ones follow when these are settled.
SHOWN = 100
_OWN = frozenset({"cohorts.OrganizationMerge", "cohorts.NotSameOrganization"})


@dataclass(frozen=True)
class OrganizationDoubt:
    one: Organization
    other: Organization
    suspicion: Suspicion


@dataclass(frozen=True)
class OrganizationDoubts:
    """The strongest first, and how many there are in all."""

    pairs: list[OrganizationDoubt]
    count: int


@dataclass(frozen=True)
class OrganizationMergePlan:
    """`moving` are the primary keys that would refer to `kept`, by pointer; `clashes` the tables
    that can hold one row of the two only."""

    kept: Organization
    gone: Organization
    differing: tuple[str, ...]
    moving: tuple[tuple[Pointer, tuple[Any, ...]], ...]
    clashes: tuple[str, ...]

    def counts(self) -> list[tuple[str, int]]:
        """How many rows would move, by the name of what they are."""
        return [
            (str(pointer.model._meta.verbose_name_plural), len(pks))  # noqa: SLF001 - documented
            for pointer, pks in self.moving
            if pks
        ]


def organization_pointers() -> list[Pointer]:
    """Every column of every table, also of the apps above, that refers to an organization."""
    return [one for one in pointers_to(Organization) if one.label not in _OWN]


def organization_merge_plan(kept: Organization, gone: Organization) -> OrganizationMergePlan:
    """A fixed number of queries for the tables that there are."""
    moving, clashes = [], []
    for pointer in organization_pointers():
        pks = pointer.rows(gone.pk).order_by("pk").values_list("pk", flat=True)
        moving.append((pointer, tuple(pks)))
        if clashing(pointer, gone=gone.pk, kept=kept.pk):
            clashes.append(str(pointer.model._meta.verbose_name))  # noqa: SLF001
    return OrganizationMergePlan(
        kept,
        gone,
        tuple(name for name in FIELDS if getattr(kept, name) != getattr(gone, name)),
        tuple(moving),
        tuple(clashes),
    )


def suspected_organizations(strength: str = "") -> OrganizationDoubts:
    """Pairs that nobody has said to be two, of the facts that still stand. Three queries."""
    named = _named()
    by_id = {one.id: one for one in named}
    decided = {
        (one, other): fingerprint
        for one, other, fingerprint in NotSameOrganization.objects.values_list(
            "one_id", "other_id", "fingerprint"
        )
    }
    found = [
        one
        for one in suspicions(named)
        if decided.get(one.pair) != organization_fingerprint(by_id[one.one], by_id[one.other])
        and (strength not in set(Strength) or one.strength == strength)
    ]
    shown = found[:SHOWN]
    ids = {pk for one in shown for pk in one.pair}
    rows = Organization.objects.select_related("city").in_bulk(ids)
    return OrganizationDoubts(
        [OrganizationDoubt(rows[one.one], rows[one.other], one) for one in shown], len(found)
    )


def suspected_organization_pair(one: Organization, other: Organization) -> Suspicion | None:
    """What speaks for two certain organizations, whatever was decided before."""
    return next(iter(suspicions([named_organization(one), named_organization(other)])), None)


def organization_fingerprint(one: NamedOrganization, other: NamedOrganization) -> str:
    """Equal as long as the facts of both are."""
    first, second = sorted((one, other), key=lambda facts: facts.id)
    return hashlib.sha256(repr((first, second)).encode()).hexdigest()


def named_organization(row: Organization) -> NamedOrganization:
    return NamedOrganization(
        row.pk, row.city_id, row.name, row.short_name, row.name_en, row.credit_code
    )


def former_names(rows: Iterable[Organization]) -> dict[int, list[str]]:
    """The names of those that were merged into each."""
    found: dict[int, list[str]] = {}
    merged = Organization.with_merged.filter(merged_into__in=[row.pk for row in rows])
    for pk, name in merged.order_by("pk").values_list("merged_into_id", "name"):
        found.setdefault(pk, []).append(name)
    return found


def _named() -> list[NamedOrganization]:
    rows = Organization.objects.order_by("pk").values_list(
        "pk", "city_id", "name", "short_name", "name_en", "credit_code"
    )
    return [NamedOrganization(*row) for row in rows]
