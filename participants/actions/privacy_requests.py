"""Requests of people about their own data: received, worked on, held, done, refused.

A copy is made by a task. A deletion asked for while a cohort runs is held until it has ended, and
then carried out by the nightly purge.
"""

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.queue import enqueue
from g60portal.common.row_walls import as_system
from participants.actions.consents import withdraw_consent
from participants.actions.erasure import CAUSE_REQUEST, erase
from participants.choices import (
    OPEN_REQUESTS,
    REQUEST_MOVES,
    ConsentPurpose,
    RequestKind,
    RequestState,
)
from participants.models import Person, PrivacyRequest, RetentionHold
from participants.queries.privacy import cohort_ends, rows_of_person
from participants.queries.retention import HOLDINGS
from participants.refusals import (
    AnswerMissing,
    HoldInForce,
    RequestMove,
    RequestOpen,
    WishMissing,
)
from participants.rules.retention import answer_due_on, held_until


@as_system()
@transaction.atomic
def make_request(
    *, person: Person, kind: str, wish: str, channel: str, by: User | None
) -> PrivacyRequest:
    """Locks the person. Raises RequestOpen, WishMissing."""
    row = locked(person)
    if kind == RequestKind.CORRECTION and not wish.strip():
        raise WishMissing(fields={"wish": WishMissing.text})
    present = PrivacyRequest.objects.filter(person=row, kind=kind, state__in=OPEN_REQUESTS).first()
    if present:
        raise RequestOpen(facts={"request": present.pk})
    today = clock.today()
    until = held_until(cohort_ends(row), today) if kind == RequestKind.DELETION else None
    request = PrivacyRequest.objects.create(
        person=row,
        kind=kind,
        wish=wish.strip(),
        channel=channel,
        by=by,
        state=RequestState.HELD if until else RequestState.RECEIVED,
        held_until=until,
        due_on=answer_due_on(until or today),
    )
    record("privacy_request.made", request, by=by, after={"kind": kind, "channel": channel})
    if kind == RequestKind.COPY:
        enqueue("participants.tasks.make_data_copy", request.pk)
    return request


@as_system()
@transaction.atomic
def take_up_request(*, request: PrivacyRequest, by: User | None) -> PrivacyRequest:
    return _moved(locked(request), RequestState.IN_WORK, "", by=by)


@as_system()
@transaction.atomic
def finish_request(*, request: PrivacyRequest, answer: str, by: User | None) -> PrivacyRequest:
    """Done. For a deletion this deletes; a cohort that still runs, or a hold, stands in the way.

    Locks the request. Raises RequestMove, AnswerMissing, HoldInForce.
    """
    row = locked(request)
    if row.kind == RequestKind.CORRECTION and not answer.strip():
        raise AnswerMissing(fields={"answer": AnswerMissing.text})
    _demand_move(row, RequestState.DONE)
    if row.kind == RequestKind.DELETION:
        _delete_data(row, by=by)
    return _moved(row, RequestState.DONE, answer.strip(), by=by)


@as_system()
@transaction.atomic
def refuse_request(*, request: PrivacyRequest, answer: str, by: User | None) -> PrivacyRequest:
    if not answer.strip():
        raise AnswerMissing(fields={"answer": AnswerMissing.text})
    return _moved(locked(request), RequestState.REFUSED, answer.strip(), by=by)


def release_held() -> int:
    """Carry out the deletions whose cohorts have ended; one under a hold goes to the lead."""
    rows = PrivacyRequest.objects.filter(state=RequestState.HELD, held_until__lt=clock.today())
    count = 0
    for row in rows.order_by("pk"):
        try:
            finish_request(request=row, answer="", by=None)
        except HoldInForce:
            take_up_request(request=row, by=None)
        count += 1
    return count


@as_system()
@transaction.atomic
def place_hold(*, person: Person, reason: str, by: User | None) -> RetentionHold:
    """Nothing of the person goes until the hold is lifted. One that is in force stays."""
    row = locked(person)
    if not reason.strip():
        raise AnswerMissing(fields={"reason": AnswerMissing.text})
    hold = RetentionHold.objects.filter(person=row, lifted_at=None).first()
    if hold is None:
        hold = RetentionHold.objects.create(person=row, reason=reason.strip(), by=by)
        record("retention_hold.placed", row, by=by, reason=reason.strip())
    return hold


@as_system()
@transaction.atomic
def lift_hold(*, person: Person, by: User | None) -> None:
    row = locked(person)
    if RetentionHold.objects.filter(person=row, lifted_at=None).update(lifted_at=clock.now()):
        record("retention_hold.lifted", row, by=by)


def _delete_data(request: PrivacyRequest, *, by: User | None) -> None:
    person = locked(request.person)
    if RetentionHold.objects.filter(person=person, lifted_at=None).exists():
        raise HoldInForce
    if held_until(cohort_ends(person), clock.today()):
        raise RequestMove(facts={"state": RequestState.HELD, "target": RequestState.DONE})
    rows = rows_of_person(person)
    for holding in HOLDINGS:
        if pks := rows.get(holding.name):
            erase(holding=holding, scope="", pks=pks, cause=CAUSE_REQUEST)
    for purpose in ConsentPurpose.values:
        withdraw_consent(person=person, purpose=purpose, by=by)


def _demand_move(row: PrivacyRequest, target: str) -> None:
    if target not in REQUEST_MOVES[row.state]:
        raise RequestMove(facts={"state": row.state, "target": target})


def _moved(
    row: PrivacyRequest, target: RequestState, answer: str, *, by: User | None
) -> PrivacyRequest:
    _demand_move(row, target)
    before = row.state
    row.state, row.answer = target, answer
    if target in (RequestState.DONE, RequestState.REFUSED):
        row.ended_at = clock.now()
    row.save(update_fields=["state", "answer", "ended_at"])
    record(
        "privacy_request.moved", row, by=by, before={"state": before}, after={"state": str(target)}
    )
    return row
