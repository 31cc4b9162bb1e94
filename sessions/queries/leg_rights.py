"""Which hosts a change of the timetable must be agreed with, for somebody with a given standing.

The rule is `sessions.rules.leg_rights`; asking for the consent is `sessions.actions.proposals`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cohorts.models import Cohort, Leg
from cohorts.permissions import may_edit_cohort, may_edit_leg
from cohorts.queries.standing import Standing
from sessions.models import TrainingSession
from sessions.refusals import NeedsConsent
from sessions.rules.leg_rights import LegDays, Place, legs_touched

# A session (None = a new one) and the facts that it is to get.
Touch = tuple[TrainingSession | None, Mapping[str, Any]]


def demand_consent(standing: Standing, cohort: Cohort, touches: Iterable[Touch]) -> None:
    """NeedsConsent when one of the changes touches a leg that this standing does not speak for.
    At most one query; none for those who speak for the whole cohort."""
    if may_edit_cohort(standing):
        return
    asked = legs_to_ask(standing, cohort, touches)
    if asked:
        raise NeedsConsent(facts={"legs": [leg.pk for leg in asked]})


def legs_to_ask(standing: Standing, cohort: Cohort, touches: Iterable[Touch]) -> list[Leg]:
    """The legs that the changes touch and that this standing does not speak for, in their order.
    Legs of other cohorts are left to the action, which refuses them."""
    legs = list(Leg.objects.filter(cohort=cohort).select_related("city").order_by("position"))
    touched = {key for row, facts in touches for key in touched_by(legs, row, facts)}
    return [leg for leg in legs if leg.pk in touched and not may_edit_leg(standing, leg.pk)]


def touched_by(
    legs: Iterable[Leg], row: TrainingSession | None, facts: Mapping[str, Any]
) -> frozenset[int]:
    """The ids of the legs that giving these facts to the session touches."""
    days = [LegDays(leg.pk, leg.starts_on, leg.ends_on) for leg in legs]
    before = None if row is None else Place(row.leg_id, row.starts_at, row.ends_at)
    asked_leg = facts.get("leg")
    after = Place(
        asked_leg.pk if asked_leg is not None else before.leg if before else 0,
        facts.get("starts_at", before.starts_at if before else None),
        facts.get("ends_at", before.ends_at if before else None),
    )
    return legs_touched(days, before, after)
