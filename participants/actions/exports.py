"""Writing down who took the roster out of the portal, and with which columns."""

from collections.abc import Sequence

from django.db import transaction

from cohorts.models import Cohort
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record


@transaction.atomic
def note_export(
    *,
    cohort: Cohort,
    format: str,  # noqa: A002 - the word of the API
    columns: Sequence[str],
    by: User | None,
    reveal: bool = False,
    reason: str = "",
) -> None:
    """One audit line, before the first byte leaves. Opened identity numbers need a reason."""
    if reveal and not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    record(
        "roster.revealed" if reveal else "roster.exported",
        cohort,
        by=by,
        scope=cohort.code,
        after={"format": format, "columns": list(columns)},
        reason=reason.strip(),
    )
