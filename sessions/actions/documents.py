"""Writing down who had contacts printed: one audit line a document, before it leaves."""

from collections.abc import Iterable

from django.db import transaction

from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from sessions.documents.catalogue import Document


@transaction.atomic
def note_printing(
    *, cohort: Cohort, documents: Iterable[Document], standing: Standing, by: User
) -> None:
    """Documents without phones or addresses leave no line."""
    for document in documents:
        columns = document.personal(standing)
        if columns:
            record(
                "document.printed",
                cohort,
                by=by,
                scope=cohort.code,
                after={"document": document.name, "columns": list(columns)},
            )
