"""Changes that one host asks of another: proposed, accepted, declined, withdrawn.

What is accepted is written by the actions on training sessions, as the one who accepts. Every
action locks the cohort, then the session, then the proposal, so of two answers at once the second
finds the first.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort, Leg
from cohorts.permissions import may_edit_leg
from cohorts.queries.standing import Standing, standing_in
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Stale
from g60portal.notices.outbox import write_notices
from sessions import refusals
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
)
from sessions.choices import ProposalState, SessionState
from sessions.models import Proposal, TrainingSession
from sessions.notices.proposals import proposal_answered, proposal_asked
from sessions.queries.leg_rights import legs_to_ask, touched_by
from sessions.queries.proposed_facts import (
    REASON,
    TIMES,
    RowGone,
    differing,
    plain_facts,
    present_facts,
    typed_facts,
)
from sessions.queries.timetable import session_shape, sessions_found


@transaction.atomic
def propose_change(
    *,
    cohort: Cohort,
    leg: Leg,
    training_session: TrainingSession | None,
    version: int,
    facts: Mapping[str, Any],
    note: str,
    by: User | None,
) -> Proposal:
    """Ask the host of `leg`. `facts` are those of the actions on sessions, with `speakers` and
    `groups`, and a `reason` where the state is to be cancelled; without a session one is to be
    made. Only what differs from the session is kept.

    The change is rehearsed: what a rule would refuse is refused now. Hard clashes are not, because
    they may be solved until the answer.
    """
    open_cohort = locked_open(cohort)
    row = _session_at(open_cohort, training_session, version)
    asked = _whole_times(row, facts)
    before, proposed = _what_differs(row, plain_facts(asked))
    _demand_one_host(standing_of(by, open_cohort), open_cohort, leg, row, asked)
    open_ones = Proposal.objects.filter(cohort=open_cohort, state=ProposalState.OPEN)
    if open_ones.filter(training_session=row, leg=leg, facts=proposed).exists():
        raise refusals.AlreadyProposed
    _rehearse(row, asked, by)
    proposal = Proposal(
        cohort=open_cohort,
        leg=leg,
        training_session=row,
        version=row.version if row else 0,
        facts=proposed,
        before=before,
        note=note.strip(),
        by=by,
    )
    proposal.save(force_insert=True)
    _record("proposal.made", proposal, by, before=before, after=proposed, reason=proposal.note)
    write_notices(proposal_asked(proposal))
    return proposal


@transaction.atomic
def accept_proposal(*, proposal: Proposal, answer: str, by: User | None) -> Proposal:
    """Carry out what was proposed, at the session's present version.

    Raises ProposalDecided, ProposalOutdated when the very facts have changed since, ProposerLeft,
    or what the change itself is refused for (Clash); the proposal then stays open.
    """
    row = _locked_open(proposal)
    facts = _still_meant(row)
    _demand_both_hosts(row, facts, by)
    written = _write(row.training_session, facts, by)
    if row.training_session is None:
        row.training_session = written
        row.save(update_fields=["training_session"])
    return _decide(row, ProposalState.ACCEPTED, answer, by)


@transaction.atomic
def decline_proposal(*, proposal: Proposal, answer: str, by: User | None) -> Proposal:
    return _decide(_locked_open(proposal), ProposalState.DECLINED, answer, by)


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: User | None) -> Proposal:
    """Taken back by the one who made it; nobody is told, mails not yet sent are not sent."""
    return _decide(_locked_open(proposal), ProposalState.WITHDRAWN, "", by)


def standing_of(by: User | None, cohort: Cohort) -> Standing:
    return standing_in(by or AnonymousUser(), cohort)


def _session_at(cohort: Cohort, row: TrainingSession | None, version: int) -> Any:
    """The session under its lock at the version that was read, with its people as ids."""
    if row is None:
        return None
    if row.cohort_id != cohort.pk:
        raise refusals.LegElsewhere
    current = locked(row)
    if current.version != version:
        raise Stale(facts={"current": session_shape(cohort, current.pk)})
    return sessions_found(cohort).select_related("leg", "cohort").get(pk=current.pk)


def _whole_times(row: TrainingSession | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Beginning and end go together, so that a later change of either is noticed."""
    if row is None or not set(TIMES) & set(facts):
        return dict(facts)
    return {"starts_at": row.starts_at, "ends_at": row.ends_at, **facts}


def _what_differs(row: Any, plain: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts as they stand, and as they are proposed. Raises NothingProposed."""
    if row is None:
        return {}, plain
    present = present_facts(row, plain)
    proposed = differing(plain, present)
    if not proposed:
        raise refusals.NothingProposed
    if REASON in plain:
        proposed[REASON] = plain[REASON]
    return {name: present[name] for name in proposed if name in present}, proposed


def _demand_one_host(
    standing: Standing, cohort: Cohort, leg: Leg, row: Any, facts: Mapping[str, Any]
) -> None:
    asked = legs_to_ask(standing, cohort, [(row, facts)])
    if not asked:
        raise refusals.NoConsentNeeded
    if [other.pk for other in asked] != [leg.pk]:
        raise refusals.SeveralHostsTouched(facts={"legs": [other.pk for other in asked]})


def _rehearse(row: Any, facts: Mapping[str, Any], by: User | None) -> None:
    """Carry the change out and take it back. A clash may be solved until the answer."""
    with suppress(refusals.Clash), transaction.atomic():
        _write(row, dict(facts), by)
        transaction.set_rollback(True)


def _locked_open(proposal: Proposal) -> Proposal:
    """The proposal under its lock, after cohort and session. Raises ProposalDecided."""
    cohort = locked_open(proposal.cohort)
    known = Proposal.objects.filter(pk=proposal.pk).select_related("training_session").first()
    if known is not None and known.training_session is not None:
        locked(known.training_session)
    row = locked(proposal)
    if row.state != ProposalState.OPEN:
        raise refusals.ProposalDecided(facts={"state": row.state})
    row.cohort = cohort
    return row


def _still_meant(row: Proposal) -> dict[str, Any]:
    """The proposed facts, if nobody has touched them since."""
    try:
        facts = typed_facts(row.facts)
    except RowGone:
        raise _outdated(row) from None
    if row.training_session is not None:
        now = sessions_found(row.cohort).get(pk=row.training_session.pk)
        if present_facts(now, row.before) != row.before:
            raise _outdated(row)
    return facts


def _outdated(row: Proposal) -> refusals.ProposalOutdated:
    session_id = row.training_session_id
    current = session_shape(row.cohort, session_id) if session_id is not None else None
    facts = {"current": current, "before": row.before, "proposed": row.facts}
    return refusals.ProposalOutdated(facts=facts)


def _demand_both_hosts(row: Proposal, facts: Mapping[str, Any], by: User | None) -> None:
    """The legs that the change touches today: the one asked, and those of who proposed it."""
    legs = list(Leg.objects.filter(cohort=row.cohort))
    touched = touched_by(legs, row.training_session, facts) - {row.leg_id}
    own = [leg for leg in legs if leg.pk in touched]
    standings = (standing_of(row.by, row.cohort), standing_of(by, row.cohort))
    if not all(any(may_edit_leg(standing, leg.pk) for standing in standings) for leg in own):
        raise refusals.ProposerLeft


def _write(row: TrainingSession | None, facts: dict[str, Any], by: User | None) -> TrainingSession:
    speakers, groups = facts.pop("speakers", None), facts.pop("groups", None)
    reason = facts.pop(REASON, "")
    if row is None:
        return create_training_session(
            leg=facts.pop("leg"), facts=facts, speakers=speakers or [], groups=groups or [], by=by
        )
    if facts.get("state") == SessionState.CANCELLED:
        return cancel_training_session(
            training_session=row, version=row.version, reason=reason, by=by
        )
    return change_training_session(
        training_session=row,
        version=row.version,
        facts=facts,
        speakers=speakers,
        groups=groups,
        by=by,
    )


def _decide(row: Proposal, state: ProposalState, answer: str, by: User | None) -> Proposal:
    row.state, row.answer = state, answer.strip()
    row.decided_by, row.decided_at = by, clock.now()
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    before, after = {"state": ProposalState.OPEN}, {"state": state}
    _record(f"proposal.{state}", row, by, before=before, after=after, reason=row.answer)
    if state != ProposalState.WITHDRAWN:
        write_notices(proposal_answered(row))
    return row


def _record(
    verb: str,
    row: Proposal,
    by: User | None,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str,
) -> None:
    record(verb, row, by=by, scope=row.cohort.code, before=before, after=after, reason=reason)
