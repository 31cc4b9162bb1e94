"""Invented nominations for tests: a cohort with quotas, and people on their way."""

from collections.abc import Mapping
from typing import Any

from cohorts.models import Cohort
from participants.actions.admissions import admit_nomination, waitlist_nomination
from participants.actions.nominations import (
    check_nomination,
    create_nomination,
    submit_nomination,
)
from participants.models import Nomination
from tests.factories import CohortFactory, QuotaFactory, city
from tests.participants.people import identity_number


def open_cohort(quotas: Mapping[str, int] | None = None, **facts: Any) -> Cohort:
    """Taking nominations, with these seats by city."""
    given = {"songjiang": 2} if quotas is None else quotas
    cohort = CohortFactory(**{"seats": 45, "state": "nominating", **facts})
    for code, seats in given.items():
        QuotaFactory(cohort=cohort, city=city(code), seats=seats)
    return cohort


def facts(number: int, **more: Any) -> dict[str, Any]:
    """What a city says about somebody; `number` tells people apart."""
    return {
        "name": f"钱{chr(0x4E00 + number)}",
        "organization": f"示例{number}科技有限公司",
        "title": "总经理",
        "phone": f"139{number:08}",
        "email": f"nominee{number}@example.org",
        "identity": identity_number(number % 1000, birth=f"19{70 + number // 1000}0101"),
        "reason": "行业骨干",
        **more,
    }


def drafted(cohort: Cohort, number: int, code: str = "songjiang", **more: Any) -> Nomination:
    return create_nomination(cohort=cohort, city=city(code), facts=facts(number, **more), by=None)


def submitted(cohort: Cohort, number: int, code: str = "songjiang", **more: Any) -> Nomination:
    return submit_nomination(nomination=drafted(cohort, number, code, **more), by=None)


def checked(cohort: Cohort, number: int, code: str = "songjiang", **more: Any) -> Nomination:
    return check_nomination(nomination=submitted(cohort, number, code, **more), by=None)


def admitted(cohort: Cohort, number: int, code: str = "songjiang", **more: Any) -> Nomination:
    """Admitted, or on the waiting list where the city is full."""
    return admit_nomination(nomination=checked(cohort, number, code, **more), by=None)


def waiting(cohort: Cohort, number: int, code: str = "songjiang", **more: Any) -> Nomination:
    return waitlist_nomination(
        nomination=checked(cohort, number, code, **more), reason="名额已满", by=None
    )


def states(cohort: Cohort) -> dict[str, str]:
    """By name."""
    return dict(Nomination.objects.filter(cohort=cohort).values_list("name", "state"))
