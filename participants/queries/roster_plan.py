"""Reading an uploaded roster against what is stored: what would happen with each row.

A handful of queries for a whole file. Nothing is written; `actions.imports` applies a plan that it
has made again under the lock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from cohorts.models import Cohort
from g60portal.accounts.models import User
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment, Group, Person
from participants.queries.employers import employer_plans
from participants.queries.glyphs import GlyphWarnings
from participants.queries.identities import paper_index
from participants.queries.present_facts import enrollments_of_people, present_facts
from participants.queries.recognition import Acquaintances, acquaintances
from participants.queries.roster_reading import (
    Progress,
    RosterFile,
    RosterLine,
    RosterRows,
    roster_file,
    roster_lines,
    roster_rows,
)
from participants.queries.seats import seat_facts
from participants.refusals import PaperOfAnother
from participants.rules.person_changes import changes_between
from participants.rules.person_facts import CheckedFacts
from participants.rules.recognition import Recognition
from participants.rules.roster_mapping import RosterMapping
from participants.rules.roster_picture import moved_of, wanted_of
from participants.rules.roster_plan import Candidate, RosterPlan, RowPlan, Status
from participants.rules.seats import SeatVerdict, seat_verdict


def plan_roster(
    cohort: Cohort,
    data: bytes,
    filename: str,
    mapping: RosterMapping | None = None,
    by: User | None = None,
) -> RosterPlan:
    """The plan for a file. Raises TableRefused and RosterUnreadable."""
    return plan_of(cohort, roster_file(data, filename, mapping or RosterMapping(), by))


def plan_of(
    cohort: Cohort,
    found: RosterFile,
    read: RosterRows | None = None,
    progress: Progress | None = None,
) -> RosterPlan:
    """The plan for a file that is opened already. Raises RosterUnreadable."""
    read = read or roster_rows(found)
    lines = list(roster_lines(read, found, progress))
    known = acquaintances(cohort, [line.facts for line in lines if line.facts])
    rows = _planned(cohort, _without_doubles(lines), known)
    plan = RosterPlan(
        rows,
        SeatVerdict(0, {}),
        (*read.notes, *_new_groups(cohort, rows)),
        employer_plans([row.facts for row in rows if row.facts and _names_employer(row)]),
    )
    return replace(plan, verdict=seats_for(cohort, wanted_of(plan), moved_of(plan)))


def seats_for(cohort: Cohort, wanted: Counter[int], moved: Counter[int]) -> SeatVerdict:
    """Whether so many new people fit, and those who move to another city with them."""
    verdict = seat_verdict(seat_facts(cohort), wanted + moved)
    return replace(verdict, missing=max(0, verdict.missing - moved.total()))


def _names_employer(row: RowPlan) -> bool:
    """Applying the row would say where the person works."""
    if row.status in {"new", "duplicate"}:
        return True
    return any(change.name == "organization_name" for change in row.changes)


def _without_doubles(lines: Sequence[RosterLine]) -> list[RosterLine]:
    """The second row about one person is an error: which of the two is right, a person must say."""
    first: dict[tuple[str, ...], RosterLine] = {}
    kept = []
    for line in lines:
        again = next((first[mark] for mark in _marks(line) if _is_again(mark, line, first)), None)
        for mark in _marks(line):
            first.setdefault(mark, line)
        kept.append(_doubled(line, again) if again else line)
    return kept


def _marks(line: RosterLine) -> list[tuple[str, ...]]:
    """What tells a person within a file: the paper, the name with the phone, and when a row has
    neither paper nor phone the name with the employer."""
    facts = line.facts
    if facts is None:
        return []
    marks: list[tuple[str, ...]] = []
    if facts.paper:
        marks.append(("paper", str(facts.paper.kind), facts.paper.number))
    if facts.phone:
        marks.append(("phone", facts.name, facts.phone))
    return marks or [("employer", facts.name, facts.organization_name)]


def _is_again(
    mark: tuple[str, ...], line: RosterLine, first: Mapping[tuple[str, ...], RosterLine]
) -> bool:
    """Two papers are two people, whatever else they share."""
    earlier = first.get(mark)
    if earlier is None or mark[0] == "paper":
        return earlier is not None
    return not (_has_paper(line) and _has_paper(earlier))


def _has_paper(line: RosterLine) -> bool:
    return bool(line.facts and line.facts.paper)


def _doubled(line: RosterLine, first: RosterLine) -> RosterLine:
    name = "identity" if line.facts and line.facts.paper else "name"
    problem = line.problem(name, _stands_already(first.sheet, first.row))
    return replace(line, facts=None, problems=(problem,))


def _stands_already(sheet: str, row: int) -> str:
    return _(
        "This person already stands in sheet “%(sheet)s”, row %(row)s. Keep one of the two rows."
    ) % {"sheet": sheet, "row": row}


def _planned(cohort: Cohort, lines: Sequence[RosterLine], known: Acquaintances) -> list[RowPlan]:
    recognized = [known.recognition_of(line.facts) if line.facts else None for line in lines]
    ids = {one.person_id for one in recognized if one and one.person_id}
    ids |= {pk for one in recognized if one for pk in one.candidates}
    enrolled = enrollments_of_people(cohort, ids)
    candidates = _candidates(cohort, {pk for one in recognized if one for pk in one.candidates})
    glyphs = GlyphWarnings()
    first: dict[int, RowPlan] = {}
    plans = []
    for line, one in zip(lines, recognized, strict=True):
        plan = _row_plan(line, one, enrolled, candidates)
        if plan.facts and plan.status in {"new", "changed"}:
            plan = replace(plan, warnings=(*plan.warnings, *glyphs.of(plan.facts)))
        if plan.person_id and plan.status != "error":
            earlier = first.setdefault(plan.person_id, plan)
            if earlier is not plan:
                plan = _same_person(line, plan, earlier)
        plans.append(plan)
    return plans


def _same_person(line: RosterLine, plan: RowPlan, earlier: RowPlan) -> RowPlan:
    """Two rows that tell nobody apart among themselves, yet are one person of the portal."""
    problem = line.problem("name", _stands_already(earlier.sheet, earlier.row))
    return replace(
        plan, status="error", facts=None, person_id=None, changes=(), problems=(problem,)
    )


def _row_plan(
    line: RosterLine,
    one: Recognition | None,
    enrolled: Mapping[int, Enrollment],
    candidates: Mapping[int, Candidate],
) -> RowPlan:
    plan = RowPlan(
        line.sheet,
        line.row,
        line.facts.name if line.facts else line.reading.name,
        "error",
        line.facts,
        problems=line.problems,
        warnings=line.warnings,
    )
    if line.facts is None or one is None:
        return plan
    if one.verdict == "other_name":
        return replace(plan, problems=(line.problem("identity", PaperOfAnother.text),))
    if one.verdict == "possible":
        return _possible(plan, line.facts, one.candidates, enrolled, candidates)
    if one.person_id is not None:
        return _known(plan, line.facts, one.person_id, enrolled)
    return replace(plan, status="new")


def _known(
    plan: RowPlan, facts: CheckedFacts, person_id: int, enrolled: Mapping[int, Enrollment]
) -> RowPlan:
    enrollment = enrolled.get(person_id)
    if enrollment is None:
        return replace(plan, status="new", person_id=person_id)
    changes = changes_between(
        present_facts(enrollment), facts, paper_index(facts.paper), blank_clears=False
    )
    warnings = plan.warnings
    if enrollment.state not in ACTIVE_STATES:
        warnings = (*warnings, _("This person has left the cohort and stays so."))
    status: Status = "changed" if changes else "same"
    return replace(plan, status=status, person_id=person_id, changes=changes, warnings=warnings)


def _possible(
    plan: RowPlan,
    facts: CheckedFacts,
    candidates: Sequence[int],
    enrolled: Mapping[int, Enrollment],
    known: Mapping[int, Candidate],
) -> RowPlan:
    """Somebody enrolled about whom the row says nothing new is the same person."""
    for person_id in candidates:
        if person_id in enrolled:
            found = _known(plan, facts, person_id, enrolled)
            if found.status == "same":
                return found
    return replace(
        plan, status="duplicate", candidates=tuple(known[person_id] for person_id in candidates)
    )


def _candidates(cohort: Cohort, ids: Iterable[int]) -> dict[int, Candidate]:
    wanted = list(ids)
    if not wanted:
        return {}
    here = set(
        Enrollment.objects.filter(cohort=cohort, person_id__in=wanted).values_list(
            "person_id", flat=True
        )
    )
    newest = Enrollment.objects.filter(person_id__in=wanted).order_by("person_id", "-pk")
    employers = dict(newest.distinct("person_id").values_list("person_id", "organization_name"))
    return {
        pk: Candidate(pk, name, employers.get(pk, ""), pk in here)
        for pk, name in Person.objects.filter(pk__in=wanted).values_list("pk", "name")
    }


def _new_groups(cohort: Cohort, rows: Sequence[RowPlan]) -> Iterator[str]:
    named = {row.facts.group_name for row in rows if row.facts and row.facts.group_name}
    present = (
        set(Group.objects.filter(cohort=cohort).values_list("name", flat=True)) if named else set()
    )
    for name in sorted(named - present):
        yield _("The group “%(group)s” would be added.") % {"group": name}
