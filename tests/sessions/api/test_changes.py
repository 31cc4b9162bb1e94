"""The change log by API: what is new, who is there, undo, batches, copies, waves, deleting; who
may, and what it costs.
"""

import pytest

from cohorts.choices import Role
from cohorts.models import CohortRole
from sessions.actions.training_sessions import change_training_session, delete_training_session
from sessions.models import SessionChange, TrainingSession, VenueTravel
from tests.factories import (
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

EARLY = {"starts_at": "2026-06-08T09:00:00+08:00", "ends_at": "2026-06-08T10:00:00+08:00"}
LATE = {"starts_at": "2026-06-08T10:00:00+08:00", "ends_at": "2026-06-08T11:00:00+08:00"}


@pytest.fixture
def world():
    return two_leg_cohort()


@pytest.fixture
def chen(world):
    return user_with(Role.LEAD, cohort=world[0])


@pytest.fixture
def lead(chen, api_as):
    return api_as(chen)


@pytest.fixture
def pair(world):
    """Two sessions one after the other in one hall."""
    hall = VenueFactory()
    return [
        training_session(world[1], 8, "09:00", "10:00", venue=hall),
        training_session(world[1], 8, "10:00", "11:00", venue=hall),
    ]


def below(cohort, name):
    return f"/api/v1/cohorts/{cohort.code}/sessions/{name}/"


def moved(row, by=None, **facts):
    row.refresh_from_db()
    return change_training_session(
        training_session=row, version=row.version, facts=facts, by=by or UserFactory()
    )


def test_changes_when_asked_first_then_the_state_of_things(world, lead):
    body = lead.get(below(world[0], "changes")).json()
    assert body == {
        "last": 0,
        "sessions": [],
        "gone": [],
        "people": [],
        "undo": None,
        "redo": None,
    }


def test_changes_when_others_wrote_then_their_sessions_and_those_with_other_marks(
    world, lead, pair
):
    site = VenueFactory()
    VenueTravel.objects.create(origin=pair[0].venue, destination=site, minutes=45)
    untouched = training_session(world[1], 9, "09:00", "10:00")
    moved(untouched, title="先")
    since = SessionChange.objects.latest("pk").pk
    moved(pair[1], venue=site)
    body = lead.get(below(world[0], "changes"), {"since": since}).json()
    assert body["last"] == SessionChange.objects.latest("pk").pk
    assert [row["id"] for row in body["sessions"]] == [pair[1].pk, pair[0].pk]
    assert {clash["code"] for row in body["sessions"] for clash in row["clashes"]} == {"travel"}
    assert (body["gone"], body["undo"]) == ([], None)
    moved(pair[1], venue=None)
    again = lead.get(below(world[0], "changes"), {"since": body["last"]}).json()
    assert [row["clashes"] for row in again["sessions"]] == [[], []]


def test_changes_when_deleted_then_gone(world, lead, pair):
    delete_training_session(training_session=pair[0], version=1, by=None)
    body = lead.get(below(world[0], "changes"), {"since": 0}).json()
    assert (body["sessions"], body["gone"]) == ([], [pair[0].pk])


def test_changes_when_nothing_happened_then_304_until_something_does(
    world, lead, pair, django_assert_num_queries
):
    moved(pair[0], title="先")
    since = {"since": SessionChange.objects.latest("pk").pk}
    with django_assert_num_queries(4):  # cohort, standing; the last number, what can be undone
        first = lead.get(below(world[0], "changes"), since)
    with django_assert_num_queries(3):
        second = lead.get(below(world[0], "changes"), since, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (first.status_code, second.status_code, second.content) == (200, 304, b"")
    moved(pair[0], title="后")
    third = lead.get(below(world[0], "changes"), since, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (third.status_code, third.json()["sessions"][0]["title"]) == (200, "后")


def test_changes_when_somebody_comes_to_the_board_then_another_etag(world, lead, chen, api_as):
    wu = user_with(Role.LEAD, cohort=world[0])
    before = lead.get(below(world[0], "changes"))
    api_as(wu).post(below(world[0], "presence"), {"session": 7}, format="json")
    after = lead.get(below(world[0], "changes"), HTTP_IF_NONE_MATCH=before["ETag"])
    (person,) = after.json()["people"]
    assert person | {"since": ""} == {"id": wu.pk, "name": str(wu), "session": 7, "since": ""}
    assert api_as(wu).get(below(world[0], "changes")).json()["people"] == []


def test_changes_when_since_is_of_another_database_or_too_old_then_reload(world, lead, pair):
    assert lead.get(below(world[0], "changes"), {"since": 10**9}).json() == {
        "last": 0,
        "reload": True,
    }
    row = moved(pair[0], title="先")
    last = SessionChange.objects.latest("pk")
    SessionChange.objects.bulk_create(
        SessionChange(
            cohort=world[0], session_id_then=row.pk, before=last.before, after=last.after, version=3
        )
        for _ in range(400)
    )
    body = lead.get(below(world[0], "changes"), {"since": last.pk - 1}).json()
    assert body == {"last": SessionChange.objects.latest("pk").pk, "reload": True}
    assert "sessions" in lead.get(below(world[0], "changes"), {"since": last.pk}).json()
    assert lead.get(below(world[0], "changes"), {"since": "gestern"}).status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_changes_when_more_was_written_then_the_same_queries(
    world, lead, rows, django_assert_num_queries
):
    for number in range(rows):
        row = training_session(
            world[1], 8, f"1{number}:00", f"1{number}:30", venue=VenueFactory(),
            speakers=[SpeakerFactory()],
        )  # fmt: skip
        moved(row, title="新题")
    with django_assert_num_queries(8):
        body = lead.get(below(world[0], "changes"), {"since": 0}).json()
    assert len(body["sessions"]) == rows


def test_undo_when_sent_then_as_changes_with_what_others_wrote_meanwhile(world, lead, pair):
    url = f"/api/v1/sessions/{pair[0].pk}/"
    lead.patch(url, {"version": 1, "title": "一"}, format="json")
    since = SessionChange.objects.latest("pk").pk
    moved(pair[1], title="他的题")
    body = lead.post(below(world[0], "undo"), {"since": since}, format="json").json()
    assert [(row["id"], row["version"]) for row in body["sessions"]] == [
        (pair[1].pk, 2),
        (pair[0].pk, 3),
    ]
    assert body["last"] == SessionChange.objects.latest("pk").pk
    assert (body["undo"], body["redo"]) == (None, {"title": "Lecture", "count": 1})
    again = lead.post(below(world[0], "redo"), {}, format="json").json()
    assert [row["title"] for row in again["sessions"]] == ["一"]
    assert (again["undo"], again["redo"]) == ({"title": "Lecture", "count": 1}, None)


def test_undo_when_it_cannot_be_then_a_problem_with_the_current(world, lead, pair):
    nothing = lead.post(below(world[0], "undo"), {}, format="json")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_to_undo")
    lead.patch(f"/api/v1/sessions/{pair[0].pk}/", {"version": 1, "title": "一"}, format="json")
    moved(pair[0], title="二")
    answer = lead.post(below(world[0], "undo"), {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    assert answer.json()["current"]["title"] == "二"
    assert answer.json()["theirs"] == {"title": "二"}


def test_undo_when_the_same_key_is_sent_again_then_undone_once(world, lead, pair):
    for version, title in enumerate(("一", "二"), 1):
        url = f"/api/v1/sessions/{pair[0].pk}/"
        lead.patch(url, {"version": version, "title": title}, format="json")
    for _ in range(2):
        answer = lead.post(below(world[0], "undo"), {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
        assert answer.json()["sessions"][0]["title"] == "一"
    pair[0].refresh_from_db()
    assert pair[0].title == "一"


def test_stale_when_patched_then_theirs_by_whom_and_when(world, lead, pair):
    moved(pair[0], by=UserFactory(name="吴"), starts_at=at(9, "09:00"), ends_at=at(9, "10:00"))
    answer = lead.patch(
        f"/api/v1/sessions/{pair[0].pk}/", {"version": 1, "title": "我的"}, format="json"
    ).json()
    assert answer["theirs"] == {
        "starts_at": "2026-06-09T09:00:00+08:00",
        "ends_at": "2026-06-09T10:00:00+08:00",
    }
    assert (answer["by"], answer["current"]["version"]) == ("吴", 2)
    assert answer["at"].endswith("+08:00")


def test_batch_when_two_swap_then_both_in_one_step_of_undo(world, lead, pair):
    first, second = pair
    changes = [
        {"id": first.pk, "version": 1, **LATE},
        {"id": second.pk, "version": 1, **EARLY},
    ]
    answer = lead.post(below(world[0], "batch"), {"changes": changes}, format="json")
    assert answer.status_code == 200
    body = answer.json()
    assert [(row["id"], row["version"]) for row in body["sessions"]] == [
        (first.pk, 2),
        (second.pk, 2),
    ]
    assert body["changed"] == []
    assert lead.get(below(world[0], "changes")).json()["undo"]["count"] == 2
    lead.post(below(world[0], "undo"), {}, format="json")
    first.refresh_from_db()
    assert first.starts_at == at(8, "09:00")


def test_batch_when_a_session_keeps_all_then_it_is_answered_as_it_is(world, lead, pair):
    changes = [{"id": pair[0].pk, "version": 1, "title": pair[0].title}]
    body = lead.post(below(world[0], "batch"), {"changes": changes}, format="json").json()
    assert [row["version"] for row in body["sessions"]] == [1]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"version": None}, 400, "malformed"),
        ({"version": 2}, 409, "stale"),
        (LATE, 409, "clash"),
        ({"ends_at": EARLY["starts_at"]}, 422, "times_reversed"),
        ({"state": "cancelled", "title": "x"}, 422, "cancelled_with_changes"),
        ({"id": 10**9}, 404, "not_found"),
    ],
)
def test_batch_when_something_is_wrong_then_a_problem_and_nothing(
    world, lead, pair, change, status, code
):
    wrong = {"id": pair[0].pk, "version": 1, **change}
    right = {"id": pair[1].pk, "version": 1, "title": "新题"}
    body = {"changes": [right, {name: word for name, word in wrong.items() if word is not None}]}
    answer = lead.post(below(world[0], "batch"), body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not SessionChange.objects.exists()


@pytest.mark.parametrize("body", [{}, {"changes": []}, {"changes": 3}, [], {"changes": [3]}])
def test_batch_when_it_is_none_then_400(world, lead, body):
    assert lead.post(below(world[0], "batch"), body, format="json").status_code == 400


def test_copy_when_sent_then_201_in_the_tray(world, lead, pair):
    answer = lead.post(f"/api/v1/sessions/{pair[0].pk}/copy/", {}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["starts_at"], body["title"], body["version"]) == (None, pair[0].title, 1)
    placed = lead.post(
        f"/api/v1/sessions/{pair[0].pk}/copy/",
        {"starts_at": "2026-06-09T09:00:00+08:00", "ends_at": "2026-06-09T10:00:00+08:00"},
        format="json",
    ).json()
    assert placed["starts_at"] == "2026-06-09T09:00:00+08:00"
    taken = lead.post(f"/api/v1/sessions/{pair[0].pk}/copy/", EARLY, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "clash")


def test_waves_when_sent_then_each_part_of_the_audience_has_its_own(world, lead):
    one, two = GroupFactory.create_batch(2, cohort=world[0])
    row = training_session(world[1], 8, "09:00", "10:00", groups=[one, two])
    url = f"/api/v1/sessions/{row.pk}/waves/"
    waves = [{"groups": [one.pk], **EARLY}, {"groups": [two.pk], **LATE}]
    answer = lead.post(url, {"version": 1, "waves": waves}, format="json")
    assert answer.status_code == 200
    assert [each["groups"] for each in answer.json()["sessions"]] == [[one.pk], [two.pk]]
    assert answer.json()["sessions"][0]["id"] == row.pk
    missing = lead.post(url, {"version": 2, "waves": waves}, format="json")
    assert (missing.status_code, missing.json()["code"]) == (422, "waves_not_whole")
    assert missing.json()["foreign"] == [two.name]
    assert lead.post(url, {"version": 2, "waves": [{}]}, format="json").status_code == 400


def test_delete_when_sent_then_gone_but_only_with_its_version(world, lead, pair):
    url = f"/api/v1/sessions/{pair[0].pk}/"
    assert lead.delete(url).status_code == 400
    stale = lead.delete(f"{url}?version=2")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert lead.delete(f"{url}?version=1").status_code == 204
    assert not TrainingSession.objects.filter(pk=pair[0].pk).exists()


@pytest.mark.parametrize(
    ("role", "sees", "writes"),
    [
        ("administrator", True, True),
        (Role.LEAD, True, True),
        (Role.DESK, True, False),
        (Role.READER, True, False),
        ("nobody", False, False),
    ],
)
def test_routes_when_another_role_asks_then_only_what_it_may(
    world, api_as, pair, role, sees, writes
):
    cohort = world[0]
    scope = {} if role in ("administrator", "nobody") else {"cohort": cohort}
    client = api_as(user_with(role, **scope))
    refused = 403 if sees else 404
    assert client.get(below(cohort, "changes")).status_code == (200 if sees else 404)
    assert client.post(below(cohort, "presence"), {}, format="json").status_code == (
        204 if sees else 404
    )
    for name in ("undo", "redo"):
        answer = client.post(below(cohort, name), {}, format="json")
        assert answer.status_code == (422 if writes else refused)
    batch = {"changes": [{"id": pair[0].pk, "version": 1, "title": "新题"}]}
    own = f"/api/v1/sessions/{pair[0].pk}/"
    for method, url, body, done in (
        ("post", below(cohort, "batch"), batch, 200),
        ("post", f"{own}copy/", {}, 201),
        ("post", f"{own}waves/", {"version": 2, "waves": []}, 422),
        ("delete", f"{own}?version=2", {}, 204),
    ):
        answer = getattr(client, method)(url, body, format="json")
        assert answer.status_code == (done if writes else refused), url


def test_batch_when_the_leg_organizer_touches_the_other_leg_then_nothing_is_written(world, api_as):
    cohort, songjiang, hefei = world
    client = api_as(user_with(Role.LEG, cohort=cohort, leg=hefei))
    theirs = training_session(songjiang, 8, "09:00", "10:00")
    own = training_session(hefei, 11, "09:00", "10:00")
    for changes in (
        [
            {"id": own.pk, "version": 1, "title": "新题"},
            {"id": theirs.pk, "version": 1, "title": "x"},
        ],
        [{"id": own.pk, "version": 1, "leg": songjiang.pk}],
    ):
        answer = client.post(below(cohort, "batch"), {"changes": changes}, format="json")
        assert answer.status_code == 403
    assert not SessionChange.objects.exists()
    mine = [{"id": own.pk, "version": 1, "title": "新题"}]
    assert client.post(below(cohort, "batch"), {"changes": mine}, format="json").status_code == 200
    assert client.post(f"/api/v1/sessions/{theirs.pk}/copy/", {}, format="json").status_code == 403
    elsewhere = client.post(
        f"/api/v1/sessions/{own.pk}/copy/", {"leg": songjiang.pk}, format="json"
    )
    assert elsewhere.status_code == 403
    assert client.delete(f"/api/v1/sessions/{theirs.pk}/?version=1").status_code == 403


def test_undo_when_the_leg_was_taken_from_me_since_then_refused(world, api_as):
    cohort, songjiang, hefei = world
    wu = user_with(Role.LEG, cohort=cohort, leg=hefei)
    own = training_session(hefei, 11, "09:00", "10:00")
    client = api_as(wu)
    url = f"/api/v1/sessions/{own.pk}/"
    client.patch(url, {"version": 1, "title": "新题"}, format="json")
    CohortRole.objects.filter(user=wu).update(leg=songjiang)
    assert client.post(below(cohort, "undo"), {}, format="json").status_code == 403
    CohortRole.objects.filter(user=wu).update(leg=hefei)
    assert client.post(below(cohort, "undo"), {}, format="json").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_batch_when_more_sessions_then_no_more_questions(
    world, lead, rows, django_assert_num_queries
):
    """Only the writes themselves grow: a session and its audit line are two statements."""
    changes = []
    for number in range(rows):
        row = training_session(
            world[1], 8, f"1{number}:00", f"1{number}:30", venue=VenueFactory(),
            speakers=[SpeakerFactory()],
        )  # fmt: skip
        changes.append({"id": row.pk, "version": 1, "title": "新题"})
    with django_assert_num_queries(11 + 2 * rows):
        answer = lead.post(below(world[0], "batch"), {"changes": changes}, format="json")
    assert answer.status_code == 200
