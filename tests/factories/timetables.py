"""A small cohort with groups, people and a timetable, ready to be released."""

from dataclasses import dataclass, field

from cohorts.models import Cohort, Leg
from g60portal.common import clock
from g60portal.notices.models import Notice
from participants.models import Enrollment, Group
from sessions.models import Speaker, TrainingSession, Venue
from tests.factories.cohorts import two_leg_cohort
from tests.factories.participants import EnrollmentFactory, GroupFactory
from tests.factories.sessions import SpeakerFactory, VenueFactory, training_session


@dataclass
class Timetabled:
    """Two groups of two people and one person without a group; three sessions."""

    cohort: Cohort
    leg: Leg
    groups: tuple[Group, Group]
    people: list[Enrollment]
    hall: Venue
    plant: Venue
    speaker: Speaker
    lecture: TrainingSession
    visit_of_first: TrainingSession
    visit_of_second: TrainingSession
    by_group: dict[int | None, set[int]] = field(default_factory=dict)

    def ids(self, *groups: Group | None) -> set[int]:
        """Enrollment ids of these groups; of everybody without arguments."""
        wanted = {group.pk if group else None for group in groups}
        return {
            pk for key, pks in self.by_group.items() if not groups or key in wanted for pk in pks
        }


def messages_arrive() -> None:
    """Everything that waits to be sent has reached its reader."""
    waiting = Notice.objects.filter(state__in=["queued", "sending", "retrying"])
    waiting.update(state="sent", sent_at=clock.now(), lease_until=None)


def timetabled_cohort(**facts: object) -> Timetabled:
    cohort, leg, _hefei = two_leg_cohort(**facts)
    first, second = GroupFactory(cohort=cohort, position=1), GroupFactory(cohort=cohort, position=2)
    people = [
        EnrollmentFactory(cohort=cohort, group=group, seat=seat, person__language=language)
        for seat, (group, language) in enumerate(
            [(first, "zh-hans"), (first, "en"), (second, "zh-hans"), (second, "en"), (None, "en")],
            1,
        )
    ]
    by_group: dict[int | None, set[int]] = {}
    for person in people:
        by_group.setdefault(person.group_id, set()).add(person.pk)
    hall = VenueFactory(address="广富林路1号")
    plant = VenueFactory(address="车墩镇2号")
    speaker = SpeakerFactory(name="王教授", name_en="Professor Wang")
    return Timetabled(
        cohort=cohort,
        leg=leg,
        groups=(first, second),
        people=people,
        hall=hall,
        plant=plant,
        speaker=speaker,
        lecture=training_session(
            leg,
            8,
            "09:00",
            "11:00",
            venue=hall,
            speakers=[speaker],
            title="产业发展",
            title_en="Industry",
        ),
        visit_of_first=training_session(
            leg,
            8,
            "13:30",
            "15:30",
            venue=plant,
            groups=[first],
            kind="site_visit",
            title="参观一",
            title_en="Visit one",
        ),
        visit_of_second=training_session(
            leg,
            8,
            "16:00",
            "17:30",
            venue=plant,
            groups=[second],
            kind="site_visit",
            title="参观二",
            title_en="Visit two",
        ),
        by_group=by_group,
    )
