"""What anybody may know of the cohorts: the one that concerns people now. No people, no drafts."""

import datetime as dt

from cohorts.choices import CohortState
from cohorts.models import Cohort

PUBLIC_STATES = (
    CohortState.ANNOUNCED,
    CohortState.NOMINATING,
    CohortState.CONFIRMED,
    CohortState.RUNNING,
    CohortState.FINISHING,
    CohortState.COMPLETED,
    CohortState.ARCHIVED,
)


def current_cohort(today: dt.date) -> Cohort | None:
    """The announced cohort of these days, else the next one, else the last one."""
    public = Cohort.objects.filter(state__in=PUBLIC_STATES)
    return (
        public.filter(starts_on__lte=today, ends_on__gte=today).order_by("starts_on").first()
        or public.filter(starts_on__gt=today).order_by("starts_on").first()
        or public.order_by("-ends_on").first()
    )
