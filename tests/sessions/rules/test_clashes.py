"""The clash rules: each definition by example, all against a brute-force oracle, and time."""

import datetime as dt
import time

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.rules.thresholds import Thresholds
from g60portal.common.clock import SHANGHAI
from sessions.rules.clashes import (
    Clash,
    GroupFacts,
    Plan,
    SessionFacts,
    SpeakerFacts,
    VenueFacts,
    clashes_between,
)
from sessions.rules.clashes.facts import day_number, seconds_of
from sessions.rules.clashes.order import ceremony_role
from tests.sessions.rules import oracle

MONDAY = dt.date(2026, 6, 8)
LEG = (day_number(MONDAY), day_number(dt.date(2026, 6, 10)))


def when(text: str, day: int = 8) -> int:
    instant = dt.datetime.combine(dt.date(2026, 6, day), dt.time.fromisoformat(text), SHANGHAI)
    return seconds_of(instant)


def session(pk: int, start: str, end: str, *, day: int = 8, **facts) -> SessionFacts:
    given = {"kind": "discussion", "title": f"S{pk}", "leg_days": LEG, **facts}
    return SessionFacts(pk, starts=when(start, day), ends=when(end, day), **given)


def marks(plan: Plan) -> set[tuple[str, frozenset[int]]]:
    return {(found.code, frozenset(found.sessions)) for found in clashes_between(plan)}


def only(plan: Plan, code: str) -> Clash:
    found = [clash for clash in clashes_between(plan) if clash.code == code]
    assert len(found) == 1
    return found[0]


HALL = VenueFacts(1, "Hall", city=1)
SITE = VenueFacts(2, "Site", city=1, margin_minutes=15)
FAR = VenueFacts(3, "Far", city=2, margin_minutes=5)
VENUES = {venue.id: venue for venue in (HALL, SITE, FAR)}
TWO_GROUPS = {7: GroupFacts(7, "One", 20), 8: GroupFacts(8, "Two", 25)}


def test_intervals_when_they_touch_then_no_overlap():
    plan = Plan(
        [session(1, "09:00", "10:00", venue=1), session(2, "10:00", "11:00", venue=1)], VENUES
    )
    assert marks(plan) == set()


def test_two_sessions_when_at_once_in_a_venue_with_one_speaker_for_all_then_three_hard_clashes():
    plan = Plan(
        [
            session(1, "09:00", "10:00", venue=1, speakers=(4,)),
            session(2, "09:30", "11:00", venue=1, speakers=(4, 5)),
        ],
        VENUES,
        {4: SpeakerFacts(4, "Chen"), 5: SpeakerFacts(5, "Wu")},
    )
    found = clashes_between(plan)
    assert {(clash.code, clash.severity) for clash in found} == {
        ("venue", "hard"),
        ("speaker", "hard"),
        ("group", "hard"),
    }
    assert [clash.facts for clash in found] == [
        {"venue": 1, "overlap_minutes": 30},
        {"speakers": [4], "overlap_minutes": 30},
        {"groups": [], "overlap_minutes": 30},
    ]
    assert "Hall" in found[0].message
    assert "Chen" in found[1].message


def test_groups_when_they_differ_then_they_may_meet_at_once():
    rows = [session(1, "09:00", "10:00", groups=(7,)), session(2, "09:00", "10:00", groups=(8,))]
    assert marks(Plan(rows, groups=TWO_GROUPS)) == set()


def test_everyone_when_a_group_is_busy_then_group_clash_names_the_group():
    rows = [session(1, "09:00", "10:00", groups=(7,)), session(2, "09:00", "10:00")]
    found = only(Plan(rows, groups=TWO_GROUPS), "group")
    assert found.facts == {"groups": [7], "overlap_minutes": 60}
    assert "One" in found.message


@pytest.mark.parametrize(("start", "clashes"), [("10:34", True), ("10:35", False)])
def test_travel_when_gap_is_a_minute_short_then_clash_with_figures(start, clashes):
    rows = [session(1, "09:00", "10:00", venue=1), session(2, start, "11:00", venue=2)]
    found = clashes_between(Plan(rows, VENUES, venue_minutes={(2, 1): 20}))
    assert bool(found) is clashes
    if clashes:
        assert found[0].code == "travel"
        assert (found[0].facts["needed_minutes"], found[0].facts["gap_minutes"]) == (35, 34)


def test_travel_when_both_ways_are_known_then_the_own_way_counts():
    rows = [session(1, "09:00", "10:00", venue=1), session(2, "10:40", "11:00", venue=2)]
    both = {(1, 2): 20, (2, 1): 90}
    assert marks(Plan(rows, VENUES, venue_minutes=both)) == set()


def test_travel_when_venues_have_no_row_then_the_cities_count():
    rows = [session(1, "07:00", "08:00", venue=1), session(2, "11:00", "11:20", venue=3)]
    plan = Plan(rows, VENUES, city_minutes={(2, 1): 180})
    assert only(plan, "travel").facts["needed_minutes"] == 185


def test_travel_when_unknown_or_same_place_or_no_venue_then_none():
    rows = [
        session(1, "09:00", "10:00", venue=1),
        session(2, "10:00", "10:30", venue=1),
        session(3, "10:30", "10:40"),
        session(4, "10:40", "11:00", venue=3),
    ]
    assert marks(Plan(rows, VENUES)) == set()


def test_travel_when_a_session_without_venue_lies_between_then_its_neighbors_count():
    rows = [
        session(1, "09:00", "10:00", venue=1),
        session(2, "10:00", "10:20", kind="transfer"),
        session(3, "10:20", "11:00", venue=2),
    ]
    plan = Plan(rows, VENUES, venue_minutes={(1, 2): 20})
    assert marks(plan) == {("travel", frozenset({1, 3}))}


def test_capacity_and_party_when_too_many_then_waves_are_named():
    venue = VenueFacts(1, "Plant", city=1, capacity=40, largest_party=20)
    plan = Plan(
        [session(1, "09:00", "10:00", venue=1)], {1: venue}, groups=TWO_GROUPS, ungrouped_people=1
    )
    assert only(plan, "capacity").facts == {"venue": 1, "people": 46, "capacity": 40}
    assert only(plan, "party").facts == {
        "venue": 1,
        "people": 46,
        "largest_party": 20,
        "waves": 3,
    }


def test_capacity_when_the_group_just_fits_then_none():
    venue = VenueFacts(1, "Room", city=1, capacity=25, largest_party=25)
    plan = Plan([session(1, "09:00", "10:00", venue=1, groups=(8,))], {1: venue}, groups=TWO_GROUPS)
    assert marks(plan) == set()


@pytest.mark.parametrize(
    ("start", "end", "clashes"),
    [
        ("09:00", "12:00", False),
        ("13:00", "16:30", False),
        ("11:00", "11:20", False),
        ("08:59", "10:00", True),
        ("12:50", "13:10", True),
    ],
)
def test_opening_when_within_none_of_the_days_hours_then_clash(start, end, clashes):
    venue = VenueFacts(1, "Museum", city=1, opening=((1, 540, 720), (1, 780, 1020), (2, 0, 1440)))
    plan = Plan([session(1, start, end, venue=1, kind="meal")], {1: venue})
    assert marks(plan) == ({("opening", frozenset({1}))} if clashes else set())


def test_opening_when_the_day_has_no_hours_then_closed():
    venue = VenueFacts(1, "Museum", city=1, opening=((2, 540, 1020),))
    plan = Plan([session(1, "09:00", "10:00", venue=1)], {1: venue})
    assert only(plan, "opening").facts == {"venue": 1, "hours": []}


def test_availability_when_across_two_windows_then_clash():
    chen = SpeakerFacts(4, "Chen", ((when("08:00"), when("10:00")), (when("10:00"), when("12:00"))))
    inside = Plan([session(1, "10:00", "11:00", speakers=(4,))], speakers={4: chen})
    across = Plan([session(1, "09:30", "10:30", speakers=(4,))], speakers={4: chen})
    assert marks(inside) == set()
    assert only(across, "availability").facts == {
        "speaker": 4,
        "windows": ["08:00–10:00", "10:00–12:00"],
    }


def test_meal_when_free_stretch_is_44_minutes_then_clash():
    rows = [session(1, "11:00", "12:46"), session(2, "13:30", "14:00")]
    assert only(Plan(rows), "meal").facts["free_minutes"] == 44
    assert marks(Plan([session(1, "11:00", "12:45"), session(2, "13:30", "14:00")])) == set()


def test_meal_when_only_a_meal_or_self_study_touches_the_window_then_none():
    rows = [
        session(1, "11:30", "13:30", kind="meal"),
        session(2, "17:30", "19:00", kind="self_study"),
    ]
    assert marks(Plan(rows)) == set()


def test_meal_when_all_groups_are_alike_then_one_clash():
    plan = Plan([session(1, "11:00", "13:30")], groups=TWO_GROUPS)
    assert only(plan, "meal").facts["groups"] == [7, 8]


@pytest.mark.parametrize(
    ("second_start", "second_end", "clashes"),
    [("10:10", "12:00", False), ("10:14", "12:01", True), ("10:15", "12:15", False)],
)
def test_lecture_length_when_run_without_break_exceeds_three_hours_then_clash(
    second_start, second_end, clashes
):
    rows = [
        session(1, "09:00", "10:00", kind="lecture"),
        session(2, second_start, second_end, kind="lecture"),
    ]
    assert (("lecture_length", frozenset({1, 2})) in marks(Plan(rows))) is clashes


def test_evening_when_programme_ends_after_seven_then_clash_but_not_meals():
    rows = [
        session(1, "19:00", "19:01", kind="ceremony"),
        session(2, "19:05", "21:00", kind="meal"),
        session(3, "18:00", "19:00", day=9, kind="meal"),
    ]
    assert marks(Plan(rows)) == {("evening", frozenset({1}))}


def test_order_when_outside_the_leg_then_clash_for_every_kind():
    plan = Plan([session(1, "09:00", "10:00", day=11, kind="transfer")])
    assert only(plan, "order").facts["reason"] == "outside_leg"


def test_order_when_before_the_opening_or_after_the_completion_then_pairs():
    rows = [
        session(1, "08:00", "08:30"),
        session(2, "08:00", "08:30", kind="meal", groups=(7,)),
        session(3, "09:00", "10:00", kind="ceremony", ceremony="opening"),
        session(4, "09:00", "10:00", day=9, kind="ceremony", ceremony="opening"),
        session(5, "15:00", "16:00", day=10, kind="ceremony", ceremony="completion"),
        session(6, "16:30", "17:00", day=10),
    ]
    found = {pair for pair in marks(Plan(rows)) if pair[0] == "order"}
    assert found == {("order", frozenset({1, 3})), ("order", frozenset({5, 6}))}


@pytest.mark.parametrize("groups", [TWO_GROUPS, dict(reversed(TWO_GROUPS.items()))])
def test_order_when_two_ceremonies_coincide_then_the_same_is_said_whoever_comes_first(groups):
    """For group 7 the second is the last ceremony, for group 8 it is one of several."""
    told = {"kind": "ceremony", "title": "C"}
    plan = Plan(
        [
            session(1, "09:00", "10:00", ceremony="opening", **told),
            session(2, "09:00", "10:00", ceremony="completion", **told),
            session(3, "14:00", "15:00", ceremony="completion", groups=(8,), **told),
        ],
        groups=groups,
    )
    assert only(plan, "order").facts["reason"] == "before_opening"


def test_order_when_a_lone_ceremony_has_no_telling_title_then_nothing_is_assumed():
    rows = [session(1, "09:00", "10:00"), session(2, "14:00", "15:00", kind="ceremony")]
    assert marks(Plan(rows)) == set()


def test_order_when_a_visit_precedes_its_lecture_then_clash():
    rows = [
        session(1, "09:00", "10:00", kind="site_visit", prepared_by=2),
        session(2, "14:00", "15:00", kind="lecture"),
    ]
    assert only(Plan(rows), "order").facts == {"reason": "before_lecture", "short_minutes": 360}


@pytest.mark.parametrize(
    ("titles", "role"),
    [
        (("开班仪式", ""), "opening"),
        (("结业仪式暨颁证", ""), "completion"),
        (("仪式", "Closing ceremony"), "completion"),
        (("签约仪式", "Signing"), ""),
    ],
)
def test_ceremony_role_when_the_title_tells_then_it_is_read(titles, role):
    assert ceremony_role("ceremony", *titles) == role
    assert ceremony_role("lecture", *titles) == ""


def test_holiday_when_statutory_then_clash_but_not_for_transfers_weekends_or_unknown_years():
    def on(day: dt.date, kind: str = "lecture") -> set:
        start = seconds_of(dt.datetime.combine(day, dt.time(9), SHANGHAI))
        return marks(Plan([SessionFacts(1, "S", kind, starts=start, ends=start + 3600)]))

    holiday = {("holiday", frozenset({1}))}
    assert on(dt.date(2026, 10, 1)) == holiday
    assert on(dt.date(2026, 10, 1), "transfer") == set()
    assert on(dt.date(2026, 6, 13)) == set()
    assert on(dt.date(2050, 10, 1)) == set()


# --- Against the oracle -------------------------------------------------------------------------
KINDS = ("lecture", "site_visit", "discussion", "ceremony", "transfer", "meal", "self_study")
# An ordinary week; around a make-up workday and a long holiday; around a short holiday.
FIRST_DAYS = (MONDAY, dt.date(2026, 2, 13), dt.date(2026, 9, 24))
QUARTERS = st.integers(min_value=0, max_value=60)
RULES = (
    {},
    {},
    {"evening_from": "18:00", "break_minutes": 30, "lecture_minutes": 90},
    {"meal_minutes": 75, "lunch_from": "11:00", "dinner_until": "20:00"},
)


@st.composite
def worlds(draw) -> oracle.World:
    first = draw(st.sampled_from(FIRST_DAYS))
    venues = {
        pk: oracle.V(
            pk,
            city=1 if pk < 3 else 2,
            capacity=draw(st.sampled_from([None, 10, 30, 45])),
            party=draw(st.sampled_from([None, 20, 40])),
            margin=draw(st.sampled_from([0, 10])),
            opening=draw(
                st.sampled_from(
                    [
                        (),
                        tuple(
                            (day, *hours)
                            for day in (1, 2, 4, 6)
                            for hours in (("09:00", "12:00"), ("12:00", "17:00"))
                        ),
                    ]
                )
            ),
        )
        for pk in (1, 2, 3)
    }
    groups = draw(st.sampled_from([{}, {7: 20}, {7: 20, 8: 25, 9: 0}]))
    minutes = st.sampled_from([None, 15, 40, 90])
    venue_minutes = {
        key: found for key in ((1, 2), (2, 1), (1, 3)) if (found := draw(minutes)) is not None
    }
    windows = (
        (oracle.wall(first, 8), oracle.wall(first, 12)),
        (oracle.wall(first, 12), oracle.wall(first + dt.timedelta(days=1), 18)),
    )
    rows = [_drawn(draw, pk, first, groups) for pk in range(1, draw(st.integers(2, 12)))]
    return oracle.World(
        rows,
        venues,
        groups,
        loners=draw(st.sampled_from([0, 3])),
        windows={4: windows} if draw(st.booleans()) else {},
        venue_minutes=venue_minutes,
        city_minutes={(1, 2): 120} if draw(st.booleans()) else {},
        leg=(first, first + dt.timedelta(days=2)),
        rules=draw(st.sampled_from(RULES)),
    )


def _drawn(draw, pk: int, first: dt.date, groups: dict) -> oracle.S:
    day = first + dt.timedelta(days=draw(st.integers(-1, 3)))
    start = oracle.wall(day, 7) + dt.timedelta(minutes=15 * draw(QUARTERS))
    length = draw(st.sampled_from([15, 45, 60, 90, 120, 195]))
    kind = draw(st.sampled_from(KINDS))
    roles = ["", "", "opening", "completion"]
    lecture = draw(st.sampled_from([None, 1, 2])) if kind == "site_visit" else None
    placed = draw(st.integers(0, 9)) > 0
    return oracle.S(
        pk,
        kind,
        start if placed else None,
        start + dt.timedelta(minutes=length) if placed else None,
        venue=draw(st.sampled_from([None, 1, 2, 3])),
        speakers=frozenset(draw(st.lists(st.sampled_from([4, 5]), max_size=2))),
        groups=frozenset(
            draw(st.lists(st.sampled_from(list(groups)), max_size=2)) if groups else ()
        ),
        role=draw(st.sampled_from(roles)) if kind == "ceremony" else "",
        prepared_by=None if lecture == pk else lecture,
    )


def plan_of(world: oracle.World) -> Plan:
    def seconds(wall: dt.datetime | None) -> int | None:
        return None if wall is None else seconds_of(wall.replace(tzinfo=SHANGHAI))

    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return Plan(
        [
            SessionFacts(
                row.id,
                f"S{row.id}",
                row.kind,
                seconds(row.starts),
                seconds(row.ends),
                row.venue,
                tuple(sorted(row.speakers)),
                tuple(sorted(row.groups)),
                tuple(day_number(day) for day in world.leg),
                row.prepared_by,
                row.role,
            )
            for row in world.sessions
        ],
        {
            v.id: VenueFacts(
                v.id,
                f"V{v.id}",
                v.city,
                v.capacity,
                v.party,
                v.margin,
                tuple((day, minute(a), minute(b)) for day, a, b in v.opening),
            )
            for v in world.venues.values()
        },
        {
            pk: SpeakerFacts(
                pk, f"P{pk}", tuple((seconds(a), seconds(b)) for a, b in world.windows.get(pk, []))
            )
            for pk in (4, 5)
        },
        {pk: GroupFacts(pk, f"G{pk}", people) for pk, people in world.groups.items()},
        world.loners,
        world.venue_minutes,
        world.city_minutes,
        Thresholds.of(world.rules),
    )


@settings(max_examples=250, deadline=None)
@given(worlds())
def test_clashes_when_any_plan_then_the_same_as_by_brute_force(world):
    found = clashes_between(plan_of(world))
    assert {(clash.code, frozenset(clash.sessions)) for clash in found} == oracle.expected(world)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_clashes_when_rows_come_in_another_order_then_the_same_once_each(world, chance):
    found = clashes_between(plan_of(world))
    marks = {clash.key: clash.fingerprint for clash in found}
    assert len(marks) == len(found)
    chance.shuffle(world.sessions)
    world.groups = dict(sorted(world.groups.items(), reverse=True))
    with translation.override("en"):
        again = clashes_between(plan_of(world))
    assert {clash.key: clash.fingerprint for clash in again} == marks


def test_clashes_when_two_thousand_sessions_then_within_the_goal():
    """performance.md: all clashes of 2,000 sessions in at most 150 ms; here without the queries."""
    rows = []
    for pk in range(2000):
        day, slot = divmod(pk, 80)
        start = day_number(MONDAY) * 86400 + day * 86400 + 8 * 3600 + (slot // 8) * 3600
        rows.append(
            SessionFacts(
                pk + 1,
                "S",
                "lecture",
                start,
                start + 3000,
                slot % 8 + 1,
                (pk % 60 + 1,),
                (slot % 8 + 1,),
                LEG,
            )
        )
    facts = (
        {pk: VenueFacts(pk, "V", 1, capacity=60) for pk in range(1, 9)},
        {pk: SpeakerFacts(pk, "P") for pk in range(1, 61)},
        {pk: GroupFacts(pk, "G", 50) for pk in range(1, 9)},
    )
    minutes = {(a, b): 25 for a in range(1, 9) for b in range(1, 9) if a != b}
    seconds = []
    for _round in range(3):  # the least of three: other work on the machine only adds
        plan = Plan(rows, *facts, venue_minutes=minutes)
        began = time.process_time()
        found = clashes_between(plan)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.15
    assert len(found) > 1000
