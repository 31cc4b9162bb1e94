"""Accepted clashes: which of the clashes found somebody has decided to live with.

An acceptance holds while what is wrong is what it was; otherwise its clash is open again and says
why it had been accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cohorts.models import Cohort
from sessions.models import ClashAcceptance
from sessions.rules.clashes import Clash


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, and why."""

    fingerprint: str
    reason: str


def accepted_in(cohort: Cohort) -> dict[str, Accepted]:
    """Every acceptance of the cohort by the key of its clash, in one query."""
    rows = ClashAcceptance.objects.filter(cohort=cohort)
    return {
        key: Accepted(fingerprint, reason)
        for key, fingerprint, reason in rows.values_list("key", "fingerprint", "reason")
    }


def judged(clashes: Iterable[Clash], accepted: Mapping[str, Accepted]) -> list[Clash]:
    """The clashes with their acceptances. A hard clash is never accepted."""
    if not accepted:
        return list(clashes)
    return [_judged(clash, accepted.get(clash.key)) for clash in clashes]


def _judged(clash: Clash, then: Accepted | None) -> Clash:
    if then is None or clash.hard:
        return clash
    return clash.judged(accepted=then.fingerprint == clash.fingerprint, reason=then.reason)
