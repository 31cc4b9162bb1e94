"""The transfers of a cohort by day, and those around a session that is about to move."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import pgettext

from cohorts.models import Cohort
from g60portal.common import clock
from participants.models import Enrollment
from sessions.choices import SessionKind, SessionState
from sessions.models import TrainingSession, Vehicle, VehicleSeat, VehicleStop
from sessions.queries.clashes import with_arrays
from sessions.queries.itinerary_rows import day_label
from sessions.queries.vehicles import VehiclePlan, place_of
from sessions.rules.transfer_shifts import Leaf, shifted, transfers_of

# (group, day on which they left) → how many people.
Heads = Mapping[tuple[int | None, dt.date | None], int]
# A session with its times and audience as values.
Placed = tuple[Any, Leaf]


@dataclass(frozen=True)
class TransferLine:
    """A transfer in the list: its way, its seats against its people."""

    training_session: TrainingSession
    origin: str
    destination: str
    vehicles: Sequence[Vehicle]
    stops: Sequence[str]
    audience: str
    people: int
    seated: int

    @property
    def seats(self) -> int:
        return sum(vehicle.seats for vehicle in self.vehicles)

    @property
    def missing(self) -> int:
        """Seats that are missing; nothing is missing before there is a vehicle."""
        return max(0, self.people - self.seats) if self.vehicles else 0

    @property
    def without_seat(self) -> int:
        return max(0, self.people - self.seated)


@dataclass(frozen=True)
class TransferDay:
    label: str
    lines: Sequence[TransferLine]


@dataclass(frozen=True)
class ProposedShift:
    """Where a transfer goes when the session that it leads to (or from) moves."""

    transfer: TrainingSession
    before: bool
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def present(self) -> dict[str, Any]:
        """The transfer as it is, for the API."""
        row = self.transfer
        return {
            "id": row.pk,
            "title": row.local_title,
            "before": self.before,
            "starts_at": clock.local(row.starts_at).isoformat() if row.starts_at else None,
            "ends_at": clock.local(row.ends_at).isoformat() if row.ends_at else None,
        }

    @property
    def change(self) -> dict[str, Any]:
        """Ready for the batch of the API."""
        return {
            "id": self.transfer.pk,
            "version": self.transfer.version,
            "starts_at": clock.local(self.starts_at).isoformat(),
            "ends_at": clock.local(self.ends_at).isoformat(),
        }


def transfer_days(cohort: Cohort) -> list[TransferDay]:
    """All transfers in the order of time, those without a time last. Six queries at any size."""
    rows = list(
        with_arrays(TrainingSession.objects.filter(cohort=cohort))
        .select_related("venue", "leg__city")
        .order_by("starts_at", "pk")
    )
    facts = _Facts.of(cohort, [row for row in rows if row.kind == SessionKind.TRANSFER])
    alive = [row for row in rows if row.state != SessionState.CANCELLED and row.starts_at]
    by_day: dict[dt.date | None, list[Placed]] = {}
    for row in alive:
        by_day.setdefault(_day(row), []).append((row, _leaf(row)))
    lines = [
        _line(row, facts, by_day.get(_day(row), []))
        for row in rows
        if row.kind == SessionKind.TRANSFER
    ]
    return [
        TransferDay(day_label(day) if day else "", list(of_day))
        for day, of_day in groupby(lines, key=lambda line: _day(line.training_session))
    ]


def way_of(row: TrainingSession, plan: VehiclePlan) -> tuple[str, str]:
    """From and to, of one transfer. Two queries."""
    halts = [stop.place for stop in plan.vehicles[0].stops] if plan.vehicles else []
    day = sessions_of_day(row).select_related("venue")
    (whole,) = with_arrays(TrainingSession.objects.filter(pk=row.pk)).select_related("venue")
    return _way(whole, halts, [(one, _leaf(one)) for one in day])


def sessions_of_day(row: TrainingSession) -> QuerySet[Any]:
    """What takes place in the cohort on the day of a session, in the order of time."""
    if row.starts_at is None:
        return TrainingSession.objects.none()
    midnight = clock.local(row.starts_at).replace(hour=0, minute=0, second=0, microsecond=0)
    of_day = TrainingSession.objects.filter(
        cohort_id=row.cohort_id,
        starts_at__gte=midnight,
        starts_at__lt=midnight + dt.timedelta(days=1),
    )
    return with_arrays(of_day.exclude(state=SessionState.CANCELLED)).order_by("starts_at", "pk")


def transfers_around(
    training_session: TrainingSession,
    *,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> list[ProposedShift]:
    """The transfers that lead to a session and away from it, moved along with it to new times
    (None = they stay where they are). One query; none for a session without a time."""
    row = training_session
    if row.starts_at is None or row.ends_at is None or row.state == SessionState.CANCELLED:
        return []
    rows = {one.pk: one for one in sessions_of_day(row)}
    leaves = {key: _leaf(one) for key, one in rows.items()}
    own = leaves[row.pk]
    around = transfers_of(own, leaves.values())
    new = (starts_at or own.starts_at, ends_at or own.ends_at)
    return [
        ProposedShift(rows[key], key in around.before, *shifted(leaves[key], own, *new))
        for key in (*around.before, *around.after)
    ]


@dataclass(frozen=True)
class _Facts:
    """What the lines of the list share."""

    heads: Heads
    groups: Mapping[int, str]
    vehicles: Mapping[int, Sequence[Vehicle]]
    stops: Mapping[int, Sequence[VehicleStop]]
    seated: Mapping[int, Heads]

    @classmethod
    def of(cls, cohort: Cohort, rows: Iterable[TrainingSession]) -> "_Facts":
        keys = [row.pk for row in rows]
        vehicles = Vehicle.objects.filter(training_session__in=keys)
        stops = VehicleStop.objects.filter(vehicle__training_session__in=keys)
        return cls(
            heads=_heads(cohort),
            groups=dict(cohort.groups.values_list("pk", "name")),
            vehicles=_by(vehicles.order_by("position", "pk"), "training_session_id"),
            stops=_by(
                stops.select_related("venue").order_by("vehicle", "position", "pk"), "vehicle_id"
            ),
            seated=_seated(keys),
        )


def _line(row: Any, facts: _Facts, day: Sequence[Placed]) -> TransferLine:
    vehicles = facts.vehicles.get(row.pk, ())
    halts = [place_of(stop) for stop in facts.stops.get(vehicles[0].pk, ())] if vehicles else []
    origin, destination = _way(row, halts, day)
    return TransferLine(
        training_session=row,
        origin=origin,
        destination=destination,
        vehicles=vehicles,
        stops=halts,
        audience=pgettext("between names", ", ").join(
            facts.groups.get(key, "") for key in row.group_ids
        ),
        people=_people(row, facts.heads),
        seated=_people(row, facts.seated.get(row.pk, {})),
    )


def _way(row: Any, halts: Sequence[str], day: Sequence[Placed]) -> tuple[str, str]:
    """From the first stop to the last; else from where the people were to where they go next."""
    origin, destination = (halts[0], halts[-1]) if len(halts) > 1 else ("", "")
    if row.starts_at is None:
        return origin, destination or _venue(row)
    own = _leaf(row)
    others = [one for one, leaf in day if leaf.meets(own)]
    past = [one for one in others if one.ends_at <= row.starts_at and one.venue]
    next_ones = [one for one in others if one.starts_at >= row.ends_at and one.venue]
    origin = origin or (_venue(past[-1]) if past else "")
    return origin, destination or _venue(row) or (_venue(next_ones[0]) if next_ones else "")


def _venue(row: Any) -> str:
    return row.venue.local_name if row.venue else ""


def _leaf(row: Any) -> Leaf:
    groups = frozenset(row.group_ids) if row.group_ids else None
    return Leaf(row.pk, row.kind, row.starts_at, row.ends_at, groups)


def _day(row: Any) -> dt.date | None:
    return clock.local(row.starts_at).date() if row.starts_at else None


def _people(row: Any, heads: Heads) -> int:
    """Who takes part: of its groups, and not left before its day."""
    day, groups = _day(row), set(row.group_ids)
    return sum(
        count
        for (group, left_on), count in heads.items()
        if (not groups or group in groups) and (left_on is None or day is None or left_on >= day)
    )


def _heads(cohort: Cohort) -> Heads:
    rows = Enrollment.objects.active().filter(cohort=cohort).order_by()
    counted = rows.values_list("group_id", "left_on").annotate(people=Count("pk"))
    return {(group, left_on): count for group, left_on, count in counted}


def _seated(keys: Sequence[int]) -> dict[int, Heads]:
    """Who has a seat, by transfer and in the same way as all heads."""
    active = Enrollment.objects.active().values("pk")
    rows = VehicleSeat.objects.filter(training_session__in=keys, enrollment__in=active)
    found: dict[int, Counter[tuple[int | None, dt.date | None]]] = {}
    for key, group, left_on in rows.values_list(
        "training_session_id", "enrollment__group_id", "enrollment__left_on"
    ):
        found.setdefault(key, Counter())[group, left_on] += 1
    return dict(found)


def _by(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found
