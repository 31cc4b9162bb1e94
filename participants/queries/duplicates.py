"""Persons who may be entered twice: candidates by shared keys in one statement, then the rules.

No pair is made that shares nothing: `_BLOCKS` groups each key (a phone, a paper, a name with a
birthday …) on its own and gives back only groups of two to `MOST_ALIKE`. By EXPLAIN the persons are
read once into `standing` and each branch is one scan of it under one aggregate (bytewise, since a
sort by the rules of a language costs many times more), so the cost grows with the number of
persons; a self-join of the same keys would grow with the square of what many share, such as the
number of a switchboard. Facts and decisions follow in a fixed number of statements.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import connection

from cohorts.permissions import may_merge_people
from g60portal.common.arrays import array_text
from g60portal.common.keyring import portal_sealer
from participants.choices import ContactKind
from participants.models import (
    Enrollment,
    FormerContact,
    Nomination,
    NotSamePerson,
    Person,
    SealedIdentity,
)
from participants.rules.duplicates import (
    KnownFacts,
    Strength,
    Suspicion,
    clusters,
    suspicion,
)

# A key that more people share than this tells nothing of any two of them.
MOST_ALIKE = 12
# So many shared keys are looked at, papers and contacts first: a list that is wrong all over does
# not keep a page busy for minutes.
MOST_BLOCKS = 2000
# So many groups of persons are shown; the next ones follow when these are settled.
SHOWN = 100
_ERASED = "erased:%"

_BLOCKS = """
WITH standing AS MATERIALIZED (
    SELECT id, name COLLATE "C" AS name, phone COLLATE "C" AS phone,
           lower(email) COLLATE "C" AS email, birth_on, organization_id,
           regexp_replace(lower(latin_name), '[^a-z]', '', 'g') COLLATE "C" AS latin
      FROM participants_person
     WHERE merged_into_id IS NULL
       AND (%(everybody)s OR id IN (
            SELECT person_id FROM participants_enrollment
             GROUP BY person_id HAVING bool_and(cohort_id = ANY(%(led)s::bigint[]))))),
former AS (
    SELECT c.person_id, c.kind, lower(c.value) COLLATE "C" AS value
      FROM participants_formercontact c JOIN standing s ON s.id = c.person_id),
employed AS (
    SELECT DISTINCT s.id, s.name, e.organization_name COLLATE "C" AS organization_name
      FROM participants_enrollment e JOIN standing s ON s.id = e.person_id),
blocks AS (
    SELECT 1 AS place, array_agg(DISTINCT id) AS ids FROM (
        SELECT s.id, i.kind, i.blind_index
          FROM participants_sealedidentity i JOIN standing s ON s.id = i.person_id
         WHERE i.index_version = %(index_version)s
        UNION ALL
        SELECT s.id, n.paper_kind, n.blind_index
          FROM participants_nomination n
          JOIN participants_enrollment e ON e.id = n.enrollment_id
          JOIN standing s ON s.id = e.person_id
         WHERE n.blind_index <> '' AND n.blind_index NOT LIKE %(erased)s
           AND n.index_version = %(index_version)s) papers
     GROUP BY kind, blind_index HAVING count(DISTINCT id) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 2, array_agg(DISTINCT id) FROM (
        SELECT id, phone FROM standing WHERE phone <> ''
        UNION ALL SELECT person_id, value FROM former WHERE kind = 'phone') phones
     GROUP BY phone HAVING count(DISTINCT id) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 3, array_agg(DISTINCT id) FROM (
        SELECT id, email FROM standing WHERE email <> ''
        UNION ALL SELECT person_id, value FROM former WHERE kind = 'email') emails
     GROUP BY email HAVING count(DISTINCT id) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 4, array_agg(id) FROM standing WHERE birth_on IS NOT NULL
     GROUP BY name, birth_on HAVING count(*) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 5, array_agg(id) FROM standing WHERE birth_on IS NOT NULL AND latin <> ''
     GROUP BY latin, birth_on HAVING count(*) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 6, array_agg(id) FROM standing WHERE organization_id IS NOT NULL
     GROUP BY name, organization_id HAVING count(*) BETWEEN 2 AND %(most)s
    UNION ALL
    SELECT 7, array_agg(id) FROM employed WHERE organization_name <> ''
     GROUP BY name, organization_name HAVING count(*) BETWEEN 2 AND %(most)s)
SELECT ids FROM blocks ORDER BY place, ids LIMIT %(limit)s
"""


@dataclass(frozen=True)
class KnownPerson:
    """A person as the list and the comparison show it. Contacts are masked by the page."""

    person: Person
    facts: KnownFacts
    cohort_codes: tuple[str, ...]
    cohort_ids: frozenset[int]


@dataclass(frozen=True)
class Doubt:
    """Two persons and why they may be one."""

    one: KnownPerson
    other: KnownPerson
    suspicion: Suspicion


@dataclass(frozen=True)
class Doubts:
    """Groups of doubts that hang together, and how many groups there are in all."""

    groups: list[list[Doubt]]
    count: int


def suspected_people(led: frozenset[int] | None, strength: str = "") -> Doubts:
    """For an administrator (None), or a lead of these cohorts: only people whom one may merge."""
    blocks = _blocks(led)
    known = known_people({pk for block in blocks for pk in block})
    seen = {pk: one.facts for pk, one in known.items() if may_merge_people(led, one.cohort_ids)}
    pairs = {pair for block in blocks for pair in combinations(sorted(set(block) & seen.keys()), 2)}
    found = [one for pair in pairs if (one := suspicion(seen[pair[0]], seen[pair[1]]))]
    found = _undecided(found, seen)
    if strength in set(Strength):
        found = [one for one in found if one.strength == strength]
    groups = clusters(found)
    return Doubts(
        [
            [Doubt(known[one.one], known[one.other], one) for one in group]
            for group in groups[:SHOWN]
        ],
        len(groups),
    )


def suspected_pair(one: int, other: int) -> Suspicion | None:
    """What speaks for two certain persons, whatever was decided before."""
    known = known_people([one, other])
    if len(known) < len({one, other}):
        return None
    return suspicion(known[one].facts, known[other].facts)


def pair_fingerprint(one: KnownFacts, other: KnownFacts) -> str:
    """Equal as long as the facts of both are, and tells nothing of them."""
    first, second = sorted((one, other), key=lambda facts: facts.id)
    text = "|".join(_facts_text(facts) for facts in (first, second))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return portal_sealer().blind_index(digest, "not-same-person").hex()


def known_people(ids: Collection[int]) -> dict[int, KnownPerson]:
    """Their facts in six statements, however many they are."""
    wanted = list(ids)
    people = list(
        Person.objects.filter(pk__in=wanted).select_related("organization").order_by("pk")
    )
    seats: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    rows = Enrollment.objects.filter(person__in=wanted).order_by("cohort__starts_on", "pk")
    columns = ("person_id", "cohort__code", "cohort_id", "organization_name")
    for pk, code, cohort_id, employer in rows.values_list(*columns):
        seats[pk].append((code, cohort_id, employer))
    papers, own = _papers(wanted)
    former: dict[tuple[int, str], set[str]] = defaultdict(set)
    contacts = FormerContact.objects.filter(person__in=wanted)
    for pk, kind, value in contacts.values_list("person_id", "kind", "value"):
        former[pk, kind].add(value.lower())
    return {
        person.pk: KnownPerson(
            person,
            _facts(person, seats[person.pk], papers[person.pk], own.get(person.pk), former),
            tuple(dict.fromkeys(code for code, _pk, _name in seats[person.pk])),
            frozenset(pk for _code, pk, _name in seats[person.pk]),
        )
        for person in people
    }


def _blocks(led: frozenset[int] | None) -> list[list[int]]:
    facts: dict[str, int | str] = {
        "everybody": led is None,
        "led": array_text(led or ()),
        "limit": MOST_BLOCKS,
        "index_version": portal_sealer().index_version,
        "erased": _ERASED,
        "most": MOST_ALIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKS, facts)
        return [row[0] for row in cursor.fetchall()]


def _papers(
    ids: Sequence[int],
) -> tuple[dict[int, set[tuple[str, str]]], dict[int, tuple[str, str]]]:
    own = {
        pk: (kind, index)
        for pk, kind, index in SealedIdentity.objects.filter(person__in=ids).values_list(
            "person_id", "kind", "blind_index"
        )
    }
    papers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for pk, paper in own.items():
        papers[pk].add(paper)
    named = Nomination.objects.filter(enrollment__person__in=ids).exclude(blind_index="")
    for pk, kind, index in named.exclude(blind_index__startswith="erased:").values_list(
        "enrollment__person_id", "paper_kind", "blind_index"
    ):
        papers[pk].add((kind, index))
    return papers, own


def _facts(
    person: Person,
    seats: Iterable[tuple[str, int, str]],
    papers: Collection[tuple[str, str]],
    own: tuple[str, str] | None,
    former: Mapping[tuple[int, str], set[str]],
) -> KnownFacts:
    present = {ContactKind.PHONE: person.phone, ContactKind.EMAIL: person.email.lower()}
    contacts: dict[str, frozenset[str]] = {
        kind: frozenset({value, *former.get((person.pk, kind), ())} - {""})
        for kind, value in present.items()
    }
    names = {name for _code, _pk, name in seats if name}
    if person.organization:
        names.add(person.organization.name)
    return KnownFacts(
        person.pk,
        person.name,
        person.latin_name,
        person.gender,
        person.birth_on,
        contacts[ContactKind.PHONE],
        contacts[ContactKind.EMAIL],
        frozenset(papers),
        own,
        person.organization_id,
        frozenset(names),
    )


def _facts_text(facts: KnownFacts) -> str:
    parts: list[Any] = [facts.id, facts.name, facts.latin_name, facts.gender, facts.birth_on]
    parts += [sorted(facts.phones), sorted(facts.emails), sorted(facts.papers)]
    parts += [facts.organization_id, sorted(facts.employers)]
    return repr(parts)


def _undecided(found: list[Suspicion], facts: Mapping[int, KnownFacts]) -> list[Suspicion]:
    """Without those that somebody has said to be two, of the facts that still stand."""
    ids = {one.one for one in found}
    decided = {
        (one, other): fingerprint
        for one, other, fingerprint in NotSamePerson.objects.filter(one__in=ids).values_list(
            "one_id", "other_id", "fingerprint"
        )
    }
    return [
        one
        for one in found
        if one.pair not in decided
        or decided[one.pair] != pair_fingerprint(facts[one.one], facts[one.other])
    ]
