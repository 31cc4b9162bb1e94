"""Creating a cohort and changing its facts. Its state moves in `sessions.actions.cohort_states`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from cohorts.actions.locking import locked_open
from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole, Leg, Quota
from cohorts.refusals import (
    CodeFixed,
    CodeMalformed,
    CodeTaken,
    DatesReversed,
    LegOutsideCohort,
    QuotasAboveSeats,
    SeatsNotPositive,
    ThresholdsWrong,
    WaitTooLong,
)
from cohorts.rules.codes import fits_as_code
from cohorts.rules.legs import Days, legs_outside
from cohorts.rules.quotas import seats_over
from cohorts.rules.thresholds import (
    LONGEST_WAIT_SECONDS,
    differing_from_defaults,
    threshold_problems,
)
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record

CHANGEABLE = frozenset(
    {
        "edition",
        "title",
        "title_en",
        "seats",
        "starts_on",
        "ends_on",
        "plan_number",
        "certificate_prefix",
        "required_hours",
        "attendance_percent",
        "release_needs_consent",
        "wait_seconds",
        "message_needs_review",
        "reminder_time",
        "transfer_reminder_minutes",
        "escalate_minutes",
        "rules",
    }
)


@transaction.atomic
def create_cohort(
    *,
    code: str,
    edition: int,
    title: str,
    title_en: str,
    seats: int,
    starts_on: dt.date,
    ends_on: dt.date,
    by: User | None,
    **facts: Any,
) -> Cohort:
    """A new cohort in draft; who creates it becomes its lead organizer."""
    if not fits_as_code(code):
        raise CodeMalformed(fields={"code": CodeMalformed.text})
    given = {
        "edition": edition,
        "title": title,
        "title_en": title_en,
        "seats": seats,
        "starts_on": starts_on,
        "ends_on": ends_on,
        **facts,
    }
    _demand_known(given)
    cohort = Cohort(code=code, **given)
    _demand_sound(cohort)
    _insert(cohort)
    record("cohort.created", cohort, by=by, scope=code, after={"code": code, **given})
    if by is not None:
        CohortRole.objects.create(user=by, role=Role.LEAD, cohort=cohort)
    return cohort


@transaction.atomic
def change_cohort(*, cohort: Cohort, facts: Mapping[str, Any], by: User | None) -> Cohort:
    """Change any of `CHANGEABLE`. Locks the cohort; legs and quotas have to fit afterwards."""
    row = locked_open(cohort)
    if facts.get("code", row.code) != row.code:
        raise CodeFixed(fields={"code": CodeFixed.text})
    wanted = {name: value for name, value in facts.items() if name != "code"}
    _demand_known(wanted)
    before, after = changes(row, wanted)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _demand_sound(row)
    _demand_legs_inside(row)
    _demand_quotas_fit(row)
    row.save(update_fields=list(after))
    record("cohort.changed", row, by=by, scope=row.code, before=before, after=after)
    return row


@transaction.atomic
def change_thresholds(*, cohort: Cohort, thresholds: Mapping[str, Any], by: User | None) -> Cohort:
    """Change some thresholds and keep the others; None takes one back to its default. Locks the
    cohort."""
    row = locked_open(cohort)
    given = {name: value for name, value in thresholds.items() if value is not None}
    kept = {name: value for name, value in row.rules.items() if name not in thresholds}
    problems = threshold_problems({**kept, **given})
    if problems:
        raise ThresholdsWrong(fields=problems)
    rules = differing_from_defaults({**kept, **given})
    return change_cohort(cohort=row, facts={"rules": rules}, by=by)


def _insert(cohort: Cohort) -> None:
    try:
        with transaction.atomic():
            cohort.save(force_insert=True)
    except IntegrityError:
        if Cohort.objects.filter(code=cohort.code).exists():
            raise CodeTaken(fields={"code": CodeTaken.text}) from None
        raise


def _demand_known(facts: Mapping[str, Any]) -> None:
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"A cohort has no facts {sorted(unknown)}.")


def _demand_sound(cohort: Cohort) -> None:
    if cohort.seats < 1:
        raise SeatsNotPositive(fields={"seats": SeatsNotPositive.text})
    if cohort.wait_seconds > LONGEST_WAIT_SECONDS:
        raise WaitTooLong(fields={"wait_seconds": WaitTooLong.text})
    if cohort.ends_on < cohort.starts_on:
        raise DatesReversed(fields={"ends_on": DatesReversed.text})
    problems = threshold_problems(cohort.rules)
    if problems:
        raise ThresholdsWrong(fields=problems)


def _demand_legs_inside(cohort: Cohort) -> None:
    legs = [Days(leg.starts_on, leg.ends_on, leg.pk) for leg in Leg.objects.filter(cohort=cohort)]
    outside = legs_outside(Days(cohort.starts_on, cohort.ends_on), legs)
    if not outside:
        return
    name = "starts_on" if outside[0].starts_on < cohort.starts_on else "ends_on"
    raise LegOutsideCohort(
        fields={name: LegOutsideCohort.text}, facts={"legs": [leg.key for leg in outside]}
    )


def _demand_quotas_fit(cohort: Cohort) -> None:
    quotas = list(Quota.objects.filter(cohort=cohort).values_list("seats", flat=True))
    if seats_over(quotas, cohort.seats):
        raise QuotasAboveSeats(
            fields={"seats": QuotasAboveSeats.text},
            facts={"quota_seats": sum(quotas), "seats": cohort.seats},
        )
