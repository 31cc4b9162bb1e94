"""The tabs of the timetable room: which of them a standing sees, and what waits there."""

from django import template

from cohorts.models import Cohort
from cohorts.permissions import may_see_proposals, may_see_slots, may_see_vehicles
from cohorts.queries.standing import Standing
from sessions.queries.proposals import open_proposals_for

register = template.Library()
for _predicate in (may_see_proposals, may_see_slots, may_see_vehicles):
    register.filter(_predicate.__name__, _predicate)


@register.simple_tag
def open_proposals(cohort: Cohort, standing: Standing) -> int:
    """How many proposals wait for an answer of the reader. No query for those who answer none."""
    return open_proposals_for(cohort, standing).count() if may_see_proposals(standing) else 0
