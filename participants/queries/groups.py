"""Groups with their members, for the page and the API."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from cohorts.models import Cohort
from participants.models import Enrollment, Group


@dataclass(frozen=True)
class GroupRow:
    """A group with those who hold a seat, and how its cities mix."""

    group: Group
    members: list[Enrollment]

    @property
    def city_count(self) -> int:
        return len({member.city_id for member in self.members})


def seated(cohort: Cohort) -> QuerySet[Enrollment]:
    return (
        Enrollment.objects.filter(cohort=cohort)
        .active()
        .select_related("person", "city")
        .order_by("city__position", "person__stroke_key", "seat")
    )


def groups_of(cohort: Cohort) -> QuerySet[Group]:
    """In their order, with `seated_members`; two queries."""
    members = Prefetch("enrollments", queryset=seated(cohort), to_attr="seated_members")
    return Group.objects.filter(cohort=cohort).order_by("position").prefetch_related(members)


def group_rows(cohort: Cohort) -> list[GroupRow]:
    return [GroupRow(group, members_of(group)) for group in groups_of(cohort)]


def members_of(group: Group) -> list[Enrollment]:
    """Of a row of `groups_of`."""
    return list(getattr(group, "seated_members", ()))


def without_group(cohort: Cohort) -> list[Enrollment]:
    return list(seated(cohort).filter(group__isnull=True))
