"""The pages, lists and API of logistics: who sees which, and what comes out."""

import datetime as dt

import pytest
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.common.clock import SHANGHAI
from g60portal.common.tables.reading import read_table
from participants.actions.hotels import add_hotel, add_rooms
from participants.actions.logistics import save_logistics
from participants.actions.posts import set_post
from participants.models import LogisticsForm, RoomStay
from participants.refusals import LeaderWithoutGroup, PostTaken
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    PersonFactory,
    UserFactory,
    two_leg_cohort,
    user_with,
)
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db
BACKEND = "g60portal.accounts.backends.PortalBackend"
NEED = "花生QZX"


class Week:
    """The week before a leg begins, with one person who has told everything."""

    def __init__(self, client) -> None:
        self.client = client
        self.cohort, self.leg, self.other_leg = two_leg_cohort()
        self.person = enrolled(
            self.cohort, "张三", identity=identity_number(1), phone="13900000001", gender="1"
        )
        self.person.person.user = UserFactory()
        self.person.person.save()
        hotel = add_hotel(leg=self.leg, name="示例酒店", by=None)
        [self.room] = add_rooms(
            hotel=hotel, numbers="801", kind="twin", places=2, first_on=self.leg.starts_on,
            last_on=self.leg.ends_on, by=None,
        )  # fmt: skip

    def told(self) -> LogisticsForm:
        facts = {"diet": "halal", "allergy": NEED, "arrival_at": moment(8, 8)}
        return save_logistics(
            enrollment=self.person, leg=self.leg, facts=facts, consent=True, by=None
        )

    def sign_in(self, role: str, **scope) -> None:
        user = user_with(role, cohort=self.cohort, **scope)
        self.client.force_login(user, backend=BACKEND)

    def url(self, name: str, *more, leg=None) -> str:
        return reverse(name, args=[self.cohort.code, (leg or self.leg).pk, *more])

    def status(self, name: str, *more, leg=None) -> int:
        return self.client.get(self.url(name, *more, leg=leg)).status_code

    def cells(self, name: str, query: str = "") -> str:
        answer = self.client.get(self.url("logistics-list", name) + query)
        [sheet] = read_table(answer.content, "list.xlsx")
        return " ".join(cell.text for row in sheet.rows for cell in row)


def moment(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 6, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def week(client, frozen_clock) -> Week:
    frozen_clock(moment(1, 9))
    return Week(client)


def test_host_when_its_leg_is_near_then_runs_it_and_no_other(week: Week, frozen_clock) -> None:
    week.sign_in(Role.LEG, leg=week.leg)
    seat = week.person.seat
    for name, more in (("room-list", ()), ("logistics-person", (seat,)), ("api-logistics", ())):
        assert (week.status(name, *more), week.status(name, *more, leg=week.other_leg)) == (
            200,
            403,
        )
    frozen_clock(moment(25, 9))
    assert (week.status("room-list"), week.status("logistics-leg")) == (403, 200)


def test_participant_when_filling_in_then_kept_and_without_consent_refused(week: Week) -> None:
    week.client.force_login(week.person.person.user, backend=BACKEND)
    url = reverse("my-logistics-leg", args=[week.leg.pk])
    said = {"nights": ["2026-06-08"], "diet": "halal", "allergy": NEED}
    assert week.client.post(url, said).status_code == 422
    assert week.client.post(url, said | {"consent": "on"}).status_code == 302
    form = LogisticsForm.objects.get()
    assert (form.nights, form.diet) == ([dt.date(2026, 6, 8)], "halal")
    assert NEED in week.client.get(url).content.decode()
    # The consent taken back on the same page: what was told under it goes, whatever was sent.
    assert week.client.post(url, said).status_code == 302
    form.refresh_from_db()
    assert (form.diet, form.sealed) == ("", None)


def test_own_api_when_put_then_answered_with_the_whole_form(week: Week) -> None:
    week.client.force_login(week.person.person.user, backend=BACKEND)
    url = reverse("api-me-logistics-detail", args=[week.leg.pk])
    body = {"shirt_size": "L", "diet": "diabetic", "consent": True}
    answer = week.client.put(url, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["diet"]) == ("filled", "diabetic")
    wrong = week.client.put(url, {"nights": ["2026-09-01"]}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "logistics_wrong")


def test_rooms_when_people_are_marked_then_assigned_and_taken_back(week: Week) -> None:
    week.sign_in(Role.LEAD)
    marked = {"marked": [week.person.pk], "target": week.room.pk}
    week.client.post(week.url("room-assign"), marked)
    assert RoomStay.objects.get().room_id == week.room.pk
    assert "张三" in week.client.get(week.url("room-list")).content.decode()
    week.client.post(week.url("room-undo"))
    assert not RoomStay.objects.exists()


def test_lists_when_taken_then_minimised_and_written_down(week: Week) -> None:
    week.told()
    mate = PersonFactory(name="李四", gender="1")
    EnrollmentFactory(cohort=week.cohort, seat=50, person=mate)
    week.sign_in(Role.LEAD)
    week.client.post(week.url("room-fill"))
    meals = week.cells("meal-list")
    assert ("张三" in meals, NEED in meals, "李四" in meals) == (True, True, False)
    masked, clear = week.cells("hotel-list"), week.cells("hotel-list", "?reason=registration")
    number = identity_number(1)
    assert (number in masked, number in clear, NEED in clear) == (False, True, False)
    assert "李四" in week.cells("room-list")
    revealed = AuditEvent.objects.filter(verb="identity.revealed", reason="registration")
    assert revealed.count() == 2
    assert AuditEvent.objects.filter(verb="logistics.listed").count() == 3


def test_post_when_taken_or_without_a_group_then_refused(week: Week) -> None:
    group = GroupFactory(cohort=week.cohort, position=1)
    first, second = (
        EnrollmentFactory(cohort=week.cohort, group=group, seat=seat) for seat in (50, 51)
    )
    set_post(enrollment=first, post="leader", by=None)
    with pytest.raises(PostTaken):
        set_post(enrollment=second, post="leader", by=None)
    with pytest.raises(LeaderWithoutGroup):
        set_post(enrollment=week.person, post="leader", by=None)
    week.sign_in(Role.LEAD)
    move = {"marked": [first.pk], "target": "none"}
    week.client.post(reverse("group-move", args=[week.cohort.code]), move)
    first.refresh_from_db()
    assert first.post == ""
    set_post(enrollment=second, post="leader", by=None)
