"""Writing down who had contacts printed: one audit line a document, before it leaves."""

from collections.abc import Iterable

from django.db import transaction

from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from participants.actions.logistics_lists import note_list
from participants.queries.logistics import legs_in_reach
from sessions.documents.catalogue import Document


@transaction.atomic
def note_printing(
    *,
    cohort: Cohort,
    documents: Iterable[Document],
    standing: Standing,
    by: User,
    reason: str = "",
) -> None:
    """Documents without personal columns leave no line. With a reason, one that reveals papers
    leaves one for each person too."""
    for document in documents:
        if document.reveals and reason:
            legs = [state.leg for state in legs_in_reach(standing, cohort)]
            note_list(
                legs=legs,
                name=document.name,
                columns=["identity"],
                by=by,
                reason=reason,
                revealed=True,
            )
        columns = document.personal(standing)
        if columns:
            record(
                "document.printed",
                cohort,
                by=by,
                scope=cohort.code,
                after={"document": document.name, "columns": list(columns)},
            )
