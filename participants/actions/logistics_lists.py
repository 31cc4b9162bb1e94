"""Writing down who took a list of a leg out of the portal."""

from collections.abc import Sequence

from django.db import transaction

from cohorts.models import Leg
from g60portal.accounts.models import User
from g60portal.audit.record import record, record_each
from participants.models import Enrollment


@transaction.atomic
def note_list(
    *,
    legs: Sequence[Leg],
    name: str,
    columns: Sequence[str],
    by: User | None,
    reason: str = "",
    revealed: bool = False,
) -> None:
    """One audit line a leg for a list with personal columns, before it leaves. `revealed`: it
    shows papers in clear, so that there is one for each guest too, and everybody's own record
    tells of it."""
    for leg in legs if columns else ():
        record(
            "logistics.listed",
            leg,
            by=by,
            scope=leg.cohort.code,
            after={"list": name, "leg": leg.position, "columns": list(columns)},
            reason=reason,
        )
    if revealed:
        guests = Enrollment.objects.active().filter(stays__room__hotel__leg__in=legs).distinct()
        record_each(
            "identity.revealed",
            [(one, {}, {}) for one in guests.select_related("person").order_by("pk")],
            by=by,
            scope=legs[0].cohort.code,
            reason=reason,
        )
