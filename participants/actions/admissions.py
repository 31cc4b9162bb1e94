"""What the committee decides about nominations, and what follows from a seat that becomes free.

The order of locks is cohort, quota, nomination, enrollment. Under the lock of the cohort nobody
else gives seats, so that the waiting list is numbered in the order of the commits.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from django.db import transaction
from django.db.models import Max

from cohorts.actions.quota_moves import shift_seats
from cohorts.choices import CohortState
from cohorts.models import Cohort, Quota
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked, locked_rows
from g60portal.common.row_walls import as_system
from participants.actions.consents import carry_consents
from participants.actions.nomination_steps import (
    OVER,
    Locked,
    demand_move,
    lock_nomination,
    locked_nominations,
    locked_quota,
    make_step,
    tell,
)
from participants.actions.nominations import create_nomination, submit_locked
from participants.actions.seating import (
    Meaning,
    demand_seats,
    leave_seat,
    person_meant,
    seat_person,
    usable,
)
from participants.actions.succession import hand_over
from participants.choices import (
    ACTIVE_STATES,
    UNDECIDED_NOMINATIONS,
    NominationState,
)
from participants.models import Enrollment, Nomination, NominationStep
from participants.models.nomination import REASON_LENGTH
from participants.queries.nomination_papers import opened_paper
from participants.refusals import (
    CohortFull,
    NotSeated,
    NotWaiting,
    OutOfTurn,
    QuotaFull,
    ReplacementTooLate,
    SubstituteUnusable,
)
from participants.rules.nominations import Waiting, next_up, priority_of, seat_passes_on
from participants.rules.person_facts import PersonFacts

S = NominationState
# During the week somebody from the waiting list comes only by the lead's own replacement.
_TOO_LATE_TO_MOVE_UP = frozenset({CohortState.RUNNING, *OVER})
IfFull = Literal["waitlist", "refuse"]


@as_system()
@transaction.atomic
def admit_nomination(
    *,
    nomination: Nomination,
    by: User | None,
    reason: str = "",
    meaning: Meaning = None,
    if_full: IfFull = "waitlist",
) -> Nomination:
    """Enroll the nominee under the next seat number. Locks cohort, quota, nomination.

    When the city or the cohort is full, the nominee goes onto the waiting list and the row says
    why; with `if_full="refuse"`, and for who waits already, QuotaFull or CohortFull is raised.
    Raises OutOfTurn for who waits behind others unless a reason is given, PossiblySame unless
    `meaning` has decided, AlreadyEnrolled, PaperOfAnother.
    """
    here = lock_nomination(nomination)
    row = here.nomination
    demand_move(row, S.ADMITTED)
    _demand_turn(row, reason)
    try:
        demand_seats(here.cohort, Counter([row.city_id]))
    except (QuotaFull, CohortFull) as full:
        if if_full == "refuse" or row.state == S.WAITLISTED:
            raise
        step = _waitlist(row, f"auto:{full.code}", by=by)
    else:
        step = _admit(here.cohort, row, reason, meaning=meaning, by=by)
    tell([step], by=by)
    return row


@as_system()
@transaction.atomic
def waitlist_nomination(*, nomination: Nomination, reason: str, by: User | None) -> Nomination:
    """Onto the waiting list, with the city's rank as priority. Locks cohort, quota, nomination."""
    row = lock_nomination(nomination).nomination
    demand_move(row, S.WAITLISTED)
    _demand_reason(reason)
    tell([_waitlist(row, reason, by=by)], by=by)
    return row


@as_system()
@transaction.atomic
def set_priority(
    *, nomination: Nomination, priority: int, reason: str, by: User | None
) -> Nomination:
    """Another priority on the waiting list, and why. Locks cohort, quota, nomination."""
    row = lock_nomination(nomination).nomination
    if row.state != S.WAITLISTED:
        raise NotWaiting
    _demand_reason(reason)
    before = row.priority
    if before == priority:
        return row
    row.priority = priority
    row.save(update_fields=["priority"])
    reason = reason.strip()[:REASON_LENGTH]
    NominationStep.objects.create(
        nomination=row, state=row.state, priority=priority, reason=reason, by=by, at=clock.now()
    )
    record(
        "nomination.prioritized",
        row,
        by=by,
        scope=row.cohort.code,
        before={"priority": before},
        after={"priority": priority},
        reason=reason,
    )
    return row


@as_system()
@transaction.atomic
def decline_nomination(*, nomination: Nomination, reason: str, by: User | None) -> Nomination:
    """The committee's no, with its reason. Locks cohort, quota, nomination."""
    row = lock_nomination(nomination).nomination
    demand_move(row, S.DECLINED, reason)
    tell([make_step(row, S.DECLINED, by=by, reason=reason)], by=by)
    return row


@as_system()
@transaction.atomic
def withdraw_nomination(*, nomination: Nomination, reason: str, by: User | None) -> Nomination:
    """Take a nomination back. Locks cohort, quota, nomination, enrollment.

    Of somebody admitted the seat becomes free, and whoever waits first moves up.
    """
    here = lock_nomination(nomination)
    row = here.nomination
    demand_move(row, S.WITHDRAWN, reason)
    if row.state == S.ADMITTED and row.enrollment is not None:
        vacate(here.cohort, row.enrollment, reason=reason.strip(), by=by)
        return locked(row)
    tell([make_step(row, S.WITHDRAWN, by=by, reason=reason)], by=by)
    return row


@as_system()
@transaction.atomic
def replace_nomination(
    *, nomination: Nomination, substitute: Nomination, reason: str, by: User | None, late: bool
) -> Nomination:
    """Somebody else of the city comes instead: one transaction for seat, group, places on vehicles
    and links. Locks cohort, quota, both nominations, enrollment; answers the substitute.

    Until the day before the cohort begins the city may do so; with `late`, which is the lead's,
    afterwards too. The substitute goes every step from where it stands to its admission.
    """
    here = lock_nomination(nomination)
    old, heir = _both_locked(here, substitute)
    demand_move(old, S.REPLACED, reason)
    _demand_replaceable(here.cohort, late=late)
    steps = _approved(heir, by=by)
    enrollment = locked(_enrollment_of(old))
    group = enrollment.group
    leave_seat(here.cohort, enrollment, reason=reason.strip(), by=by)
    steps.append(make_step(old, S.REPLACED, by=by, reason=reason, replaced_by=heir))
    demand_seats(here.cohort, Counter([heir.city_id]))
    steps.append(_admit(here.cohort, heir, "auto:substitute", meaning="new", by=by))
    successor = _enrollment_of(heir)
    if group is not None:
        successor.group = group
        successor.save(update_fields=["group"])
    hand_over(enrollment, successor)
    record(
        "enrollment.replaced",
        successor,
        by=by,
        scope=here.cohort.code,
        before={"enrollment": enrollment.pk},
        after={"enrollment": successor.pk, "group": group},
        reason=reason.strip(),
    )
    tell(steps, by=by)
    return heir


@as_system()
@transaction.atomic
def replace_with_new(
    *,
    nomination: Nomination,
    facts: Mapping[str, Any],
    reason: str,
    by: User | None,
    late: bool,
) -> Nomination:
    """As `replace_nomination` by somebody not nominated yet."""
    substitute = create_nomination(
        cohort=nomination.cohort, city=nomination.city, facts=facts, by=by
    )
    return replace_nomination(
        nomination=nomination, substitute=substitute, reason=reason, by=by, late=late
    )


@as_system()
@transaction.atomic
def fill_seats(*, cohort: Cohort, city_id: int, seats: int, by: User | None) -> list[Nomination]:
    """Up to so many of the city's waiting list move up, as far as seats are free; in the order of
    the list, whoever acts. Locks cohort, quota, nominations."""
    row = locked_nominations(cohort)
    steps = _move_up(row, city_id, seats, reason="auto:seats_given", by=by)
    tell(steps, by=by)
    return [step.nomination for step in steps]


def vacate(cohort: Cohort, enrollment: Enrollment, *, reason: str, by: User | None) -> Enrollment:
    """Free the seat of an enrollment, end its nomination, and let somebody move up. Expects the
    lock of the cohort; locks quota, nomination, enrollment."""
    quota = locked_quota(cohort, enrollment.city_id)
    nominations = locked_rows(
        Nomination.objects.filter(enrollment_id=enrollment.pk, state=S.ADMITTED)
    )
    row = locked(enrollment)
    row.cohort = cohort
    if row.state not in ACTIVE_STATES:
        raise NotSeated
    leave_seat(cohort, row, reason=reason, by=by)
    steps = [make_step(one, S.WITHDRAWN, by=by, reason=reason) for one in nominations]
    if quota is not None:
        steps += _after_vacancy(cohort, quota, by=by)
    tell(steps, by=by)
    return row


def _admit(
    cohort: Cohort, row: Nomination, reason: str, *, meaning: Meaning, by: User | None
) -> NominationStep:
    """Enroll under the locks, a seat being there."""
    checked = usable(_person_facts(row))
    person = person_meant(cohort, checked, meaning, returning=True)
    enrollment = seat_person(cohort, checked, person, by=by)
    given = row.consents.values_list("purpose", "text_version", "given_at")
    carry_consents(enrollment.person_id, given)
    return make_step(row, S.ADMITTED, by=by, reason=reason, enrollment=enrollment, priority=None)


def _person_facts(row: Nomination) -> PersonFacts:
    return PersonFacts(
        name=row.name,
        city_id=row.city_id,
        organization_name=row.organization_name,
        title=row.title,
        gender=row.gender,
        phone=row.phone,
        email=row.email,
        language=row.language,
        paper_kind=row.paper_kind,
        identity=opened_paper(row),
    )


def _waitlist(row: Nomination, reason: str, *, by: User | None) -> NominationStep:
    """The next number, counted under the lock of the cohort: the order of the commits."""
    numbers = Nomination.objects.filter(cohort=row.cohort).aggregate(last=Max("waitlist_number"))
    return make_step(
        row,
        S.WAITLISTED,
        by=by,
        reason=reason,
        waitlist_number=(numbers["last"] or 0) + 1,
        priority=priority_of(row.rank),
    )


def _after_vacancy(cohort: Cohort, quota: Quota, *, by: User | None) -> list[NominationStep]:
    """One seat of this city is free: its own list first, then, when the city cannot fill it any
    more, the first of all cities, to whose quota the seat then goes."""
    if cohort.state in _TOO_LATE_TO_MOVE_UP:
        return []
    undecided = Nomination.objects.filter(
        cohort=cohort, city_id=quota.city_id, state__in=UNDECIDED_NOMINATIONS
    ).count()
    passes_on = seat_passes_on(quota.deadline, clock.now(), undecided)
    chosen = next_up(_waiting(cohort), quota.city_id, passes_on=passes_on)
    if chosen is None:
        return []
    if chosen.city_id != quota.city_id:
        _pass_on(cohort, quota, chosen.city_id)
        return _move_up(cohort, chosen.city_id, 1, reason="auto:seat_passed_on", by=None)
    return _move_up(cohort, quota.city_id, 1, reason="auto:seat_freed", by=None)


def _pass_on(cohort: Cohort, source: Quota, target_id: int) -> None:
    target = locked_quota(cohort, target_id)
    if target is not None and source.seats > 0:
        source.refresh_from_db()
        shift_seats(cohort, source, target, 1, reason="auto:seat_passed_on", by=None)


def _move_up(
    cohort: Cohort, city_id: int, seats: int, *, reason: str, by: User | None
) -> list[NominationStep]:
    """The first of the city's list, while seats are free. Somebody who may be known already under
    another number counts as somebody new: nobody is there to ask."""
    steps: list[NominationStep] = []
    waiting = Nomination.objects.filter(cohort=cohort, city_id=city_id).waiting()
    for one in waiting.select_for_update(of=("self",))[:seats]:
        try:
            demand_seats(cohort, Counter([city_id]))
        except (QuotaFull, CohortFull):
            break
        one.cohort = cohort
        steps.append(_admit(cohort, one, reason, meaning="new", by=by))
    return steps


def _waiting(cohort: Cohort) -> list[Waiting]:
    rows = Nomination.objects.filter(cohort=cohort, state=S.WAITLISTED)
    values = rows.values_list("pk", "city_id", "priority", "waitlist_number")
    return [
        Waiting(pk, city_id, priority or 0, number or 0) for pk, city_id, priority, number in values
    ]


def _demand_turn(row: Nomination, reason: str) -> None:
    if row.state != S.WAITLISTED or reason.strip():
        return
    ahead = [
        one
        for one in _waiting(row.cohort)
        if one.city_id == row.city_id
        and (one.priority, one.number) < (row.priority or 0, row.waitlist_number or 0)
    ]
    if ahead:
        raise OutOfTurn(fields={"reason": OutOfTurn.text}, facts={"ahead": len(ahead)})


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})


def _demand_replaceable(cohort: Cohort, *, late: bool) -> None:
    if not late and clock.today() >= cohort.starts_on:
        raise ReplacementTooLate(facts={"until": cohort.starts_on.isoformat()})


def _both_locked(here: Locked, substitute: Nomination) -> tuple[Nomination, Nomination]:
    """The replaced one and the substitute, which must be of the same city and undecided."""
    pks = [here.nomination.pk, substitute.pk]
    rows = Nomination.objects.filter(cohort=here.cohort, pk__in=pks)
    found = {one.pk: one for one in locked_rows(rows)}
    heir = found.get(substitute.pk)
    usable_states = {S.DRAFT, S.WAITLISTED, *UNDECIDED_NOMINATIONS}
    if (
        heir is None
        or heir.pk == here.nomination.pk
        or heir.city_id != here.nomination.city_id
        or heir.state not in usable_states
    ):
        raise SubstituteUnusable(fields={"substitute": SubstituteUnusable.text})
    heir.cohort = here.cohort
    return here.nomination, heir


def _approved(heir: Nomination, *, by: User | None) -> list[NominationStep]:
    """The steps up to the committee's decision that the substitute has not made yet."""
    steps = []
    if heir.state in (S.DRAFT, S.RETURNED):
        steps.append(submit_locked(heir, by=by, reason="auto:substitute"))
    if heir.state == S.SUBMITTED:
        steps.append(make_step(heir, S.CHECKED, by=by, reason="auto:substitute"))
    return steps


def _enrollment_of(row: Nomination) -> Enrollment:
    if row.enrollment is None:
        raise NotSeated
    return row.enrollment
