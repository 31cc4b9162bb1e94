"""Training sessions by API: shapes, conflicts, who may, and the cost of a list."""

import pytest

from cohorts.choices import Role
from cohorts.models import Theme
from sessions.models import TrainingSession, VenueTravel
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    VenueFactory,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

KEYS = [
    "id",
    "cohort",
    "leg",
    "kind",
    "title",
    "title_en",
    "theme",
    "venue",
    "speakers",
    "groups",
    "starts_at",
    "ends_at",
    "hours",
    "compulsory",
    "state",
    "version",
    "clashes",
]


@pytest.fixture
def world():
    return two_leg_cohort()


@pytest.fixture
def lead(world, api_as):
    return api_as(user_with(Role.LEAD, cohort=world[0]))


def address(cohort):
    return f"/api/v1/cohorts/{cohort.code}/sessions/"


def lecture(leg, **facts):
    return {
        "leg": leg.pk,
        "kind": "lecture",
        "title": "专题讲座",
        "starts_at": "2026-06-08T09:00:00+08:00",
        "ends_at": "2026-06-08T11:15:00+08:00",
        **facts,
    }


def test_create_when_complete_then_the_whole_shape_in_shanghai_time(world, lead):
    cohort, leg, _hefei = world
    venue, chen, group = VenueFactory(), SpeakerFactory(), GroupFactory(cohort=cohort)
    theme = Theme.objects.get(code="industry")
    answer = lead.post(
        address(cohort),
        lecture(leg, venue=venue.pk, speakers=[chen.pk], groups=[group.pk], theme=theme.pk),
        format="json",
    )
    assert answer.status_code == 201
    body = answer.json()
    assert list(body) == KEYS
    assert body | {"id": 0} == {
        "id": 0,
        "cohort": cohort.code,
        "leg": leg.pk,
        "kind": "lecture",
        "title": "专题讲座",
        "title_en": "",
        "theme": theme.pk,
        "venue": venue.pk,
        "speakers": [chen.pk],
        "groups": [group.pk],
        "starts_at": "2026-06-08T09:00:00+08:00",
        "ends_at": "2026-06-08T11:15:00+08:00",
        "hours": 3.0,
        "compulsory": True,
        "state": "draft",
        "version": 1,
        "clashes": [],
    }


def test_create_when_only_leg_kind_and_title_then_in_the_tray(world, lead):
    body = {"leg": world[1].pk, "kind": "meal", "title": "午餐"}
    answer = lead.post(address(world[0]), body, format="json").json()
    assert (answer["starts_at"], answer["ends_at"], answer["hours"]) == (None, None, 0.0)


def test_create_when_the_venue_is_taken_then_409_names_the_clash(world, lead):
    cohort, leg, _hefei = world
    venue = VenueFactory(name_en="Great hall")
    taken = training_session(leg, 8, "10:00", "12:00", venue=venue, title_en="Planning")
    answer = lead.post(address(cohort), lecture(leg, venue=venue.pk), format="json")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "clash"
    assert [(clash["code"], clash["severity"]) for clash in body["clashes"]] == [
        ("venue", "hard"),
        ("group", "hard"),
    ]
    assert all(taken.pk in clash["sessions"] for clash in body["clashes"])
    assert "Great hall" in body["clashes"][0]["message"]
    assert "Planning" in body["detail"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "party"}, 400, "malformed"),
        ({"title": ""}, 400, "malformed"),
        ({"venue": 10**30}, 400, "malformed"),
        ({"ends_at": None}, 422, "times_incomplete"),
        ({"ends_at": "2026-06-08T08:00:00+08:00"}, 422, "times_reversed"),
        ({"ends_at": "2026-06-09T08:00:00+08:00"}, 422, "times_over_midnight"),
    ],
)
def test_create_when_something_is_wrong_then_a_problem(world, lead, change, status, code):
    answer = lead.post(address(world[0]), lecture(world[1], **change), format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not TrainingSession.objects.exists()


def test_patch_when_moved_then_changed_has_every_session_with_other_marks(world, lead):
    leg = world[1]
    hall, site = VenueFactory(), VenueFactory()
    VenueTravel.objects.create(origin=hall, destination=site, minutes=30)
    before = training_session(leg, 8, "09:00", "10:00", venue=hall)
    visit = training_session(leg, 8, "10:40", "11:20", venue=site)
    training_session(leg, 9, "18:10", "19:30")
    answer = lead.patch(
        f"/api/v1/sessions/{visit.pk}/",
        {
            "version": 1,
            "starts_at": "2026-06-08T10:20:00+08:00",
            "ends_at": "2026-06-08T11:00:00+08:00",
        },
        format="json",
    )
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [*KEYS, "changed"]
    assert body["version"] == 2
    assert [clash["code"] for clash in body["clashes"]] == ["travel"]
    assert [row["id"] for row in body["changed"]] == [before.pk]
    assert body["changed"][0]["clashes"] == body["clashes"]
    facts = body["clashes"][0]["facts"]
    assert (facts["needed_minutes"], facts["gap_minutes"]) == (30, 20)


def test_patch_when_stale_then_409_with_the_current_session(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    url = f"/api/v1/sessions/{row.pk}/"
    assert lead.patch(url, {"version": 1, "title": "新题"}, format="json").status_code == 200
    answer = lead.patch(url, {"version": 1, "title": "旧题"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    current = answer.json()["current"]
    assert list(current) == KEYS
    assert (current["title"], current["version"]) == ("新题", 2)


def test_patch_when_without_version_then_400(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    answer = lead.patch(f"/api/v1/sessions/{row.pk}/", {"title": "新题"}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["version"])


def test_patch_when_cancelled_and_taken_up_again_then_states_follow(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    url = f"/api/v1/sessions/{row.pk}/"
    gone = lead.patch(
        url, {"version": 1, "state": "cancelled", "reason": "病"}, format="json"
    ).json()
    assert (gone["state"], gone["version"]) == ("cancelled", 2)
    row.refresh_from_db()
    assert row.cancel_reason == "病"
    back = lead.patch(url, {"version": 2, "state": "planned"}, format="json").json()
    assert (back["state"], back["version"]) == ("planned", 3)


def test_patch_when_cancelled_together_with_changes_then_refused_at_each_field(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    url = f"/api/v1/sessions/{row.pk}/"
    change = {"version": 1, "state": "cancelled", "reason": "病", "title": "新题", "speakers": []}
    answer = lead.patch(url, change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "cancelled_with_changes")
    assert set(answer.json()["errors"]) == {"speakers", "title"}
    before = (row.state, row.version, row.title)
    row.refresh_from_db()
    assert (row.state, row.version, row.title) == before


def test_patch_when_cancelled_already_then_changes_are_refused_and_a_repeat_is_not(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00", state="cancelled")
    url = f"/api/v1/sessions/{row.pk}/"
    change = {"version": 1, "state": "cancelled", "title": "新题"}
    assert lead.patch(url, change, format="json").status_code == 422
    again = lead.patch(url, {"version": 1, "state": "cancelled"}, format="json")
    assert (again.status_code, again.json()["version"]) == (200, 1)


def test_patch_when_cancelled_without_a_reason_then_cancelled(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    answer = lead.patch(
        f"/api/v1/sessions/{row.pk}/", {"version": 1, "state": "cancelled"}, format="json"
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


def test_list_when_filtered_then_those_with_their_clashes(world, lead):
    cohort, leg, hefei = world
    late = training_session(leg, 8, "18:10", "19:30")
    training_session(hefei, 11, "09:00", "10:00")
    body = lead.get(address(cohort), {"leg": leg.pk, "day": "2026-06-08"}).json()
    assert set(body) == {"next", "previous", "results"}
    assert [row["id"] for row in body["results"]] == [late.pk]
    assert {clash["code"] for clash in body["results"][0]["clashes"]} == {"evening", "meal"}
    assert lead.get(address(cohort), {"day": "morgen"}).status_code == 400


def test_clashes_when_asked_then_all_with_their_figures(world, lead):
    cohort, leg, _hefei = world
    group = GroupFactory(cohort=cohort)
    EnrollmentFactory.create_batch(3, cohort=cohort, group=group)
    row = training_session(leg, 8, "09:00", "10:00", venue=VenueFactory(capacity=2, name_en="Room"))
    body = lead.get(f"/api/v1/cohorts/{cohort.code}/clashes/").json()
    assert body == {
        "next": None,
        "previous": None,
        "results": [
            {
                "key": body["results"][0]["key"],
                "code": "capacity",
                "severity": "soft",
                "sessions": [row.pk],
                "message": "Room holds 2; 3 are expected.",
                "facts": {"venue": row.venue_id, "people": 3, "capacity": 2},
                "accepted": False,
                "reason": "",
                "reopened": False,
            }
        ],
    }
    assert lead.get(f"/api/v1/cohorts/{cohort.code}/clashes/?severity=hard").json()["results"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_list_when_more_sessions_then_the_same_queries(
    world, lead, rows, django_assert_num_queries
):
    cohort, leg, _hefei = world
    for number in range(rows):
        training_session(
            leg,
            8,
            f"1{number}:00",
            f"1{number}:30",
            venue=VenueFactory(),
            speakers=[SpeakerFactory()],
        )
    with django_assert_num_queries(6):  # cohort, standing, sessions, and three for the clashes
        lead.get(address(cohort))


@pytest.mark.parametrize("rows", [1, 3])
def test_patch_when_more_sessions_then_the_same_queries(
    world, lead, rows, django_assert_num_queries
):
    leg = world[1]
    for number in range(rows):
        row = training_session(
            leg,
            8,
            f"1{number}:00",
            f"1{number}:30",
            venue=VenueFactory(),
            speakers=[SpeakerFactory()],
        )
    with django_assert_num_queries(17):
        answer = lead.patch(
            f"/api/v1/sessions/{row.pk}/",
            {
                "version": 1,
                "starts_at": "2026-06-08T15:00:00+08:00",
                "ends_at": "2026-06-08T16:00:00+08:00",
            },
            format="json",
        )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("administrator", 200, 201),
        (Role.LEAD, 200, 201),
        (Role.DESK, 200, 403),
        (Role.READER, 200, 403),
        ("nobody", 404, 404),
    ],
)
def test_sessions_when_another_role_asks_then_only_what_it_may(world, api_as, role, reads, writes):
    cohort, leg, _hefei = world
    scope = {} if role in ("administrator", "nobody") else {"cohort": cohort}
    client = api_as(user_with(role, **scope))
    row = training_session(leg, 9, "09:00", "10:00")
    assert client.get(address(cohort)).status_code == reads
    assert client.get(f"/api/v1/sessions/{row.pk}/").status_code == reads
    assert client.get(f"/api/v1/cohorts/{cohort.code}/clashes/").status_code == reads
    assert client.post(address(cohort), lecture(leg), format="json").status_code == writes
    patched = client.patch(
        f"/api/v1/sessions/{row.pk}/", {"version": 1, "title": "x"}, format="json"
    )
    assert patched.status_code == (200 if writes == 201 else writes)


def test_sessions_when_the_leg_organizer_of_hefei_asks_then_only_hefei_is_written(world, api_as):
    cohort, songjiang, hefei = world
    client = api_as(user_with(Role.LEG, cohort=cohort, leg=hefei))
    theirs = training_session(songjiang, 8, "09:00", "10:00")
    own = training_session(hefei, 11, "09:00", "10:00")
    assert client.post(address(cohort), lecture(songjiang), format="json").status_code == 403
    assert (
        client.patch(f"/api/v1/sessions/{theirs.pk}/", {"version": 1}, format="json").status_code
        == 403
    )
    assert (
        client.patch(f"/api/v1/sessions/{own.pk}/", {"version": 1}, format="json").status_code
        == 200
    )
    moved = client.patch(
        f"/api/v1/sessions/{own.pk}/", {"version": 1, "leg": songjiang.pk}, format="json"
    )
    assert moved.status_code == 403
    own.refresh_from_db()
    assert own.leg_id == hefei.pk
