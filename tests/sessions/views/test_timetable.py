"""The timetable pages: board, list, the form of a session."""

import datetime as dt
import html

import pytest

from cohorts.choices import Role
from cohorts.models import Leg
from sessions.actions.releases import publish_release
from sessions.actions.training_sessions import change_training_session
from sessions.models import CityTravel, Slot, TrainingSession
from tests.factories import (
    CohortFactory,
    GroupFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return two_leg_cohort()


@pytest.fixture
def lead(world, client):
    client.force_login(user_with(Role.LEAD, cohort=world[0]))
    client.cookies["django_language"] = "en"
    return client


def board_url(cohort):
    return f"/console/cohorts/{cohort.code}/timetable/"


def entries(leg, **changes):
    return {
        "kind": "lecture",
        "title": "专题讲座",
        "leg": leg.pk,
        "day": "2026-06-08",
        "start": "9:00",
        "end": "1130",
        "compulsory": "on",
        **changes,
    }


def columns(answer):
    return {
        column.key: [card.row.pk for card in column.cards]
        for column in answer.context["board"].columns
    }


def test_board_when_a_leg_is_shown_then_its_days_are_the_columns(world, lead):
    cohort, songjiang, hefei = world
    first = training_session(songjiang, 8, "09:00", "10:00")
    second = training_session(songjiang, 10, "09:00", "10:00")
    training_session(hefei, 11, "09:00", "10:00")
    tray = TrainingSession.objects.create(cohort=cohort, leg=songjiang, kind="meal", title="午餐")
    answer = lead.get(board_url(cohort), {"leg": songjiang.pk})
    assert columns(answer) == {
        "2026-06-08": [first.pk],
        "2026-06-09": [],
        "2026-06-10": [second.pk],
    }
    assert [card.row.pk for tray in answer.context["board"].trays for card in tray.cards] == [
        tray.pk
    ]


def test_board_when_a_day_is_shown_then_the_legs_venues_are_the_columns(world, lead):
    cohort, songjiang, _hefei = world
    hall, empty = VenueFactory(name="A厅"), VenueFactory(name="B厅")
    inside = training_session(songjiang, 9, "09:00", "10:00", venue=hall)
    loose = training_session(songjiang, 9, "11:00", "12:00")
    answer = lead.get(board_url(cohort), {"view": "day", "day": "2026-06-09"})
    assert columns(answer) == {str(hall.pk): [inside.pk], str(empty.pk): [], "": [loose.pk]}


def test_board_when_shown_then_marks_carry_their_messages_and_partners(world, lead):
    cohort, songjiang, _hefei = world
    late = training_session(songjiang, 8, "19:00", "20:00", title_en="Evening talk")
    text = lead.get(board_url(cohort)).content.decode()
    assert "Ends at 20:00, after 19:00." in text
    assert f'data-id="{late.pk}"' in text


def test_board_when_today_is_in_a_leg_then_that_leg_is_shown(world, lead, frozen_clock):
    frozen_clock(at(12, "10:00"))
    answer = lead.get(board_url(world[0]))
    assert answer.context["board"].leg == world[2]
    assert [column.key for column in answer.context["board"].columns if column.today] == [
        "2026-06-12"
    ]


def test_board_when_there_is_no_leg_then_the_way_to_the_legs(client):
    cohort = CohortFactory()
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    answer = client.get(board_url(cohort))
    assert answer.status_code == 200
    assert f"/console/cohorts/{cohort.code}/settings/legs/" in answer.content.decode()


def test_board_when_sessions_are_cancelled_then_counted_and_struck_in_the_list(world, lead):
    cohort, leg, _hefei = world
    training_session(leg, 8, "09:00", "10:00")
    training_session(leg, 8, "14:00", "15:00", state="cancelled", cancel_reason="Speaker ill")
    grid = lead.get(board_url(cohort))
    assert (grid.context["board"].session_count, grid.context["board"].cancelled_count) == (1, 1)
    address = grid.context["cancelled_url"]
    assert f'<a href="{html.escape(address)}">1 cancelled</a>' in grid.content.decode()
    listed = lead.get(board_url(cohort) + address)
    assert listed.context["board"].view == "list"
    assert "Cancelled: Speaker ill" in listed.content.decode()


@pytest.mark.parametrize("role", [Role.LEAD, Role.READER, Role.COORDINATOR])
def test_board_when_the_draft_is_not_released_then_everybody_reads_so(world, client, role):
    cohort, leg, _hefei = world
    scope = {"city": leg.city} if role == Role.COORDINATOR else {}
    client.force_login(user_with(role, cohort=cohort, **scope))
    client.cookies["django_language"] = "en"
    row = training_session(leg, 8, "09:00", "10:00")
    assert "Draft, not released yet" in client.get(board_url(cohort)).content.decode()
    publish_release(cohort=cohort, name="", comment="", by=None)
    row.refresh_from_db()
    assert client.get(board_url(cohort)).context["draft"] == ""
    change_training_session(
        training_session=row, version=row.version, facts={"title": "新题目"}, by=None
    )
    said = "1 change since release 1 is not released"
    assert said in client.get(board_url(cohort)).content.decode()
    standing = client.get(board_url(cohort) + "standing/").json()
    assert standing == {"draft": said, "slots": {}}


def test_board_when_the_whole_cohort_is_shown_then_legs_lie_side_by_side(world, lead):
    cohort, songjiang, hefei = world
    hall = VenueFactory(city=songjiang.city)
    CityTravel.objects.create(origin=songjiang.city, destination=hefei.city, minutes=300)
    first = training_session(songjiang, 10, "09:00", "10:00", venue=hall)
    train = training_session(songjiang, 10, "14:00", "18:00", kind="transfer")
    last = training_session(hefei, 11, "09:00", "10:00", venue=VenueFactory(city=hefei.city))
    board = lead.get(board_url(cohort), {"view": "cohort"}).context["board"]
    assert [len(band.columns) for band in board.bands] == [3, 3]
    assert [[card.row.pk for card in column.cards] for column in board.columns] == [
        [], [], [first.pk, train.pk], [last.pk], [], []
    ]  # fmt: skip
    passage = board.bands[1].passage
    assert passage.text == "10 June 14:00–18:00, the journey takes 300 min"
    assert (passage.session_id, passage.short, board.bands[1].gap) == (train.pk, True, "")


def test_board_when_nobody_is_taken_to_the_next_city_or_days_lie_between_then_said(world, lead):
    cohort, _songjiang, hefei = world
    Leg.objects.filter(pk=hefei.pk).update(starts_on="2026-06-13")
    band = lead.get(board_url(cohort), {"view": "cohort"}).context["board"].bands[1]
    assert (band.passage.text, band.passage.short) == ("no transfer planned", True)
    assert band.gap == "2 days between"


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["confirmed", "asked"], "asked"),
        (["done", "list_sent"], "list_sent"),
        (["confirmed", "refused"], "refused"),
    ],
)
def test_board_when_speakers_were_asked_then_the_worst_state_is_on_the_card(
    world, lead, states, shown
):
    cohort, leg, _hefei = world
    speakers = [SpeakerFactory() for _ in states]
    row = training_session(leg, 8, "09:00", "10:00", speakers=speakers)
    for speaker, state in zip(speakers, states, strict=True):
        Slot.objects.create(
            training_session=row,
            speaker=speaker,
            state=state,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
    card = lead.get(board_url(cohort)).context["board"].cards[0]
    assert card.state == shown
    times = {"starts_at": at(8, "11:00"), "ends_at": at(8, "12:00")}
    change_training_session(training_session=row, version=1, facts=times, by=None)
    moved = lead.get(board_url(cohort) + "standing/").json()["slots"]
    assert moved == {str(row.pk): "refused" if shown == "refused" else "outdated"}


def test_board_when_zoomed_then_the_links_to_other_views_keep_it(world, lead):
    answer = lead.get(board_url(world[0]), {"view": "leg", "zoom": "5"})
    assert answer.context["zoom"] == 5
    assert all("zoom=5" in word.url for word in answer.context["view_words"])
    assert lead.get(board_url(world[0]), {"zoom": "7"}).context["zoom"] == 15


def test_board_when_given_to_the_script_then_sessions_names_and_rights_go_along(world, client):
    cohort, songjiang, hefei = world
    client.force_login(user_with(Role.LEG, cohort=cohort, leg=hefei))
    client.cookies["django_language"] = "en"
    venue, chen = VenueFactory(name_en="Great hall"), SpeakerFactory(name_en="Chen")
    row = training_session(songjiang, 8, "19:00", "20:00", venue=venue, speakers=[chen])
    facts = client.get(board_url(cohort), {"view": "cohort"}).context["facts"]
    [shown] = [
        dict(zip(facts["sessions"]["columns"], values, strict=True))
        for values in facts["sessions"]["rows"]
    ]
    assert (shown["id"], shown["starts_at"]) == (row.pk, "2026-06-08T19:00")
    assert shown["ends_at"] == "2026-06-08T20:00"
    assert (shown["speakers"], shown["groups"]) == ([chen.pk], [])
    assert (chen.pk, "Chen") in facts["speakers"]
    assert {"id": venue.pk, "name": "Great hall", "city": venue.city_id} in facts["venues"]
    assert [leg["editable"] for leg in facts["legs"]] == [False, True]
    assert {clash["code"] for clash in facts["clashes"]} == {"evening"}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("view", ["leg", "day", "list"])
def test_board_when_more_sessions_then_the_same_queries(
    world, lead, rows, view, django_assert_num_queries
):
    for number in range(rows):
        training_session(
            world[1],
            8,
            f"1{number}:00",
            f"1{number}:30",
            venue=VenueFactory(),
            speakers=[SpeakerFactory()],
            groups=[GroupFactory(cohort=world[0])],
        )
    publish_release(cohort=world[0], name="", comment="", by=None)
    with django_assert_num_queries(21):
        lead.get(board_url(world[0]), {"view": view})
    with django_assert_num_queries(10):
        lead.get(board_url(world[0]) + "standing/")


def test_new_when_filled_then_created_with_proposed_hours(world, lead):
    cohort, leg, _hefei = world
    venue, chen, group = VenueFactory(), SpeakerFactory(), GroupFactory(cohort=cohort)
    answer = lead.post(
        board_url(cohort) + "new/",
        entries(leg, venue=venue.pk, speakers=[chen.pk], groups=[group.pk]),
    )
    assert answer.status_code == 302
    row = TrainingSession.objects.get()
    assert (row.starts_at, row.ends_at, row.venue) == (at(8, "09:00"), at(8, "11:30"), venue)
    assert float(row.hours) == 3.5
    assert list(row.speakers.all()) == [chen]


def test_new_when_the_venue_is_taken_then_422_says_by_what(world, lead):
    cohort, leg, _hefei = world
    venue = VenueFactory(name_en="Great hall")
    training_session(leg, 8, "10:00", "12:00", venue=venue, title_en="Planning")
    answer = lead.post(board_url(cohort) + "new/", entries(leg, venue=venue.pk))
    assert answer.status_code == 422
    text = answer.content.decode()
    (told,) = answer.context["form"].errors["venue"]
    assert "Great hall is taken twice" in told
    assert "Planning" in told
    assert told in html.unescape(text)
    assert TrainingSession.objects.count() == 1


def test_new_when_speaker_and_people_are_taken_then_422_at_their_fields(world, lead):
    cohort, leg, _hefei = world
    chen, group = SpeakerFactory(), GroupFactory(cohort=cohort)
    training_session(leg, 8, "10:00", "12:00", speakers=[chen], groups=[group])
    answer = lead.post(
        board_url(cohort) + "new/", entries(leg, speakers=[chen.pk], groups=[group.pk])
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"speakers", "groups"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "nine"}, "start"),
        ({"end": ""}, "end"),
        ({"end": "08:00"}, "end"),
        ({"title": ""}, "title"),
    ],
)
def test_new_when_an_entry_is_wrong_then_422_at_its_field(world, lead, change, field):
    answer = lead.post(board_url(world[0]) + "new/", entries(world[1], **change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_edit_when_saved_then_changed_and_back_at_the_board(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    answer = lead.post(
        f"/console/sessions/{row.pk}/",
        entries(world[1], version=1, day="2026-06-09", end="24:00", start="22:00"),
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at - row.starts_at) == (at(9, "22:00"), dt.timedelta(hours=2))


def test_edit_when_somebody_was_faster_then_theirs_is_shown_and_nothing_lost(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    change_training_session(training_session=row, version=1, facts={"title": "他人的题目"}, by=None)
    answer = lead.post(
        f"/console/sessions/{row.pk}/", entries(world[1], version=1, title="我的题目")
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "他人的题目" in text
    assert "我的题目" in text
    row.refresh_from_db()
    assert row.title == "他人的题目"


def test_cancel_and_restore_when_asked_then_done_and_a_reason_is_needed(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    url = f"/console/sessions/{row.pk}/"
    assert lead.post(url + "cancel/", {"version": 1, "reason": ""}).status_code == 422
    assert lead.post(url + "cancel/", {"version": 1, "reason": "生病"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.cancel_reason) == ("cancelled", "生病")
    lead.post(url + "restore/", {"version": 2})
    row.refresh_from_db()
    assert row.state == "draft"


def test_delete_when_never_released_then_gone(world, lead):
    row = training_session(world[1], 8, "09:00", "10:00")
    lead.post(f"/console/sessions/{row.pk}/delete/", {"version": 1})
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize(
    ("role", "board", "new", "edit"),
    [
        ("administrator", 200, 200, 200),
        (Role.LEAD, 200, 200, 200),
        (Role.DESK, 200, 403, 200),
        (Role.READER, 200, 403, 200),
        ("nobody", 404, 404, 404),
    ],
)
def test_pages_when_another_role_asks_then_only_what_it_may(world, client, role, board, new, edit):
    cohort, leg, _hefei = world
    row = training_session(leg, 8, "09:00", "10:00")
    scope = {} if role in ("administrator", "nobody") else {"cohort": cohort}
    client.force_login(user_with(role, **scope))
    assert client.get(board_url(cohort)).status_code == board
    assert client.get(board_url(cohort) + "new/").status_code == new
    assert client.get(f"/console/sessions/{row.pk}/").status_code == edit
    writes = role in ("administrator", Role.LEAD)
    sent = client.post(f"/console/sessions/{row.pk}/cancel/", {"version": 1, "reason": "x"})
    assert (sent.status_code == 302) is writes


def test_pages_when_the_leg_organizer_of_hefei_asks_then_songjiang_is_only_read(world, client):
    cohort, songjiang, hefei = world
    client.force_login(user_with(Role.LEG, cohort=cohort, leg=hefei))
    theirs = training_session(songjiang, 8, "09:00", "10:00")
    page = client.get(f"/console/sessions/{theirs.pk}/")
    assert "form" not in page.context
    assert (
        client.post(f"/console/sessions/{theirs.pk}/", entries(songjiang, version=1)).status_code
        == 403
    )
    board = client.get(board_url(cohort), {"leg": songjiang.pk})
    assert not any(
        card.editable for column in board.context["board"].columns for card in column.cards
    )
    sent = client.post(board_url(cohort) + "new/", entries(songjiang))
    assert (sent.status_code, TrainingSession.objects.count()) == (422, 1)


def test_pages_when_nobody_is_signed_in_then_to_the_sign_in(world, client):
    answer = client.get(board_url(world[0]))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
