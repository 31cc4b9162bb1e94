"""Moving a cohort from state to state: the only writer of `Cohort.state`.

The allowed moves stand in `cohorts.choices`, the guards in `cohorts.rules.states`.
"""

from django.db import transaction

from cohorts.choices import CohortState
from cohorts.models import Cohort
from cohorts.refusals import MoveNotReady, NoSuchMove, ReasonMissing
from cohorts.rules.states import CohortFacts, may_move, needs_reason, obstacles_to
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked
from sessions.queries.cohort_facts import cohort_facts


@transaction.atomic
def move_cohort(*, cohort: Cohort, target: str, reason: str, by: User | None) -> Cohort:
    """Move to the target state. Locks the cohort, so that nothing the guards saw changes meanwhile.

    Raises NoSuchMove, ReasonMissing, or MoveNotReady with every reason against it.
    """
    row = locked(cohort)
    source = row.state
    if target not in CohortState.values or not may_move(source, target):
        raise NoSuchMove(
            fields={"state": NoSuchMove.text}, facts={"state": source, "target": target}
        )
    if needs_reason(source, target) and not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    _demand_ready(cohort_facts(row), target)
    row.state = target
    row.save(update_fields=["state"])
    record(
        "cohort.moved",
        row,
        by=by,
        scope=row.code,
        before={"state": source},
        after={"state": target},
        reason=reason.strip(),
    )
    return row


def _demand_ready(facts: CohortFacts, target: str) -> None:
    obstacles = obstacles_to(facts, target)
    if not obstacles:
        return
    texts = [str(obstacle.text) for obstacle in obstacles]
    raise MoveNotReady(
        " ".join(texts),
        fields={"state": " ".join(texts)},
        facts={
            "reasons": [
                {"code": obstacle.code, "text": str(obstacle.text)} for obstacle in obstacles
            ]
        },
    )
