"""Asking speakers and hosts for their slots, and what they answer. The only writer of slots.

Locks: the cohort (organizers only), the sessions, the slots, each in the order of ids; so that an
answer never counts for a time that a session has just lost.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked_rows
from g60portal.notices.outbox import write_notices
from sessions import refusals
from sessions.actions.places import change_speaker
from sessions.actions.slot_links import Contact, kept_link
from sessions.choices import AGREED_SLOTS, SLOT_ANSWERS, SLOT_MOVES, SlotStanding, SlotState
from sessions.models import Slot, SlotLink, TrainingSession
from sessions.notices.slot_answered import slot_answered
from sessions.notices.slot_asked import slot_asked
from sessions.notices.slot_changed import Change, slot_changed
from sessions.queries.slot_links import in_force, links_of
from sessions.queries.slot_parties import Party, party_of
from sessions.queries.slots import is_current, slot_standing, slots_of, windows_of, with_facts
from sessions.rules.slots import TimesProblem, Window, answers_until, checked_times, merged


@dataclass(frozen=True)
class Asked:
    """What asking a party came to. `told` = a mail is on its way; without an address somebody has
    to hand over the link."""

    party: Party
    link: SlotLink | None
    slots: Sequence[Slot]
    told: bool


@dataclass(frozen=True)
class Answer:
    """What a speaker or a host says to one slot. `times`: when it would suit instead."""

    slot: Slot
    state: str
    reason: str = ""
    times: Sequence[Window] = field(default_factory=tuple)


@transaction.atomic
def ask_for_slots(
    *,
    cohort: Cohort,
    party: Party,
    training_sessions: Collection[TrainingSession] | None = None,
    legs: Collection[int] | None = None,
    contact: str | None = None,
    email: str | None = None,
    language: str | None = None,
    by: User | None,
) -> Asked:
    """Ask a party for its sessions that have a time: those not asked for or changed since, in these
    legs (None = in all).

    Named sessions are asked for again even when they were refused or pencilled in. Where only open
    questions are left, they are asked once more. None of the contact's facts leaves what is known.
    """
    cohort = locked_open(cohort)
    named = training_sessions is not None
    wanted = (
        {row.pk for row in training_sessions}
        if training_sessions is not None
        else _ids_in(party, cohort, legs)
    )
    reader = Contact(contact, email, language)
    asked = _ask(cohort, party, reader, wanted, insist=named, by=by)
    if asked is None:
        raise refusals.NothingToAsk
    return asked


@transaction.atomic
def ask_parties(
    *,
    cohort: Cohort,
    parties: Sequence[Party],
    legs: Collection[int] | None = None,
    by: User | None,
) -> list[Asked]:
    """Ask each of the parties for what it was not asked for, or what has changed since; those with
    nothing open are left out. `legs` limits it to their sessions."""
    cohort = locked_open(cohort)
    found = []
    for party in sorted(parties, key=lambda party: party.key):
        wanted = _ids_in(party, cohort, legs)
        asked = _ask(cohort, party, Contact(), wanted, insist=False, by=by)
        if asked is not None:
            found.append(asked)
    if not found:
        raise refusals.NothingToAsk
    return found


@transaction.atomic
def ask_again(
    *, cohort: Cohort, legs: Collection[int] | None = None, by: User | None
) -> list[Asked]:
    """Tell each party whose sessions have been changed since they were asked for: a moved one is
    asked for again, one that is off is taken back. `legs` limits it to their sessions."""
    cohort = locked_open(cohort)
    rows = slots_of(cohort).exclude(state=SlotState.DONE)
    if legs is not None:
        rows = rows.filter(training_session__leg__in=legs)
    changed = [slot for slot in rows if not is_current(slot)]
    if not changed:
        raise refusals.NothingToAsk
    _locked_sessions({slot.training_session_id for slot in changed})
    slots = _locked_slots(Slot.objects.filter(pk__in=[slot.pk for slot in changed]))
    by_party: dict[str, list[Slot]] = {}
    for slot in slots:
        by_party.setdefault(party_of(slot).key, []).append(slot)
    links = {party_of(link).key: link for link in links_of(cohort)}
    return [_told(cohort, own, links.get(key), by) for key, own in sorted(by_party.items())]


@transaction.atomic
def answer_slots(*, link: SlotLink, answers: Sequence[Answer]) -> list[Slot]:
    """What a speaker or a host answers on the private page: all of it or nothing.

    Raises LinkDead, SlotOutdated (the session has moved since it was asked for), AnswersClosed from
    the day itself on, ReasonMissing for a refusal without one.
    """
    sessions = {answer.slot.training_session_id for answer in answers}
    _locked_sessions(sessions)
    slots = {
        slot.pk: slot
        for slot in _locked_slots(
            party_of(link).slots(link.cohort).filter(pk__in=[answer.slot.pk for answer in answers])
        )
    }
    present = SlotLink.objects.filter(pk=link.pk, token_hash=link.token_hash).first()
    if present is None or not in_force(present):
        raise refusals.LinkDead
    for answer in answers:
        slot = slots.get(answer.slot.pk)
        if slot is None:
            raise refusals.NotTheirSession
        _demand_open(slot)
        _take(slot, answer, by=None, scope=link.cohort.code, through="private link")
    write_notices(slot_answered(link, slots.values()))
    return list(slots.values())


def answer_slot(
    *, link: SlotLink, slot: Slot, state: str, reason: str = "", times: Sequence[Window] = ()
) -> Slot:
    """One answer of the private page; see `answer_slots`."""
    [answered] = answer_slots(link=link, answers=[Answer(slot, state, reason, times)])
    return answered


@transaction.atomic
def record_answer(
    *,
    cohort: Cohort,
    party: Party,
    training_session: TrainingSession,
    state: str,
    reason: str = "",
    times: Sequence[Window] = (),
    by: User | None,
) -> Slot:
    """An answer that an organizer got by other ways, such as a call; to the session as it is
    planned now, whether it was asked for in the portal or not."""
    cohort = locked_open(cohort)
    _locked_sessions({training_session.pk})
    slot = _first_locked(party.slots(cohort).filter(training_session=training_session))
    if slot is None or _lapsed(slot):
        slot = _placed(cohort, party, training_session.pk, slot, by)
    answer = Answer(slot, state, reason, times)
    return _take(slot, answer, by=by, scope=cohort.code, through="organizer")


@transaction.atomic
def send_host_list(*, slot: Slot, by: User | None) -> Slot:
    """The host of a site has got the list of people."""
    return _step(slot, SlotState.LIST_SENT, by)


@transaction.atomic
def mark_done(*, slot: Slot, by: User | None) -> Slot:
    """The session took place with them. Not before it is over."""
    return _step(slot, SlotState.DONE, by)


@transaction.atomic
def note_host_list(
    *,
    slot: Slot,
    file_kind: str,
    numbers: bool,
    reason: str = "",
    by: User | None,
) -> None:
    """One audit line before the list of people leaves; opened identity numbers need a reason."""
    if numbers and not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    record(
        "host_list.revealed" if numbers else "host_list.exported",
        slot,
        by=by,
        scope=slot.training_session.cohort.code,
        after={"format": file_kind, "party": party_of(slot).name},
        reason=reason.strip(),
    )


@transaction.atomic
def take_over_times(*, slot: Slot, by: User | None) -> None:
    """Make the times that a speaker has named its availability, beside the times that it has
    agreed to: a speaker with windows counts as available in these only."""
    speaker, given = slot.speaker, windows_of(slot)
    if speaker is None or not given:
        raise refusals.NoTimesGiven
    known = [(window.starts_at, window.ends_at) for window in speaker.windows.all()]
    agreed = Slot.objects.filter(speaker=speaker, state__in=AGREED_SLOTS)
    kept = [(row.starts_at, row.ends_at) for row in agreed]
    change_speaker(speaker=speaker, facts={}, windows=merged([*known, *kept, *given]), by=by)


def _ids_in(party: Party, cohort: Cohort, legs: Collection[int] | None) -> set[int] | None:
    if legs is None:
        return None
    return set(party.sessions(cohort).filter(leg__in=legs).values_list("pk", flat=True))


def _ask(
    cohort: Cohort,
    party: Party,
    contact: Contact,
    wanted: Collection[int] | None,
    *,
    insist: bool,
    by: User | None,
) -> Asked | None:
    """Asks and tells; None when nothing is open. The caller holds the cohort."""
    theirs = set(party.sessions(cohort).values_list("pk", flat=True))
    if wanted is not None and not set(wanted) <= theirs:
        raise refusals.NotTheirSession
    rows = _locked_sessions(theirs if wanted is None else wanted)
    known = {
        slot.training_session_id: slot
        for slot in _locked_slots(party.slots(cohort).filter(training_session__in=rows))
    }
    open_again = {SlotState.REFUSED, SlotState.PENCILLED} if insist else set()
    slots = []
    for row in rows:
        slot = known.get(row.pk)
        if slot is None or slot.state in open_again or _lapsed(slot):
            slots.append(_put(party, row, slot, scope=cohort.code, by=by))
        elif slot.state == SlotState.ASKED:
            slots.append(slot)
    if not slots:
        return None
    link = kept_link(cohort, party, contact, by=by)
    told = write_notices(slot_asked(link, party, slots))
    return Asked(party, link, slots, told=bool(told))


def _lapsed(slot: Slot) -> bool:
    return slot.state != SlotState.DONE and not is_current(slot)


def _put(
    party: Party, row: TrainingSession, slot: Slot | None, *, scope: str, by: User | None
) -> Slot:
    """The slot, new or asked for anew, at the session's present time and place."""
    before = {} if slot is None else _plain(slot)
    slot = slot or Slot(training_session=row, **party.facts)
    if row.starts_at is None or row.ends_at is None:
        raise refusals.SlotWithoutTime
    slot.state = SlotState.ASKED
    slot.starts_at, slot.ends_at = row.starts_at, row.ends_at
    slot.asked_venue_id = row.venue_id if party.speaker else None
    slot.reason, slot.times = "", []
    slot.asked_at, slot.answered_at = clock.now(), None
    slot.save()
    after = {**_plain(slot), "party": party.name}
    record("slot.asked", slot, by=by, scope=scope, before=before, after=after)
    return slot


def _placed(
    cohort: Cohort, party: Party, session_id: int, slot: Slot | None, by: User | None
) -> Slot:
    """The slot of a session that the party is booked for, at its present time."""
    row = party.sessions(cohort).filter(pk=session_id).first()
    if row is None:
        raise refusals.SlotWithoutTime
    return _put(party, row, slot, scope=cohort.code, by=by)


def _told(cohort: Cohort, slots: Sequence[Slot], link: SlotLink | None, by: User | None) -> Asked:
    """One party hears of all that has changed for it."""
    party = party_of(slots[0])
    changes, kept = [], []
    for slot in slots:
        moved = slot_standing(slot) == SlotStanding.MOVED
        if moved or slot.state != SlotState.REFUSED:
            changes.append(Change.of(slot, off=not moved))
        if moved:
            kept.append(_put(party, slot.training_session, slot, scope=cohort.code, by=by))
        else:
            _take_back(cohort, slot, by)
    if link is not None:
        link = kept_link(cohort, party, Contact(), by=by)
    told = write_notices(slot_changed(link, party, changes)) if link and changes else 0
    return Asked(party, link, kept, told=bool(told))


def _take_back(cohort: Cohort, slot: Slot, by: User | None) -> None:
    facts = {**_plain(slot), "party": party_of(slot).name, "standing": slot_standing(slot).value}
    record("slot.taken_back", slot, by=by, scope=cohort.code, before=facts)
    slot.delete()


def _take(slot: Slot, answer: Answer, *, by: User | None, scope: str, through: str) -> Slot:
    """Writes an answer down. The caller holds the slot."""
    if answer.state not in SLOT_ANSWERS:
        raise _step_refused(slot, answer.state)
    if answer.state != slot.state:
        _demand_step(slot, answer.state)
    reason = " ".join(answer.reason.split())
    if answer.state == SlotState.REFUSED and not reason:
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    times = [] if answer.state == SlotState.CONFIRMED else _plain_times(answer.times)
    before = _plain(slot)
    slot.state, slot.reason, slot.times = answer.state, reason, times
    slot.answered_at = clock.now()
    slot.save(update_fields=["state", "reason", "times", "answered_at"])
    after = {**_plain(slot), "party": party_of(slot).name, "through": through}
    record("slot.answered", slot, by=by, scope=scope, before=before, after=after, reason=reason)
    return slot


def _step(slot: Slot, state: str, by: User | None) -> Slot:
    """A step that the organizers take, on an answer that still counts."""
    cohort = locked_open(slot.training_session.cohort)
    _locked_sessions({slot.training_session_id})
    row = _first_locked(Slot.objects.filter(pk=slot.pk))
    if row is None:
        raise refusals.SlotOutdated
    _demand_step(row, state)
    if state == SlotState.LIST_SENT and row.venue_id is None:
        raise _step_refused(row, state)
    if not is_current(row):
        raise _outdated(row)
    if state == SlotState.DONE and row.ends_at > clock.now():
        raise refusals.SlotNotOver
    before, row.state = {"state": row.state}, state
    row.save(update_fields=["state"])
    after = {"state": state, "party": party_of(row).name}
    record("slot.stepped", row, by=by, scope=cohort.code, before=before, after=after)
    return row


def _demand_open(slot: Slot) -> None:
    if not is_current(slot):
        raise _outdated(slot)
    if clock.now() >= answers_until(slot.starts_at):
        raise refusals.AnswersClosed


def _demand_step(slot: Slot, state: str) -> None:
    if state not in SLOT_MOVES[slot.state]:
        raise _step_refused(slot, state)


def _step_refused(slot: Slot, state: str) -> refusals.SlotStepRefused:
    text = refusals.SlotStepRefused.text
    return refusals.SlotStepRefused(fields={"state": text}, facts={"from": slot.state, "to": state})


def _outdated(slot: Slot) -> refusals.SlotOutdated:
    return refusals.SlotOutdated(facts={"standing": slot_standing(slot).value})


def _plain_times(times: Sequence[Window]) -> list[dict[str, str]]:
    try:
        windows = checked_times(times, clock.now())
    except TimesProblem as problem:
        raise refusals.SlotTimesWrong(
            problem.message, fields={"times": problem.message}, facts={"problem": problem.code}
        ) from None
    return [
        {
            "starts_at": clock.local(starts_at).isoformat(),
            "ends_at": clock.local(ends_at).isoformat(),
        }
        for starts_at, ends_at in windows
    ]


def _locked_sessions(ids: Collection[int]) -> list[TrainingSession]:
    return locked_rows(TrainingSession.objects.filter(pk__in=list(ids)))


def _locked_slots(rows: Any) -> list[Slot]:
    """With the facts of their sessions, which the caller has locked before."""
    return locked_rows(with_facts(rows))


def _first_locked(rows: Any) -> Slot | None:
    return next(iter(_locked_slots(rows)), None)


def _plain(slot: Slot) -> Mapping[str, Any]:
    return {
        "state": slot.state,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "times": slot.times,
    }
