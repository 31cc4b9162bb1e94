"""A speaker and the host of a plant who can be asked, a week before the cohort begins."""

from dataclasses import dataclass

from g60portal.accounts.models import User
from g60portal.common.clock import SHANGHAI
from sessions.actions.slots import ask_for_slots
from sessions.models import Slot, SlotLink, TrainingSession
from sessions.queries.slot_links import link_url
from sessions.queries.slot_parties import Party
from tests.factories import UserFactory, at, training_session
from tests.factories.timetables import Timetabled, timetabled_cohort

BEFORE = at(1, "10:00")
MAIL = "wang@example.org"
__all__ = ["BEFORE", "MAIL", "SHANGHAI", "Confirming", "confirming"]


@dataclass
class Confirming:
    """The speaker teaches on two days of the first leg; the plant receives two groups."""

    made: Timetabled
    lead: User
    speaker: Party
    host: Party
    lecture: TrainingSession
    second: TrainingSession
    visit: TrainingSession

    @property
    def cohort(self):
        return self.made.cohort

    def ask(self, party: Party | None = None, **facts: object) -> SlotLink:
        """The link of the party, which is the speaker unless another is named."""
        given = {"email": MAIL, "language": "en", "by": self.lead, **facts}
        asked = ask_for_slots(cohort=self.cohort, party=party or self.speaker, **given)
        assert asked.link is not None
        return asked.link

    def slot(self, row: TrainingSession, party: Party | None = None) -> Slot:
        return (party or self.speaker).slots(self.cohort).get(training_session=row)

    def path(self, link: SlotLink, page: str = "") -> str:
        """The address of the private page, without the host."""
        return "/" + link_url(link).split("/", 3)[3] + page

    def move(self, row: TrainingSession, start: str, end: str) -> None:
        row.starts_at, row.ends_at = at(8, start), at(8, end)
        row.save()


def confirming(**facts: object) -> Confirming:
    made = timetabled_cohort(**facts)
    second = training_session(
        made.leg,
        9,
        "09:00",
        "11:00",
        venue=made.hall,
        speakers=[made.speaker],
        title="芯片设计",
        title_en="Chip design",
    )
    return Confirming(
        made=made,
        lead=UserFactory(name="Li Lead"),
        speaker=Party(speaker=made.speaker),
        host=Party(venue=made.plant),
        lecture=made.lecture,
        second=second,
        visit=made.visit_of_first,
    )
