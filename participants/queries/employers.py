"""The employers of a roster among the organizations of the portal: known, alike, or new.

Only the same name or credit code is certain. A short name and what merely looks alike is proposed
to a person; who does not answer keeps the name as written, without an organization.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cohorts.models import Organization
from cohorts.rules.organization_names import (
    AlikeNames,
    NamedOrganization,
    plain_organization_name,
)
from participants.rules.person_facts import CheckedFacts
from participants.rules.roster_plan import EmployerKey, EmployerPlan


@dataclass
class _Named:
    """An employer as the rows of the file speak of it."""

    name: str
    city_id: int
    credit_codes: list[str] = field(default_factory=list)
    rows: dict[EmployerKey, None] = field(default_factory=dict)


def employer_plans(facts: Sequence[CheckedFacts]) -> tuple[EmployerPlan, ...]:
    """What each name of an employer stands for; one query."""
    if not facts:
        return ()
    known = _organizations()
    lookup = _Lookup(known)
    return tuple(lookup.plan(key, named) for key, named in _named(facts).items())


def _named(facts: Iterable[CheckedFacts]) -> dict[str, _Named]:
    """Spellings of one name together, in the order of the file."""
    found: dict[str, _Named] = {}
    for one in facts:
        key = plain_organization_name(one.organization_name) or one.organization_name
        named = found.setdefault(key, _Named(one.organization_name, one.city_id))
        named.rows[one.city_id, one.organization_name] = None
        if one.credit_code and one.credit_code not in named.credit_codes:
            named.credit_codes.append(one.credit_code)
    return found


def _organizations() -> list[NamedOrganization]:
    """Former names and codes, of those that were merged, stand for their survivor."""
    rows = Organization.with_merged.order_by(
        F("merged_into").asc(nulls_first=True), "pk"
    ).values_list(
        Coalesce("merged_into", "pk"), "city_id", "name", "short_name", "name_en", "credit_code"
    )
    return [NamedOrganization(*row) for row in rows]


class _Lookup:
    """Prepared once a file; the index of what looks alike only when it is needed."""

    def __init__(self, known: Sequence[NamedOrganization]) -> None:
        self._known = known
        self._by_code = {one.credit_code: one for one in known if one.credit_code}
        self._by_name: dict[str, list[NamedOrganization]] = {}
        for one in known:
            self._by_name.setdefault(plain_organization_name(one.name), []).append(one)
        self._alike: AlikeNames | None = None

    def plan(self, key: str, named: _Named) -> EmployerPlan:
        code = named.credit_codes[0] if named.credit_codes else ""
        plan = EmployerPlan(
            key, named.name, named.city_id, "new", credit_code=code, rows=tuple(named.rows)
        )
        if len(named.credit_codes) > 1:
            plan = replace(plan, warning=_("Different credit codes stand beside this name."))
        by_code, by_name = self._by_code.get(code), self._named_so(key, named.city_id)
        if by_code is not None:
            return self._known_as(plan, by_code, _other_name(by_code, key))
        if by_name is not None:
            return self._known_as(plan, by_name, _other_code(by_name, code))
        candidates = self._like(named.name, code)
        if candidates:
            return replace(plan, status="alike", candidates=candidates)
        return plan

    def _known_as(self, plan: EmployerPlan, one: NamedOrganization, warning: str) -> EmployerPlan:
        return replace(
            plan, status="known", organization_id=one.id, warning=warning or plan.warning
        )

    def _named_so(self, key: str, city_id: int) -> NamedOrganization | None:
        """The one of the row's own city, else the only one of this name."""
        found = self._by_name.get(key, [])
        here = [one for one in found if one.city_id == city_id]
        houses = {one.id for one in here} or {one.id for one in found}
        return (here or found)[0] if len(houses) == 1 else None

    def _like(self, name: str, code: str) -> tuple[tuple[int, str], ...]:
        """Two different codes are two houses, however alike their names."""
        if self._alike is None:
            self._alike = AlikeNames(self._known)
        return tuple(
            (one.id, one.name)
            for one in self._alike.like(name)
            if not (code and one.credit_code and one.credit_code != code)
        )


def _other_name(one: NamedOrganization, key: str) -> str:
    if plain_organization_name(one.name) == key:
        return ""
    return _("This credit code belongs to “%(name)s”.") % {"name": one.name}


def _other_code(one: NamedOrganization, code: str) -> str:
    if not code or not one.credit_code or one.credit_code == code:
        return ""
    return _("“%(name)s” is known with another credit code.") % {"name": one.name}


def employer_ids(
    plans: Iterable[EmployerPlan], chosen: Mapping[str, int | None]
) -> dict[EmployerKey, int | None]:
    """The organization of each spelling of the file; `chosen` by the key of the plan."""
    return {row: chosen.get(plan.key, plan.organization_id) for plan in plans for row in plan.rows}
