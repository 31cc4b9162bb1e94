"""A cohort that was taught: people, sessions that have ended, marks. Clock: after 13 June 2026."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cohorts.models import Cohort, Leg
from g60portal.common.clock import SHANGHAI
from participants.models import Enrollment
from sessions.models import Attendance, TrainingSession
from tests.factories.cohorts import two_leg_cohort
from tests.factories.participants import EnrollmentFactory, PersonFactory
from tests.factories.sessions import training_session

AFTERWARDS = dt.datetime(2026, 6, 14, 9, 0, tzinfo=SHANGHAI)
NAMES = ("欧阳娜", "王磊", "阿卜杜拉·买买提", "单雄", "王磊")


@dataclass
class Study:
    """What `studied_cohort` built."""

    cohort: Cohort
    leg: Leg
    enrollments: list[Enrollment]
    sessions: list[TrainingSession]

    def mark(self, enrollment: Enrollment, states: Sequence[str]) -> None:
        """The person's marks in the order of the sessions; an empty text leaves one out."""
        for row, state in zip(self.sessions, states, strict=True):
            if state:
                Attendance.objects.create(training_session=row, enrollment=enrollment, state=state)


def studied_cohort(people: int = 3, *, marked: bool = True, **facts: object) -> Study:
    """`people` enrollments and four sessions of two hours; all present when `marked`."""
    given = {"required_hours": 6, "attendance_percent": 75, **facts}
    cohort, songjiang, _hefei = two_leg_cohort(**given)
    enrollments = [
        EnrollmentFactory(
            cohort=cohort,
            seat=seat,
            person=PersonFactory(name=NAMES[(seat - 1) % len(NAMES)], stroke_key=f"{90 - seat:03}"),
        )
        for seat in range(1, people + 1)
    ]
    sessions = [
        training_session(songjiang, day, "09:00", "11:00", title=f"第{day}日讲座")
        for day in (8, 9, 10)
    ]
    sessions.append(training_session(songjiang, 10, "14:00", "16:00", title="现场教学"))
    study = Study(cohort, songjiang, enrollments, sessions)
    if marked:
        for enrollment in enrollments:
            study.mark(enrollment, ["present"] * len(sessions))
    return study
