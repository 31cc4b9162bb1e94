"""What a user is in a cohort: all its roles, read once, as plain values for the predicates."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole

Viewer = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Standing:
    """The staff roles of one user in one cohort. Nobody by default."""

    administrator: bool = False
    lead: bool = False
    leg_ids: frozenset[int] = field(default_factory=frozenset)
    desk: bool = False
    reader: bool = False
    city_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def organizer(self) -> bool:
        """Of the whole cohort or of one of its legs."""
        return self.administrator or self.lead or bool(self.leg_ids)

    @property
    def staff(self) -> bool:
        """May see the cohort in the console at all."""
        return self.organizer or self.desk or self.reader or bool(self.city_ids)


NOBODY = Standing()


def standing_in(user: Viewer, cohort: Cohort) -> Standing:
    """One query; none for the administrator and for anonymous."""
    return standings_in(user, [cohort])[cohort.pk]


def standings_in(user: Viewer, cohorts: Collection[Cohort]) -> dict[int, Standing]:
    """The standing in each of the cohorts, by id, with one query for all of them."""
    if not user.is_authenticated:
        return {cohort.pk: NOBODY for cohort in cohorts}
    if getattr(user, "is_superuser", False):
        return {cohort.pk: Standing(administrator=True) for cohort in cohorts}
    rows = list(
        CohortRole.objects.filter(user_id=user.pk)
        .filter(Q(cohort__in=cohorts) | Q(cohort__isnull=True, role=Role.COORDINATOR))
        .values_list("cohort_id", "role", "leg_id", "city_id")
    )
    return {
        cohort.pk: _standing([row[1:] for row in rows if row[0] in (None, cohort.pk)])
        for cohort in cohorts
    }


def _standing(rows: Sequence[tuple[str, int | None, int | None]]) -> Standing:
    return Standing(
        lead=any(role == Role.LEAD for role, _leg, _city in rows),
        leg_ids=frozenset(leg for role, leg, _city in rows if role == Role.LEG and leg),
        desk=any(role == Role.DESK for role, _leg, _city in rows),
        reader=any(role == Role.READER for role, _leg, _city in rows),
        city_ids=frozenset(city for role, _leg, city in rows if role == Role.COORDINATOR and city),
    )


def cohorts_of(user: Viewer) -> QuerySet[Cohort]:
    """The cohorts that a user may see in the console, newest first."""
    if not user.is_authenticated:
        return Cohort.objects.none()
    if getattr(user, "is_superuser", False):
        return Cohort.objects.all()
    roles = CohortRole.objects.filter(user_id=user.pk)
    if roles.filter(role=Role.COORDINATOR, cohort__isnull=True).exists():
        return Cohort.objects.all()
    return Cohort.objects.filter(pk__in=roles.values("cohort_id"))


def may_open_cohorts(user: Viewer) -> bool:
    """Administrators and every lead organizer may create a cohort."""
    if not user.is_authenticated:
        return False
    return (
        bool(getattr(user, "is_superuser", False))
        or CohortRole.objects.filter(user_id=user.pk, role=Role.LEAD).exists()
    )


def may_keep_shared_rows(user: Viewer) -> bool:
    """Organizations, venues, speakers, travel minutes belong to all: any organizer writes them."""
    if not user.is_authenticated:
        return False
    return (
        bool(getattr(user, "is_superuser", False))
        or CohortRole.objects.filter(user_id=user.pk, role__in=[Role.LEAD, Role.LEG]).exists()
    )


def may_see_shared_rows(user: Viewer) -> bool:
    """Whoever has a role anywhere may read organizations, venues, speakers and travel minutes."""
    if not user.is_authenticated:
        return False
    return (
        bool(getattr(user, "is_superuser", False))
        or CohortRole.objects.filter(user_id=user.pk).exists()
    )


def may_merge(user: Viewer) -> bool:
    """Whoever leads a cohort, and administrators, sort out what was entered twice."""
    return may_open_cohorts(user)


def led_cohort_ids(user: Viewer) -> frozenset[int] | None:
    """The cohorts that a user leads; None = administrator, who may act in all."""
    if not user.is_authenticated:
        return frozenset()
    if getattr(user, "is_superuser", False):
        return None
    roles = CohortRole.objects.filter(user_id=user.pk, role=Role.LEAD, cohort__isnull=False)
    return frozenset(roles.values_list("cohort_id", flat=True))
