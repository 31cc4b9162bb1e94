"""What the front pages show: a user's place in the portal, and the list of its cohorts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch

from cohorts.models import Cohort, Leg
from cohorts.permissions import people_city_ids
from cohorts.queries.standing import Standing, Viewer, cohorts_of, may_open_cohorts, standings_in
from participants.models import Enrollment


@dataclass(frozen=True)
class CohortLine:
    """A cohort in the list, with its legs and the number of people that the viewer may see."""

    cohort: Cohort
    legs: tuple[Leg, ...]
    people: int
    running_days: bool


def cohort_lines(user: Viewer, today: dt.date) -> list[CohortLine]:
    """The cohorts of this user, newest first, in a constant number of queries."""
    legs = Leg.objects.select_related("city").order_by("position")
    cohorts = list(cohorts_of(user).prefetch_related(Prefetch("legs", queryset=legs)))
    people = _people_seen(cohorts, standings_in(user, cohorts))
    return [
        CohortLine(
            cohort=cohort,
            legs=tuple(cohort.legs.all()),
            people=people.get(cohort.pk, 0),
            running_days=cohort.starts_on <= today <= cohort.ends_on,
        )
        for cohort in cohorts
    ]


def has_console(user: Viewer) -> bool:
    """Whether the user's place is the console; participants have their own pages."""
    return may_open_cohorts(user) or cohorts_of(user).exists()


def is_participant(user: Viewer) -> bool:
    return Enrollment.objects.filter(person__user_id=user.pk or 0).exists()


def place_of(user: Viewer) -> str:
    """The URL name of the first page for this user: whoever has a role works in the console."""
    if has_console(user):
        return "cohort-list"
    return "my-home" if is_participant(user) else "home"


def _people_seen(cohorts: Sequence[Cohort], standings: dict[int, Standing]) -> dict[int, int]:
    """People with a seat by cohort; a coordinator's are those of its cities."""
    rows = (
        Enrollment.objects.active()
        .filter(cohort__in=cohorts)
        .values_list("cohort_id", "city_id")
        .annotate(people=Count("pk"))
    )
    seen = {pk: people_city_ids(standing) for pk, standing in standings.items()}
    figures: dict[int, int] = {}
    for cohort_id, city_id, people in rows:
        cities = seen[cohort_id]
        if cities is None or city_id in cities:
            figures[cohort_id] = figures.get(cohort_id, 0) + people
    return figures
