"""Many edits and releases in a row, with messages that wait, leave, fail, and are taken back: what
each person has been told adds up to the timetable in force, however it came about.

Each person keeps a calendar as a phone does, by the mails alone, in the order in which they left.
"""

import datetime as dt
import random
from collections.abc import Callable

import icalendar
import pytest

from g60portal.common import clock
from g60portal.notices.claims import claim_slice, hand_back, mark_sent, mark_troubled
from g60portal.notices.delivery import composed
from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from g60portal.notices.retry import Fate
from participants.models import Enrollment
from sessions.actions.release_messages import NothingWaits, send_messages_now, take_messages_back
from sessions.actions.releases import NothingToRelease, publish_release
from sessions.models import Release, SessionAudience, TrainingSession
from sessions.queries.releases import latest_release, picture_of
from tests.factories import at
from tests.factories.timetables import Timetabled, timetabled_cohort

pytestmark = pytest.mark.django_db
STEPS = 60


class Phone:
    """The calendar of one person, fed by mails; it complains like a calendar program would."""

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment
        self.english = enrollment.person.language == "en"
        self.events: dict[str, tuple[dt.datetime, str]] = {}
        self.sequences: dict[str, int] = {}

    def receive(self, message: Message, *, whole: bool) -> None:
        """`whole`: the itinerary as such, which may be empty; else it must say something new."""
        before = dict(self.events)
        for attachment in message.attachments:
            calendar = icalendar.Calendar.from_ical(attachment.content)
            for event in calendar.walk("VEVENT"):
                self._take(str(calendar["METHOD"]), event)
        assert whole or self.events != before or "→" in message.text, "a superfluous message"

    def _take(self, method: str, event: icalendar.Event) -> None:
        uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
        assert sequence >= self.sequences.get(uid, 0), "SEQUENCE went back"
        if method == "CANCEL":
            assert uid in self.events, "cancelled what was never told"
            del self.events[uid]
        else:
            known = uid in self.events
            assert not known or sequence > self.sequences[uid], "an update with an old SEQUENCE"
            self.events[uid] = (event["DTSTART"].dt, str(event["SUMMARY"]))
        self.sequences[uid] = sequence

    def expected(self, release: Release) -> dict[str, tuple[dt.datetime, str]]:
        picture = picture_of(release)
        self.enrollment.refresh_from_db()
        return {
            f"{picture.uids[key]}-{self.enrollment.pk}@calendar.g60portal": (
                slot.starts_at,
                slot.title_en if self.english else slot.title,
            )
            for key, slot in picture.slots.items()
            if slot.takes_place and slot.is_for(self.enrollment.group_id)
        }


class Storm:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made: Timetabled = timetabled_cohort(wait_seconds=60)
        self.sessions = [self.made.lecture, self.made.visit_of_first, self.made.visit_of_second]
        self.phones = {person.pk: Phone(person) for person in self.made.people}
        # What workers hold at this moment, composed and not yet sent.
        self.held: list[tuple[Notice, Message]] = []
        self.hour = 0

    # --- What happens -------------------------------------------------------------------------

    def edit(self) -> None:
        row = self.chance.choice(self.sessions)
        row.refresh_from_db()
        self.chance.choice([self._move, self._rename, self._cancel_or_not, self._regroup])(row)

    def _move(self, row: TrainingSession) -> None:
        """Each session has a day of its own to move about in, so that nothing clashes."""
        self.hour = (self.hour + 1) % 10
        start = at(9 + self.sessions.index(row), f"{8 + self.hour:02}:00")
        self._set(row, starts_at=start, ends_at=start + dt.timedelta(minutes=10))

    def _rename(self, row: TrainingSession) -> None:
        word = self.chance.choice("甲乙丙")
        self._set(row, title=f"讲座{word}", title_en=f"Lecture {word}")

    def _cancel_or_not(self, row: TrainingSession) -> None:
        state = "planned" if row.state == "cancelled" else "cancelled"
        self._set(row, state=state, cancel_reason="停产" if state == "cancelled" else "")

    def _regroup(self, row: TrainingSession) -> None:
        """The audience changes, or a person changes groups."""
        if self.chance.random() < 0.5:
            group = self.chance.choice([*self.made.groups, None])
            SessionAudience.objects.filter(training_session=row).update(group=group)
        else:
            person = self.chance.choice(self.made.people)
            person.group = self.chance.choice([*self.made.groups, None])
            person.save()

    def _set(self, row: TrainingSession, **facts: object) -> None:
        TrainingSession.objects.filter(pk=row.pk).update(**facts)

    def publish(self) -> None:
        try:
            publish_release(cohort=self.made.cohort, name="", comment="", by=None)
        except NothingToRelease:
            return

    def take_back(self) -> None:
        self._on_messages(take_messages_back)

    def send_now(self) -> None:
        self._on_messages(send_messages_now)

    def _on_messages(self, action: Callable[..., int]) -> None:
        release = latest_release(self.made.cohort)
        try:
            if release:
                action(release=release, by=None)
        except NothingWaits:
            return

    def claim(self) -> None:
        """A worker takes a slice and composes it."""
        self._make_due()
        rows = claim_slice(limit=self.chance.choice([1, 2, 5]))
        messages = composed(rows)
        self.held += [(row, messages[row.pk]) for row in rows if row.pk in messages]

    def settle(self) -> None:
        """Some of what is on its way arrives, some does not, some is still on its way."""
        still = []
        for row, message in self.held:
            fate = self.chance.random()
            if fate < 0.3:
                still.append((row, message))
            elif fate < 0.7:
                self._arrive(row, message)
            elif fate < 0.85:
                hand_back([row])
            elif fate < 0.93:
                mark_troubled(row, Fate.RETRY, "451")
            else:
                mark_troubled(row, Fate.NEEDS_PERSON, "550")
        self.held = still

    def deliver_all(self) -> None:
        while self.held:
            self.settle()
        for _round in range(20):
            self._make_due()
            rows = claim_slice()
            messages = composed(rows)
            for row in rows:
                if row.pk in messages:
                    self._arrive(row, messages[row.pk])
        waiting = Notice.objects.filter(state__in=["queued", "retrying", "sending"])
        assert not waiting.exists()

    def _arrive(self, row: Notice, message: Message) -> None:
        whole = row.kind == "itinerary_released"
        self.phones[row.context["enrollment"]].receive(message, whole=whole)
        mark_sent(row)

    def _make_due(self) -> None:
        waiting = Notice.objects.filter(state__in=["queued", "retrying"])
        waiting.update(due_at=clock.now() - dt.timedelta(seconds=1))


@pytest.mark.parametrize("seed", range(12))
def test_releases_when_they_come_in_a_storm_then_everybody_knows_the_one_in_force(seed):
    storm = Storm(seed)
    deeds = [
        *[storm.edit] * 5,
        *[storm.publish] * 3,
        *[storm.claim] * 3,
        *[storm.settle] * 2,
        storm.take_back,
        storm.send_now,
    ]
    storm.publish()
    for _step in range(STEPS):
        storm.chance.choice(deeds)()
    # One more release, delivered whole: it tells everybody whatever they have missed.
    lecture = storm.made.lecture
    SessionAudience.objects.filter(training_session=lecture).update(group=None)
    storm._set(lecture, title="收尾", title_en="The end", state="planned", cancel_reason="")
    storm.publish()
    storm.deliver_all()
    release = Release.objects.latest("number")
    assert release.number > 3
    for phone in storm.phones.values():
        assert phone.events == phone.expected(release), f"seed {seed}"
