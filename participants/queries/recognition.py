"""Loading those whom new facts may be about, for `rules.recognition`; three queries a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cohorts.models import Cohort
from participants.models import Enrollment, Person, SealedIdentity
from participants.queries.identities import paper_index
from participants.rules.person_facts import CheckedFacts
from participants.rules.recognition import KnownPerson, Recognition, recognize


@dataclass(frozen=True)
class Acquaintances:
    """Everybody who shares a paper or a name with the facts asked about."""

    by_paper: Mapping[str, KnownPerson]
    by_name: Mapping[str, Sequence[KnownPerson]]

    def recognition_of(self, facts: CheckedFacts) -> Recognition:
        index = paper_index(facts.paper)
        known = list(self.by_name.get(facts.name, ()))
        holder = self.by_paper.get(index)
        if holder:
            known.append(holder)
        return recognize(facts.name, facts.phone, facts.organization_name, index, known)


def acquaintances(cohort: Cohort, facts: Iterable[CheckedFacts]) -> Acquaintances:
    """Those already known who may be meant by any of the facts."""
    rows = list(facts)
    holders = _holders(rows)
    people = Person.objects.filter(Q(pk__in=holders) | Q(name__in={row.name for row in rows}))
    known = _known(cohort, list(people.values_list("pk", "name", "phone", "identity__blind_index")))
    by_name: dict[str, list[KnownPerson]] = {}
    for one in known:
        by_name.setdefault(one.name, []).append(one)
    return Acquaintances({one.paper_index: one for one in known if one.paper_index}, by_name)


def _holders(rows: Sequence[CheckedFacts]) -> list[int]:
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        if row.paper:
            by_kind.setdefault(row.paper.kind, []).append(paper_index(row.paper))
    if not by_kind:
        return []
    wanted = Q()
    for kind, indexes in by_kind.items():
        wanted |= Q(kind=kind, blind_index__in=indexes)
    return list(SealedIdentity.objects.filter(wanted).values_list("person_id", flat=True))


def _known(cohort: Cohort, people: Sequence[tuple[int, str, str, str | None]]) -> list[KnownPerson]:
    employers = dict(
        Enrollment.objects.filter(
            cohort=cohort, person_id__in=[row[0] for row in people]
        ).values_list("person_id", "organization_name")
    )
    return [
        KnownPerson(pk, name, phone, employers.get(pk, ""), index or "", pk in employers)
        for pk, name, phone, index in people
    ]
