"""A participant with an account in a cohort of two legs, and the timetable that people know."""

from dataclasses import dataclass
from typing import Any

from cohorts.models import Cohort, Leg
from g60portal.accounts.models import User
from participants.models import Enrollment, Group
from sessions.actions.releases import publish_release
from sessions.models import Release
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    PersonFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    training_session,
    two_leg_cohort,
)
from tests.factories.timetables import messages_arrive


@dataclass(frozen=True)
class Participant:
    """One seat, everything it hangs on at hand."""

    user: User
    enrollment: Enrollment
    cohort: Cohort
    leg: Leg
    group: Group
    other_group: Group

    def release(self) -> Release:
        """Published, and everybody has got the message."""
        release = publish_release(cohort=self.cohort, name="", comment="", by=None)
        messages_arrive()
        return release


def a_participant(**facts: Any) -> Participant:
    cohort, leg, _hefei = two_leg_cohort(**facts)
    group, other = GroupFactory(cohort=cohort), GroupFactory(cohort=cohort)
    person = PersonFactory(user=UserFactory())
    enrollment = EnrollmentFactory(cohort=cohort, person=person, group=group)
    return Participant(person.user, enrollment, cohort, leg, group, other)


def a_timetable(participant: Participant) -> None:
    """8 June: a lecture for all, then a visit of each group at the same time."""
    hall = VenueFactory(
        name="松江大学城讲堂",
        name_en="University Town hall",
        address="上海市松江区文汇路1000号",
        latitude=31.05,
        longitude=121.21,
    )
    leg = participant.leg
    training_session(
        leg,
        8,
        "09:00",
        "10:30",
        title="区域规划",
        title_en="Planning",
        venue=hall,
        speakers=[SpeakerFactory(name="周教授", name_en="Professor Zhou")],
    )
    training_session(
        leg,
        8,
        "13:30",
        "15:00",
        title="海尔现场教学",
        title_en="Inside Haier",
        kind="site_visit",
        groups=[participant.group],
    )
    training_session(
        leg,
        8,
        "13:30",
        "15:00",
        title="别组的参观",
        title_en="Visit of the others",
        kind="site_visit",
        groups=[participant.other_group],
    )
