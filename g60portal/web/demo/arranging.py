"""What hosts arrange around the timetable of a running week: coaches, answers of speakers and
sites, and a change that one host asks of the other.
"""

import datetime as dt
from collections.abc import Sequence

from cohorts.models import Cohort, Leg
from g60portal.accounts.models import User
from sessions.actions.boarding import fill_vehicles
from sessions.actions.proposals import propose_change
from sessions.actions.slots import record_answer
from sessions.actions.vehicles import add_vehicle
from sessions.choices import SessionKind, SlotState
from sessions.models import TrainingSession
from sessions.queries.slot_parties import Party, askable_sessions

COACH_SEATS = 49
COACHES = (
    ("1号车", "皖A·G6001", "吴师傅", "学习委员"),
    ("2号车", "沪A·G6002", "赵师傅", "生活委员"),
)
BY_RAIL = "转场合肥（高铁）"
ASKED_FOR = "九城市人才政策与合作机制"
ASKED_NOTE = "高铁车次提前，建议这一讲早十五分钟结束，学员可从容用餐。"
VISITED = (SessionKind.SITE_VISIT, SessionKind.EXHIBITION)


def make_coaches(cohort: Cohort, *, by: User) -> None:
    """A coach for every transfer by road, and a seat in it for everybody who goes."""
    transfers = TrainingSession.objects.filter(cohort=cohort, kind=SessionKind.TRANSFER)
    for number, transfer in enumerate(transfers.exclude(title=BY_RAIL).order_by("starts_at", "pk")):
        name, plate, driver, escort = COACHES[number % len(COACHES)]
        add_vehicle(
            training_session=transfer,
            facts={
                "name": name,
                "plate": plate,
                "driver": driver,
                "escort": escort,
                "seats": COACH_SEATS,
            },
            by=by,
        )
        fill_vehicles(training_session=transfer, by=by)


def note_answers(cohort: Cohort, leg: Leg, *, by: User) -> None:
    """The speakers of a leg have agreed, its sites keep the time free until they are sure."""
    rows = askable_sessions(cohort).filter(leg=leg).order_by("starts_at", "pk")
    for row in rows.prefetch_related("speakers"):
        for speaker in row.speakers.all():
            _note(cohort, row, Party(speaker=speaker), SlotState.CONFIRMED, by)
        if row.kind in VISITED and row.venue is not None:
            _note(cohort, row, Party(venue=row.venue), SlotState.PENCILLED, by)


def ask_the_other_host(cohort: Cohort, legs: Sequence[Leg], *, by: User) -> None:
    """The second host would like the last lecture of the first leg to end a little earlier."""
    lecture = TrainingSession.objects.get(cohort=cohort, leg=legs[0], title=ASKED_FOR)
    if lecture.starts_at is None or lecture.ends_at is None:
        return
    propose_change(
        cohort=cohort,
        leg=legs[0],
        training_session=lecture,
        version=lecture.version,
        facts={"ends_at": lecture.ends_at - dt.timedelta(minutes=15)},
        note=ASKED_NOTE,
        by=by,
    )


def _note(cohort: Cohort, row: TrainingSession, party: Party, state: str, by: User) -> None:
    record_answer(cohort=cohort, party=party, training_session=row, state=state, by=by)
