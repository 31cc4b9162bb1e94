"""Beds given by hand, filled by rule, taken back; and people of different gender in one room.

Every action locks the cohort, so that those of one leg come one after the other; that no room is
too full and nobody has two beds in a night holds the database, whoever writes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort, Leg
from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment, Room, RoomChange, RoomStay
from participants.queries.lodging import (
    guests_of,
    lodging_of,
    room_facts,
    rooms_of,
    stay_facts,
    stays_of,
)
from participants.queries.logistics import forms_of_leg
from participants.refusals import (
    NightsMissing,
    NothingMixed,
    NothingToUndo,
    NotInCohort,
    RoomClosed,
    RoomedTwice,
    RoomFull,
    RoomsChanged,
)
from participants.rules.lodging import Stay, nights_between, proposed_filling, runs_of

# Stays of a change: [enrollment, room, first night, last night].
Rows = list[list[int | str]]


@transaction.atomic
def assign_room(
    *,
    leg: Leg,
    enrollments: Sequence[int],
    room: Room | None,
    by: User | None,
    first_on: dt.date | None = None,
    last_on: dt.date | None = None,
) -> int:
    """Give these people the room, or none, from one night to another; without nights, for all that
    each of them wants and the hotel keeps. What they had in these nights goes. Answers how many.

    Raises NotInCohort, NightsMissing, RoomFull, RoomClosed, RoomedTwice.
    """
    cohort = locked_open(leg.cohort)
    people = _people(cohort, enrollments)
    if room is not None and room.hotel.leg_id != leg.pk:
        raise NotInCohort
    before = _stays(leg, people)
    wanted = _wanted_nights(leg, room, first_on, last_on)
    after = _moved(before, {one: wanted[one] for one in people}, room)
    _change(cohort, leg, people, before, after, "rooms.assigned", room=room, by=by)
    return len(people)


@transaction.atomic
def fill_rooms(*, leg: Leg, by: User | None) -> tuple[int, int]:
    """Give everybody who lacks a bed one, by `proposed_filling`; nobody is moved. Answers how many
    people got one, and how many still lack a night."""
    cohort = locked_open(leg.cohort)
    _drop_gone(leg)
    rows, rooms = forms_of_leg(leg), rooms_of(leg)
    stays = stay_facts(stays_of(leg), {row.enrollment.pk for row in rows})
    found = proposed_filling(guests_of(rows, leg), room_facts(rooms), stays)
    people = sorted({stay.enrollment for stay in found.stays})
    if people:
        before = [stay for stay in stays if stay.enrollment in people]
        after = [*before, *found.stays]
        _change(cohort, leg, people, before, after, "rooms.filled", room=None, by=by)
    return len(people), len(found.unplaced)


@transaction.atomic
def undo_rooms(*, leg: Leg, by: User | None) -> RoomChange:
    """Take back the last assignment. Raises NothingToUndo, and RoomsChanged where somebody has
    been moved in another way since."""
    cohort = locked_open(leg.cohort)
    change = RoomChange.objects.filter(leg=leg, undone_at__isnull=True).first()
    if change is None:
        raise NothingToUndo
    if _rows(_stays(leg, change.people)) != change.after:
        raise RoomsChanged
    _write(leg, change.people, [_stay(row) for row in change.before])
    change.undone_at = clock.now()
    change.save(update_fields=["undone_at"])
    record("rooms.undone", leg, by=by, scope=cohort.code, after={"enrollments": change.people})
    return change


@transaction.atomic
def accept_mixed_room(*, room: Room, reason: str, by: User | None) -> Room:
    """Let people of different gender share this room, and say why (a couple, say). Holds for those
    who are in it now: somebody else is flagged again. Raises ReasonMissing, NothingMixed."""
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    cohort = locked_open(room.hotel.leg.cohort)
    row = locked(room)
    problems = lodging_of(room.hotel.leg).problems
    mixed = next((p for p in problems if p.code == "mixed" and p.room == row.pk), None)
    if mixed is None:
        raise NothingMixed
    row.mixed_people, row.mixed_reason = list(mixed.people), reason.strip()[:200]
    row.save(update_fields=["mixed_people", "mixed_reason"])
    record(
        "room.mixed_accepted",
        row,
        by=by,
        scope=cohort.code,
        after={"room": row.number, "enrollments": row.mixed_people},
        reason=row.mixed_reason,
    )
    return row


def hand_over_beds(leaving: Enrollment, coming: Enrollment) -> None:
    """The nights to come pass to whoever comes instead; who slept there before stays written
    down. Whether the room is mixed now shows by itself: an acceptance names its people."""
    tonight = clock.today()
    for stay in RoomStay.objects.select_for_update().filter(
        enrollment=leaving, last_on__gte=tonight
    ):
        first_on, room_id, last_on = max(stay.first_on, tonight), stay.room_id, stay.last_on
        if stay.first_on < tonight:
            stay.last_on = tonight - dt.timedelta(days=1)
            stay.save(update_fields=["last_on"])
        else:
            stay.delete()
        RoomStay.objects.create(
            room_id=room_id, enrollment=coming, first_on=first_on, last_on=last_on
        )


def _people(cohort: Cohort, enrollments: Sequence[int]) -> list[int]:
    wanted = sorted(set(enrollments))
    known = set(
        Enrollment.objects.filter(
            cohort=cohort, pk__in=wanted, state__in=ACTIVE_STATES
        ).values_list("pk", flat=True)
    )
    strangers = [one for one in wanted if one not in known]
    if strangers or not wanted:
        raise NotInCohort(facts={"enrollments": strangers})
    return wanted


def _wanted_nights(
    leg: Leg, room: Room | None, first_on: dt.date | None, last_on: dt.date | None
) -> dict[int, frozenset[dt.date]]:
    """The nights by enrollment: those said, else those wished for, as far as the hotel keeps the
    room; to leave a room without saying nights means all of the leg."""
    everybody = guests_of(forms_of_leg(leg), leg)
    if first_on is None and last_on is None:
        if room is None:
            stays = stays_of(leg)
            nights = {night for one in stays for night in nights_between(one.first_on, one.last_on)}
            return {one.enrollment: frozenset(nights) for one in everybody}
        kept = frozenset(nights_between(room.first_on, room.last_on))
        return {one.enrollment: one.nights & kept for one in everybody}
    if first_on is None or last_on is None or last_on < first_on:
        raise NightsMissing(fields={"first_on": NightsMissing.text})
    said = frozenset(nights_between(first_on, last_on))
    return {one.enrollment: said for one in everybody}


def _moved(
    stays: Iterable[Stay], wanted: Mapping[int, frozenset[dt.date]], room: Room | None
) -> list[Stay]:
    """The stays once these people spend these nights in the room; nights in a row are one stay."""
    nights: dict[tuple[int, int], set[dt.date]] = defaultdict(set)
    for stay in stays:
        nights[stay.enrollment, stay.room] |= stay.nights - wanted[stay.enrollment]
    if room is not None:
        for enrollment, said in wanted.items():
            nights[enrollment, room.pk] |= said
    return [Stay(*key, *run) for key, found in nights.items() for run in runs_of(found)]


def _change(
    cohort: Cohort,
    leg: Leg,
    people: Sequence[int],
    before: Sequence[Stay],
    after: Sequence[Stay],
    verb: str,
    *,
    room: Room | None,
    by: User | None,
) -> None:
    """Write the stays of these people anew, with the row that undo reads and the audit line."""
    if _rows(before) == _rows(after):
        return
    _drop_gone(leg)
    _write(leg, people, after)
    RoomChange.objects.create(leg=leg, by=by, before=_rows(before), after=_rows(after))
    facts = {"enrollments": list(people), "room": room.number if room else None}
    record(verb, leg, by=by, scope=cohort.code, after=facts)


def _write(leg: Leg, people: Sequence[int], stays: Sequence[Stay]) -> None:
    RoomStay.objects.filter(room__hotel__leg=leg, enrollment__in=people).delete()
    with _refusing():
        RoomStay.objects.bulk_create(
            RoomStay(
                room_id=stay.room,
                enrollment_id=stay.enrollment,
                first_on=stay.first_on,
                last_on=stay.last_on,
            )
            for stay in sorted(stays, key=lambda one: (one.room, one.enrollment, one.first_on))
        )


_BROKEN = {
    "room_stay_within_places": RoomFull,
    "room_stay_within_nights": RoomClosed,
    "room_stay_one_bed_a_night": RoomedTwice,
}


@contextmanager
def _refusing() -> Iterator[None]:
    """What the database refuses, by name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = _BROKEN.get(broken_constraint(error))
        if refusal is None:
            raise
        raise refusal from None


def _drop_gone(leg: Leg) -> None:
    """People who gave up their seat lose the bed as soon as somebody assigns rooms."""
    gone = RoomStay.objects.filter(room__hotel__leg=leg).exclude(
        enrollment__state__in=ACTIVE_STATES
    )
    gone.delete()


def _stays(leg: Leg, people: Sequence[int]) -> list[Stay]:
    return stay_facts(stays_of(leg), set(people))


def _rows(stays: Iterable[Stay]) -> Rows:
    return sorted(
        [one.enrollment, one.room, one.first_on.isoformat(), one.last_on.isoformat()]
        for one in stays
    )


def _stay(row: Sequence[int | str]) -> Stay:
    enrollment, room, first_on, last_on = row
    return Stay(
        int(enrollment),
        int(room),
        dt.date.fromisoformat(str(first_on)),
        dt.date.fromisoformat(str(last_on)),
    )
