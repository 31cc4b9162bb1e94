"""One step of a nomination: the lock under which it is made, the demand that it may be made, and
the row, the log and the audit that it leaves. Every action on nominations goes through here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cohorts.actions.locking import locked_open
from cohorts.choices import CohortState
from cohorts.models import Cohort, Quota
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked, locked_rows
from g60portal.notices.outbox import write_notices
from participants.choices import EXPLAINED_NOMINATIONS, NominationState
from participants.models import Nomination, NominationLink, NominationStep
from participants.models.nomination import REASON_LENGTH
from participants.notices.nomination_news import nomination_news
from participants.notices.nominee_news import nominee_news
from participants.refusals import NominationMove, NominationsClosed
from participants.rules.nominations import may_move

# From here on the roster is history.
OVER = frozenset({CohortState.FINISHING, CohortState.COMPLETED})
_ENDED = frozenset({NominationState.DECLINED, NominationState.WITHDRAWN, NominationState.REPLACED})


@dataclass(frozen=True)
class Locked:
    """A nomination with what stands above it, all locked. A city without a quota has none."""

    cohort: Cohort
    quota: Quota | None
    nomination: Nomination


def locked_nominations(cohort: Cohort) -> Cohort:
    """The cohort, locked; CohortClosed or NominationsClosed when it takes no more steps."""
    row = locked_open(cohort)
    if row.state in OVER:
        raise NominationsClosed(facts={"state": row.state})
    return row


def locked_quota(cohort: Cohort, city_id: int) -> Quota | None:
    """Expects the lock of the cohort."""
    rows = locked_rows(Quota.objects.filter(cohort=cohort, city_id=city_id))
    return rows[0] if rows else None


def lock_nomination(nomination: Nomination) -> Locked:
    """Cohort, quota, nomination, in this order, read again."""
    cohort = locked_nominations(nomination.cohort)
    quota = locked_quota(cohort, nomination.city_id)
    row = locked(nomination)
    row.cohort = cohort
    return Locked(cohort, quota, row)


def demand_move(nomination: Nomination, target: str, reason: str = "") -> None:
    """NominationMove or ReasonMissing unless the step may be made. An own draft needs no reason."""
    if not may_move(nomination.state, target):
        raise NominationMove(facts={"state": nomination.state, "target": target})
    draft = nomination.state == NominationState.DRAFT
    if target in EXPLAINED_NOMINATIONS and not draft and not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})


def make_step(
    nomination: Nomination, target: str, *, by: User | None, reason: str = "", **columns: Any
) -> NominationStep:
    """Write the state with `columns`, the step and the audit line. Expects the locks."""
    reason = reason.strip()[:REASON_LENGTH]
    before = {"state": nomination.state}
    for name, value in {**columns, "state": target, "state_reason": reason}.items():
        setattr(nomination, name, value)
    nomination.save(update_fields=["state", "state_reason", *columns])
    step = NominationStep.objects.create(
        nomination=nomination,
        state=target,
        priority=nomination.priority if target == NominationState.WAITLISTED else None,
        reason=reason,
        by=by,
        at=clock.now(),
    )
    record(
        f"nomination.{target}",
        nomination,
        by=by,
        scope=nomination.cohort.code,
        before=before,
        after={"state": target, "city_id": nomination.city_id},
        reason=reason,
    )
    if target in _ENDED:
        close_links(nomination)
    return step


def close_links(nomination: Nomination) -> None:
    """The private addresses that lead to this nomination die."""
    NominationLink.objects.filter(nomination=nomination, closed_at__isnull=True).update(
        closed_at=clock.now()
    )


def tell(steps: Iterable[NominationStep], *, by: User | None) -> None:
    """Write to the coordinators and the nominees whom these steps concern."""
    made = list(steps)
    write_notices([*nomination_news(made, by=by), *nominee_news(made)])
