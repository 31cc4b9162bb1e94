"""How long a cohort keeps what, within the limits of the rules."""

from collections.abc import Mapping

from django.db import transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked
from participants.models import RetentionTerm
from participants.refusals import TermOutside
from participants.rules.retention import TERMS, term_problem


@transaction.atomic
def set_terms(*, cohort: Cohort, days: Mapping[str, int], by: User | None) -> None:
    """Locks the cohort. Raises TermOutside at the groups that break their limits."""
    row = locked(cohort)
    problems = {group: term_problem(group, count) for group, count in days.items()}
    wrong = {group: term for group, term in problems.items() if term}
    if wrong:
        raise TermOutside(
            fields=dict.fromkeys(wrong, TermOutside.text),
            facts={g: {"shortest": t.shortest, "longest": t.longest} for g, t in wrong.items()},
        )
    before = dict(RetentionTerm.objects.filter(cohort=row).values_list("group", "days"))
    after = {group: count for group, count in days.items() if count != TERMS[group].days}
    if before == after:
        return
    RetentionTerm.objects.filter(cohort=row).delete()
    RetentionTerm.objects.bulk_create(
        [RetentionTerm(cohort=row, group=group, days=count) for group, count in after.items()]
    )
    record("retention.changed", row, by=by, scope=row.code, before=before, after=after)
