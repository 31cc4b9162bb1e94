"""Giving and taking roles in a cohort. A person who is named and unknown gets an account."""

from django.db import IntegrityError, transaction

from cohorts.actions.locking import locked_open
from cohorts.choices import Role
from cohorts.models import City, Cohort, CohortRole, Leg
from cohorts.refusals import LastLead, RoleAlreadyGiven, RoleIncomplete
from g60portal.accounts.actions import open_account
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.constraints import broken_constraint

# The roles that also exist without a cohort.
ROLES_EVERYWHERE = (Role.LEAD, Role.COORDINATOR)


@transaction.atomic
def grant_role(
    *,
    cohort: Cohort,
    email: str,
    role: str,
    by: User | None,
    leg: Leg | None = None,
    city: City | None = None,
    name: str = "",
    language: str = "zh-hans",
) -> CohortRole:
    """Give a role in this cohort. Locks the cohort.

    `leg` counts for leg organizers only and `city` for coordinators only; name and language are
    those of a new account.
    """
    row = locked_open(cohort)
    scope = _scope(row, role, leg, city)
    user, made = open_account(email=email, name=name, language=language)
    if made:
        record("account.opened", user, by=by, scope=row.code)
    granted = CohortRole(user=user, role=role, cohort=row, **scope)
    _insert(granted)
    record("role.granted", granted, by=by, scope=row.code, after={"role": role, **scope})
    return granted


@transaction.atomic
def revoke_role(*, cohort_role: CohortRole, by: User | None) -> None:
    """Take a role of a cohort. Locks the cohort; its last lead organizer stays."""
    if cohort_role.cohort is None:
        raise ValueError("Roles outside a cohort are kept in the admin.")
    cohort = locked_open(cohort_role.cohort)
    row = CohortRole.objects.select_related("user").get(pk=cohort_role.pk)
    if row.role == Role.LEAD and not _other_leads(cohort, row):
        raise LastLead
    record(
        "role.revoked",
        row,
        by=by,
        scope=cohort.code,
        before={"role": row.role, "leg": row.leg, "city": row.city},
    )
    row.delete()


@transaction.atomic
def grant_role_everywhere(
    *, user: User, role: str, by: User | None, city: City | None = None
) -> CohortRole:
    """A role outside any cohort: a lead who may open cohorts, a coordinator of a city in all."""
    if role not in ROLES_EVERYWHERE or (role == Role.COORDINATOR and city is None):
        raise RoleIncomplete(fields={"role": RoleIncomplete.text})
    place = city if role == Role.COORDINATOR else None
    granted = CohortRole(user=user, role=role, city=place)
    _insert(granted)
    record("role.granted", granted, by=by, after={"role": role, "city": place})
    return granted


@transaction.atomic
def revoke_role_everywhere(*, cohort_role: CohortRole, by: User | None) -> None:
    """Take a role outside any cohort."""
    if cohort_role.cohort_id is not None:
        raise ValueError("Roles of a cohort are taken by `revoke_role`.")
    record(
        "role.revoked",
        cohort_role,
        by=by,
        before={"role": cohort_role.role, "city": cohort_role.city},
    )
    cohort_role.delete()


def _scope(
    cohort: Cohort, role: str, leg: Leg | None, city: City | None
) -> dict[str, Leg | City | None]:
    if role == Role.LEG and (leg is None or leg.cohort_id != cohort.pk):
        raise RoleIncomplete(fields={"leg": RoleIncomplete.text})
    if role == Role.COORDINATOR and city is None:
        raise RoleIncomplete(fields={"city": RoleIncomplete.text})
    return {
        "leg": leg if role == Role.LEG else None,
        "city": city if role == Role.COORDINATOR else None,
    }


def _insert(granted: CohortRole) -> None:
    try:
        with transaction.atomic():
            granted.save(force_insert=True)
    except IntegrityError as error:
        if broken_constraint(error) == "role_unique":
            raise RoleAlreadyGiven(fields={"email": RoleAlreadyGiven.text}) from None
        raise


def _other_leads(cohort: Cohort, row: CohortRole) -> bool:
    return CohortRole.objects.filter(cohort=cohort, role=Role.LEAD).exclude(pk=row.pk).exists()
