"""The lock under which everything in a cohort is written, and the check that it is still open."""

from cohorts.models import Cohort
from cohorts.refusals import CohortClosed
from cohorts.rules.states import CLOSED_STATES
from g60portal.common.locks import locked


def locked_open(cohort: Cohort) -> Cohort:
    """The cohort read again under its row lock; CohortClosed when archived or cancelled."""
    row = locked(cohort)
    if row.state in CLOSED_STATES:
        raise CohortClosed
    return row
