"""Organizations as their list, its search and the API see them; hosts for the pickers of legs."""

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, LPad

from cohorts.choices import OrganizationKind
from cohorts.models import Leg, Organization

HOST_KINDS = (
    OrganizationKind.HOST,
    OrganizationKind.AGENCY,
    OrganizationKind.UNIVERSITY,
    OrganizationKind.INSTITUTE,
)
# One sortable text for city order and name: unique, so that keyset pages can stand on it.
_PLACE = Concat(LPad(Cast("city__position", CharField()), 5, Value("0")), Value(" "), "name")


def organizations_found(*, q: str = "", kind: str = "", city: str = "") -> QuerySet[Organization]:
    """By part of a name or the whole credit code, kind, and code of the city; official order."""
    rows = Organization.objects.select_related("city").annotate(place=_PLACE)
    if q:
        rows = rows.filter(
            Q(name__icontains=q)
            | Q(short_name__icontains=q)
            | Q(name_en__icontains=q)
            | Q(credit_code=q.upper())
            | Q(pk__in=_formerly(q))
        )
    if kind:
        rows = rows.filter(kind=kind)
    if city:
        rows = rows.filter(city__code=city)
    return rows.order_by("place", "pk")


def _formerly(q: str) -> QuerySet[Organization, int | None]:
    """The survivors of those that were called so."""
    merged = Organization.with_merged.filter(merged_into__isnull=False)
    names = Q(name__icontains=q) | Q(short_name__icontains=q) | Q(credit_code=q.upper())
    return merged.filter(names).values_list("merged_into", flat=True)


def possible_hosts(leg: Leg | None = None) -> QuerySet[Organization]:
    """Those that may host a leg; the present host of the leg stays among them."""
    return (
        Organization.objects.filter(Q(kind__in=HOST_KINDS) | Q(pk=leg.host_id if leg else None))
        .select_related("city")
        .order_by("city__position", "name")
    )
