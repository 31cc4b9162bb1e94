"""The check-in board and the roll, as pages."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client

from sessions.models import Attendance
from sessions.queries.check_in_codes import check_in_code_of
from tests.factories import EnrollmentFactory, GroupFactory, at, training_session, user_with
from tests.factories.studies import Study, studied_cohort

pytestmark = pytest.mark.django_db

ROLES = [
    ("administrator", 200, 302),
    ("lead", 200, 302),
    ("desk", 200, 302),
    ("reader", 200, 403),
    ("coordinator", 403, 403),
    ("nobody", 404, 404),
]


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Study:
    frozen_clock(at(9, "10:00"))
    return studied_cohort(marked=False)


def signed_in(client: Client, study: Study, role: str = "desk") -> Client:
    scope: dict[str, object] = {"cohort": study.cohort}
    if role == "coordinator":
        scope["city"] = study.leg.city
    client.force_login(user_with(role, **({} if role in {"administrator", "nobody"} else scope)))
    return client


def board(study: Study) -> str:
    return f"/console/cohorts/{study.cohort.code}/checkin/"


def roll(study: Study, position: int = 1) -> str:
    return f"{board(study)}{study.sessions[position].pk}/"


def posted(client: Client, url: str, **chosen: str) -> dict[str, str]:
    """What the page would send: its hidden fields, and what was chosen."""
    page = client.get(url).content.decode()
    batch = re.search(r'name="batch" value="([^"]+)"', page)
    assert batch
    shown = dict(re.findall(r'name="(shown-\d+)" value="(\w*)"', page))
    return {"batch": batch[1], **shown, **chosen}


@pytest.mark.parametrize(("role", "reading", "writing"), ROLES)
def test_roll_when_opened_by_role_then_as_the_role_may(
    client: Client, study: Study, role: str, reading: int, writing: int
) -> None:
    signed_in(client, study, role)
    assert client.get(board(study)).status_code == reading
    assert client.get(roll(study)).status_code == reading
    data = {"batch": "5f0c7a04-6b55-4a70-9a3b-8d4a1d5c7e11"}
    assert client.post(roll(study), data).status_code == writing


def test_board_when_a_session_runs_now_then_it_comes_first(client: Client, study: Study) -> None:
    early = training_session(study.leg, 9, "07:00", "08:00", title="早间自习")
    later = training_session(study.leg, 9, "14:00", "15:00", title="下午讲座")
    page = signed_in(client, study).get(board(study)).content.decode()
    places = [page.index(title) for title in ("第9日讲座", early.title, later.title)]
    assert places == sorted(places)
    assert "第8日讲座" not in page


@pytest.mark.parametrize("extra", [0, 2])
def test_board_and_roll_when_there_is_more_then_no_more_queries(
    client: Client, study: Study, extra: int, django_assert_max_num_queries
) -> None:
    signed_in(client, study)
    for number in range(extra):
        EnrollmentFactory(cohort=study.cohort, seat=40 + number)
        training_session(study.leg, 9, f"{15 + number}:00", f"{15 + number}:30")
    client.get(board(study))
    with django_assert_max_num_queries(8):
        client.get(board(study))
    with django_assert_max_num_queries(8):
        client.get(roll(study))


def test_roll_when_everybody_else_is_present_then_exceptions_stay(
    client: Client, study: Study
) -> None:
    signed_in(client, study)
    one, two, three = study.enrollments
    data = posted(client, roll(study), **{f"state-{two.pk}": "late", "all_present": "on"})
    response = client.post(roll(study), data)
    assert response.status_code == 302
    marks = dict(Attendance.objects.values_list("enrollment_id", "state"))
    assert marks == {one.pk: "present", two.pk: "late", three.pk: "present"}


def test_roll_when_sent_twice_then_nothing_is_marked_again(client: Client, study: Study) -> None:
    signed_in(client, study)
    one = study.enrollments[0]
    data = posted(client, roll(study), **{f"state-{one.pk}": "present"})
    client.post(roll(study), data)
    before = list(Attendance.objects.values())
    client.post(roll(study), data)
    assert list(Attendance.objects.values()) == before


def test_roll_when_two_doors_mark_then_neither_undoes_the_other(
    client: Client, study: Study
) -> None:
    signed_in(client, study)
    one, two, _three = study.enrollments
    first = posted(client, roll(study), **{f"state-{one.pk}": "present"})
    second = posted(client, roll(study), **{f"state-{two.pk}": "absent"})
    client.post(roll(study), first)
    client.post(roll(study), second)
    marks = dict(Attendance.objects.values_list("enrollment_id", "state"))
    assert marks == {one.pk: "present", two.pk: "absent"}


def test_roll_when_for_a_group_then_lists_its_members_only(client: Client, study: Study) -> None:
    group = GroupFactory(cohort=study.cohort)
    member = EnrollmentFactory(cohort=study.cohort, seat=30, group=group)
    row = training_session(study.leg, 9, "20:00", "21:00", groups=[group])
    page = signed_in(client, study).get(f"{board(study)}{row.pk}/").content.decode()
    assert f"state-{member.pk}" in page
    assert not any(f"state-{other.pk}" in page for other in study.enrollments)


def test_roll_when_cancelled_or_of_another_cohort_then_404(client: Client, study: Study) -> None:
    signed_in(client, study)
    cancelled = training_session(study.leg, 9, "20:00", "21:00", state="cancelled")
    other = studied_cohort(1, marked=False)
    for row in (cancelled, other.sessions[0]):
        assert client.get(f"{board(study)}{row.pk}/").status_code == 404


def test_roll_when_a_state_is_made_up_then_422(client: Client, study: Study) -> None:
    signed_in(client, study)
    one = study.enrollments[0]
    data = posted(client, roll(study), **{f"state-{one.pk}": "asleep"})
    assert client.post(roll(study), data).status_code == 422
    assert not Attendance.objects.exists()


def by_code(study: Study) -> str:
    return f"{roll(study)}code/"


def test_code_when_scanned_at_the_door_then_present_and_ready_for_the_next(
    client: Client, study: Study
) -> None:
    signed_in(client, study)
    person = study.enrollments[1]
    scanned = f"{check_in_code_of(study.cohort.pk, person.pk)}\r\n"
    page = client.post(by_code(study), {"code": scanned}, follow=True)
    assert page.redirect_chain == [(f"{roll(study)}?scanning=1", 302)]
    text = page.content.decode()
    assert person.person.name in str(next(iter(page.context["messages"])))
    assert re.search(r'<input[^>]*name="code"[^>]*autofocus', text)
    assert Attendance.objects.get().enrollment_id == person.pk


def test_code_when_refused_then_the_roll_says_why_and_nothing_is_marked(
    client: Client, study: Study
) -> None:
    signed_in(client, study)
    page = client.post(by_code(study), {"code": "HELLO"})
    assert page.status_code == 422
    assert page.context["code_form"].errors["code"]
    assert 'value="HELLO"' in page.content.decode()
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(("role", "_reading", "writing"), ROLES)
def test_code_when_given_by_role_then_as_the_role_may(
    client: Client, study: Study, role: str, _reading: int, writing: int
) -> None:
    signed_in(client, study, role)
    code = check_in_code_of(study.cohort.pk, study.enrollments[0].pk)
    assert client.post(by_code(study), {"code": code}).status_code == writing
