"""Organizations for the employers of an import: the known ones, those that a person chose, and new
ones. Expects its caller to hold the lock of the cohort.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cohorts.actions.organizations import create_organizations
from cohorts.models import Organization
from cohorts.rules.organization_names import likely_kind
from g60portal.accounts.models import User
from participants.actions.enrolling import Employers
from participants.queries.employers import employer_ids
from participants.rules.roster_plan import EmployerPlan, RosterPlan

# The answer that an employer is a house of its own; any other names an organization.
NEW = "new"


@dataclass(frozen=True)
class Housed:
    """The organization of each employer, and those that were made for it."""

    employers: Employers
    made: list[Organization]


def house_employers(plan: RosterPlan, answers: Mapping[str, str], *, by: User | None) -> Housed:
    """Write organizations for names that nobody knows. An employer that only looks like a known
    organization stays a name unless a person has answered."""
    needed = {
        (row.facts.city_id, row.facts.organization_name)
        for row in plan.rows
        if row.facts and row.status in {"new", "changed"}
    }
    wanted = [one for one in plan.employers if needed.intersection(one.rows)]
    chosen = {one.key: _chosen(one, answers.get(one.key, "")) for one in wanted}
    fresh = [one for one in wanted if _is_new(one, answers.get(one.key, ""))]
    made = create_organizations(
        drafts=[
            Organization(
                name=one.name,
                city_id=one.city_id,
                kind=likely_kind(one.name),
                credit_code=one.credit_code,
            )
            for one in fresh
        ],
        by=by,
    )
    chosen |= {one.key: row.pk for one, row in zip(fresh, made, strict=True)}
    return Housed(employer_ids(wanted, chosen), made)


def _chosen(one: EmployerPlan, answer: str) -> int | None:
    if one.status == "known":
        return one.organization_id
    return next((pk for pk, _name in one.candidates if str(pk) == answer), None)


def _is_new(one: EmployerPlan, answer: str) -> bool:
    return one.status == "new" or (one.status == "alike" and answer == NEW)
