"""The only writer of accepted clashes: living with a soft clash, and no longer doing so.

Both lock the cohort, under which sessions are written too: what is accepted is what there is.
"""

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from sessions import refusals
from sessions.models import ClashAcceptance
from sessions.queries.clash_acceptances import Accepted, judged
from sessions.queries.clashes import clashes_of
from sessions.rules.clashes import Clash

LONGEST_REASON = 300


@transaction.atomic
def accept_clash(*, cohort: Cohort, key: str, reason: str, by: User | None) -> Clash:
    """The soft clash of this key stays as it is, for a reason. Answers the clash, now accepted.

    Raises ClashUnknown, ClashHard, ClashAlreadyAccepted or AcceptanceReasonMissing. One whose facts
    have changed since it was accepted can be accepted again.
    """
    row = locked_open(cohort)
    words = _demand_reason(reason)
    clash = next((found for found in clashes_of(row) if found.key == key), None)
    if clash is None:
        raise refusals.ClashUnknown
    if clash.hard:
        raise refusals.ClashHard(facts={"clash": clash.code})
    if clash.accepted:
        raise refusals.ClashAlreadyAccepted(facts={"reason": clash.reason})
    acceptance, _new = ClashAcceptance.objects.update_or_create(
        cohort=row,
        key=key,
        defaults={
            "code": clash.code,
            "fingerprint": clash.fingerprint,
            "reason": words,
            "by": by,
            "accepted_at": clock.now(),
        },
    )
    record(
        "clash.accepted",
        acceptance,
        by=by,
        scope=row.code,
        before={"reason": clash.reason} if clash.reopened else None,
        after={"code": clash.code, "sessions": clash.sessions, "facts": clash.facts},
        reason=words,
    )
    return judged([clash], {key: Accepted(clash.fingerprint, words)})[0]


@transaction.atomic
def reopen_clash(*, cohort: Cohort, key: str, by: User | None) -> None:
    """The clash counts as open again. Raises ClashNotAccepted."""
    row = locked_open(cohort)
    acceptance = ClashAcceptance.objects.filter(cohort=row, key=key).first()
    if acceptance is None:
        raise refusals.ClashNotAccepted
    record(
        "clash.reopened",
        acceptance,
        by=by,
        scope=row.code,
        before={"code": acceptance.code, "reason": acceptance.reason},
    )
    acceptance.delete()


def _demand_reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not 0 < len(words) <= LONGEST_REASON:
        text = refusals.AcceptanceReasonMissing.text
        raise refusals.AcceptanceReasonMissing(fields={"reason": text})
    return words
