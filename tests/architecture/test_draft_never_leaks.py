"""What organizers write into the draft reaches no participant before it is released, and then only
those whom it concerns: every route that a participant or an anonymous visitor passes is read, in
both languages, and every mail.

A word that stands nowhere else is planted into every text field of the draft and of what surrounds
it. A new text field is planted by itself; a new route is read by itself, as it stands in the matrix
of permissions.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

import pytest
from django.db import models, transaction
from django.db.models import Model
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from g60portal.common import clock
from g60portal.notices.delivery import composed
from g60portal.notices.models import Notice
from participants.models import Enrollment, Group
from sessions.actions.releases import publish_release
from sessions.models import (
    Proposal,
    ReleaseRequest,
    Speaker,
    TrainingSession,
    Vehicle,
    VehicleStop,
    Venue,
)
from sessions.notices.change_digest import KIND as DIGEST
from sessions.notices.itinerary_released import KIND as ITINERARY
from sessions.queries.calendar import feed_token
from tests.architecture.test_permission_matrix import MATRIX, PASSED, ask, client_of, rolled_back
from tests.architecture.world import World, build_world
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    training_session,
)

pytestmark = pytest.mark.django_db

LANGUAGES = ("zh-hans", "en")
# Private pages of others, who alone hold their address: a speaker's and a host's slots, the forms
# of those who are nominated. They may show the draft to whom it was shown by its organizers.
ADDRESSES_OF_OTHERS = frozenset({"slot-page", "slot-calendar", "enterprise-form", "nominee-form"})
# Words with a fixed list, and the picture of a file: nobody writes text there.
NOT_TEXT = (models.FileField, models.UUIDField)


class Planted:
    """The words by what they were planted into."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def word(self, place: str) -> str:
        """A new one for the place. Letters only, so that no escaping changes it."""
        return self.words.setdefault(place, f"zq{len(self.words):04}leak")

    def into(self, row: Model, place: str) -> None:
        """Into every text field of the row."""
        facts = {
            field.name: self.word(f"{place}.{field.name}")[: field.max_length or None]
            for field in text_fields(type(row))
        }
        assert facts, place
        type(row)._default_manager.filter(pk=row.pk).update(**facts)

    def found_in(self, text: str) -> set[str]:
        return {place for place, word in self.words.items() if word in text}

    def of(self, *places: str) -> set[str]:
        return {name for name in self.words if name.partition(".")[0] in places}


def text_fields(model: type[Model]) -> Iterator[models.CharField | models.TextField]:
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField)
        if is_text and not isinstance(field, NOT_TEXT) and not field.choices and field.editable:
            yield field


class House:
    """The world of the role tests with a second group beside the participant's, told so far of a
    timetable without secrets; then the draft is filled with words."""

    def __init__(self) -> None:
        self.world: World = build_world()
        self.cohort = self.world.cohort
        self.own = Enrollment.objects.get(pk=self.world.args["enrollment"])
        self.group = Group.objects.get(pk=self.world.args["group_id"])
        self.other_group = GroupFactory(cohort=self.cohort, position=2)
        self.other = EnrollmentFactory(
            cohort=self.cohort, group=self.other_group, seat=2, person__user=UserFactory()
        )
        self.world.users["other"] = self.other.person.user
        self.leg = TrainingSession.objects.get(pk=self.world.args["session_id"]).leg
        self.sessions = {
            "own": self._session("10:00", groups=[self.group]),
            "others": self._session("11:00", groups=[self.other_group]),
            "everyone": self._session("12:00"),
            "dropped": self._session("13:00"),
        }
        publish_release(cohort=self.cohort, name="", comment="", by=None)
        Notice.objects.filter(state="queued").update(state="sent", sent_at=clock.now())
        self.planted = Planted()

    def plant(self) -> None:
        """A draft that differs in every text, and everything organizers write around it."""
        self.sessions["new"] = self._session("15:00")
        self.sessions["unplaced"] = self._session("16:00")
        TrainingSession.objects.filter(pk=self.sessions["unplaced"].pk).update(
            starts_at=None, ends_at=None
        )
        for name, row in self.sessions.items():
            self.planted.into(row, name)
        dropped = TrainingSession.objects.filter(pk=self.sessions["dropped"].pk)
        dropped.update(state="cancelled")
        transfer = self._session("17:00", kind="transfer")
        TrainingSession.objects.filter(pk=transfer.pk).update(starts_at=None, ends_at=None)
        vehicle = Vehicle.objects.create(training_session=transfer, name="1", seats=45)
        stop = VehicleStop.objects.create(vehicle=vehicle, position=0, name="1")
        request = ReleaseRequest.objects.create(
            cohort=self.cohort, state="declined", fingerprint="0"
        )
        proposal = Proposal.objects.filter(cohort=self.cohort)[0]
        around = {"vehicle": vehicle, "stop": stop, "request": request, "proposal": proposal}
        for place, row in around.items():
            self.planted.into(row, place)

    def _session(self, start: str, **facts: object) -> TrainingSession:
        places = {"venue": VenueFactory(), "speakers": [SpeakerFactory()]}
        return training_session(self.leg, 10, start, f"{start[:2]}:50", **places, **facts)

    def plant_places(self) -> None:
        """Venues and speakers belong to the draft too: a release copies what they were called."""
        for name, row in self.sessions.items():
            venue = Venue.objects.get(training_sessions=row)
            speaker = Speaker.objects.get(training_sessions=row)
            self.planted.into(venue, f"{name}-venue")
            self.planted.into(speaker, f"{name}-speaker")

    def pages(self, role: str, enrollment: Enrollment) -> Iterator[tuple[str, str]]:
        """Every route that the role passes with GET, as text; with the own feed's address."""
        args = {**self.world.args, "token": feed_token(enrollment)}
        client = client_of(self.world, role)
        expected = "participant" if role == "other" else role
        rows = [
            row
            for row in MATRIX
            if row.method == "GET"
            and row.expected(expected) == PASSED
            and row.route not in ADDRESSES_OF_OTHERS
        ]
        for language in LANGUAGES:
            client.cookies["django_language"] = language
            for row in rows:
                answer = ask(client, row, self.world, args)
                assert answer.status_code != HTTPStatus.UNAUTHORIZED, row
                assert "/accounts/login/" not in answer.headers.get("Location", ""), row
                text = b"".join(answer) if answer.streaming else answer.content
                yield f"{row.route} ({language})", text.decode(errors="replace")

    def mails(self, enrollment: Enrollment) -> str:
        """Everything that participants get by mail about the timetable, with its attachments."""
        rows = Notice.objects.filter(
            kind__in=[ITINERARY.name, DIGEST.name], context__enrollment=enrollment.pk
        ).exclude(state="cancelled")
        texts: list[str] = []
        for row, message in zip(rows, composed(list(rows)).values(), strict=True):
            files = [file.content.decode() for file in message.attachments]
            texts += [row.subject, message.text, message.html, *files]
        return "\n".join(texts).replace("\r\n ", "")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Built once, rolled back after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = House()
        made.plant()
        made.plant_places()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def house(filled: House, db: None) -> Iterator[House]:
    """As it was filled, whatever the test writes."""
    with rolled_back():
        yield filled


def leaks(
    house: House, role: str, enrollment: Enrollment, allowed: Iterable[str]
) -> dict[str, set[str]]:
    """By route: what was found there that must not be."""
    found = {}
    for route, text in house.pages(role, enrollment):
        wrong = house.planted.found_in(unfolded(text)) - set(allowed)
        if wrong:
            found[route] = wrong
    return found


def unfolded(text: str) -> str:
    """Lines of calendar files are folded after 75 bytes."""
    return text.replace("\r\n ", "")


@pytest.mark.parametrize("role", ["participant", "other", "anonymous", "nobody"])
def test_draft_when_planted_then_no_route_shows_a_word_of_it(house, role):
    enrollment = house.other if role == "other" else house.own
    assert len(house.planted.words) > 50
    assert leaks(house, role, enrollment, ()) == {}


def test_draft_when_planted_then_no_mail_tells_a_word_of_it(house):
    for enrollment in (house.own, house.other):
        text = house.mails(enrollment)
        assert len(text) > 500
        assert house.planted.found_in(text) == set()


def test_feed_when_the_draft_is_edited_then_its_tag_stays(house):
    address = f"/calendar/{feed_token(house.own)}.ics"
    before = Client().get(address).headers["ETag"]
    house.planted.into(house.sessions["own"], "again")
    assert Client().get(address).headers["ETag"] == before


# What a release shows to everybody whom a session concerns: its texts and those of its places. Of
# languages one is read at a time; `cancel_reason` is shown where a session is cancelled.
SHOWN = {"title", "title_en", "description"}


def test_release_when_it_is_out_then_each_group_sees_its_own_and_no_other(house):
    release = publish_release(cohort=house.cohort, name="", comment="", by=None)
    planted = house.planted
    common = planted.of("everyone", "new", "everyone-venue", "new-venue", "everyone-speaker")
    common |= planted.of("new-speaker", "dropped") & {"dropped.cancel_reason"}
    common |= planted.of("new-speaker")
    own = common | planted.of("own", "own-venue", "own-speaker")
    others = common | planted.of("others", "others-venue", "others-speaker")
    assert leaks(house, "participant", house.own, own) == {}
    assert leaks(house, "other", house.other, others) == {}
    assert leaks(house, "anonymous", house.own, own) == {}
    assert leaks(house, "nobody", house.own, own) == {}
    for enrollment, allowed in ((house.own, own), (house.other, others)):
        rows = Notice.objects.filter(context__release=release.pk)
        assert rows.filter(context__enrollment=enrollment.pk).exists()
        assert planted.found_in(house.mails(enrollment)) - allowed == set()


def test_release_when_it_is_out_then_the_words_are_there_to_be_seen(house):
    """That the reading above would have found them: after the release it does."""
    publish_release(cohort=house.cohort, name="", comment="", by=None)
    expected = {f"own.{name}" for name in SHOWN} | {"everyone.title", "new.title"}
    expected |= {"own-venue.name", "own-venue.address", "own-speaker.name", "dropped.cancel_reason"}
    seen: dict[str, set[str]] = {}
    for route, text in house.pages("participant", house.own):
        for place in house.planted.found_in(unfolded(text)):
            seen.setdefault(place, set()).add(route.partition(" ")[0])
    assert expected - set(seen) == set()
    assert {
        "my-itinerary",
        "my-changes",
        "calendar-feed",
        "api-me-itinerary",
        "api-me-changes",
    } <= (seen["own.title"])
    with translation.override("zh-hans"):
        mailed = house.planted.found_in(house.mails(house.own))
    assert {"own.title", "own-venue.name", "own-speaker.name"} <= mailed
