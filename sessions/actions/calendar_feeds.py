"""Giving a participant a new calendar address; the old one is dead from then on."""

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked
from participants.models import Enrollment


@transaction.atomic
def renew_calendar_address(*, enrollment: Enrollment, by: User | None) -> Enrollment:
    """Locks the enrollment; for an address that was passed on or lost with a phone."""
    row = locked(enrollment)
    row.feed_generation += 1
    row.save(update_fields=["feed_generation"])
    record("calendar_address_renewed", row, by=by, scope=row.cohort.code)
    return row
