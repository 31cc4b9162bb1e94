"""Reminding participants whose logistics form is not there yet."""

from django.db import transaction

from cohorts.models import Leg
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.notices.outbox import write_notices
from participants.notices.logistics_due import logistics_due
from participants.queries.logistics import (
    FormRow,
    forms_of_leg,
    leg_with_logistics,
    legs_to_remind,
)


@transaction.atomic
def remind_of_logistics() -> int:
    """The reminders that are due by themselves; answers how many were new. The keys of the rows see
    to it that nobody is reminded twice for one deadline."""
    count = 0
    for state in legs_to_remind():
        count += write_notices(logistics_due(state, _missing(state.leg)))
    return count


@transaction.atomic
def remind_missing(*, leg: Leg, by: User | None) -> int:
    """An organizer reminds everybody who has not filled in the form, at most once a day; answers
    how many were told."""
    state = leg_with_logistics(leg.cohort, leg.pk)
    if state is None:
        return 0
    count = write_notices(logistics_due(state, _missing(leg), by_hand=True))
    if count:
        after = {"leg": leg.position, "people": count}
        record("logistics.reminded", leg, by=by, scope=leg.cohort.code, after=after)
    return count


def _missing(leg: Leg) -> list[FormRow]:
    return [row for row in forms_of_leg(leg) if row.form is None]
