"""Repairs of clashes: each way by example, then any plan against rules asked from scratch."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from g60portal.common.clock import SHANGHAI
from sessions.choices import RepairKind
from sessions.rules.clashes import (
    Clash,
    GroupFacts,
    Plan,
    SessionFacts,
    SpeakerFacts,
    VenueFacts,
    clashes_between,
)
from sessions.rules.clashes.facts import DAY, HOUR, MINUTE, day_number, seconds_of
from sessions.rules.repairs import (
    Cost,
    Ground,
    Option,
    Repair,
    Told,
    delayed,
    fallbacks_for,
    free_times_for,
    search,
    search_for,
)
from sessions.rules.repairs.costs import cost_of
from sessions.rules.repairs.search import ways_of

FIRST = day_number(dt.date(2026, 6, 8))
LEG = (FIRST, FIRST + 2)
SONGJIANG, HEFEI = 1, 2
HALL, ROOM, PLANT, CANTEEN = 1, 2, 3, 4
KINDS = {HALL: "lecture_hall", ROOM: "meeting_room", PLANT: "company", CANTEEN: "restaurant"}
VENUES = {
    HALL: VenueFacts(HALL, "Hall", SONGJIANG, 60),
    ROOM: VenueFacts(ROOM, "Room", SONGJIANG, 60),
    PLANT: VenueFacts(PLANT, "Plant", SONGJIANG, 60, 25, 10),
    CANTEEN: VenueFacts(CANTEEN, "Canteen", SONGJIANG, 100),
}
MINUTES = {(HALL, PLANT): 40, (ROOM, PLANT): 15, (HALL, CANTEEN): 5, (CANTEEN, PLANT): 40}
GROUPS = {7: GroupFacts(7, "One", 20), 8: GroupFacts(8, "Two", 25)}
SPEAKERS = {pk: SpeakerFacts(pk, f"P{pk}") for pk in (4, 5)}


def at(text: str, day: int = 8) -> int:
    time_of_day = dt.time.fromisoformat(text)
    return seconds_of(dt.datetime.combine(dt.date(2026, 6, day), time_of_day, SHANGHAI))


def session(pk: int, start: str, end: str, *, day: int = 8, **facts) -> SessionFacts:
    given_facts = {"kind": "discussion", "title": f"S{pk}", "leg_days": LEG, **facts}
    return SessionFacts(pk, starts=at(start, day), ends=at(end, day), **given_facts)


def plan(*rows: SessionFacts, **facts) -> Plan:
    known = {"venues": VENUES, "speakers": SPEAKERS, "groups": GROUPS, "venue_minutes": MINUTES}
    return Plan(rows, **{**known, **facts})


def ground(of: Plan, **facts) -> Ground:
    ids = frozenset(row.id for row in of.sessions)
    known = {"movable": ids, "legs": dict.fromkeys(ids, 1), "cities": {1: SONGJIANG}}
    return Ground(of, **{**known, "venue_kinds": KINDS, **facts})


def target(of: Plan, code: str) -> Clash:
    (found,) = [clash for clash in clashes_between(of) if clash.code == code]
    return found


def repairs(of: Plan, code: str, **facts) -> dict[RepairKind, Repair]:
    found = search(ground(of, **facts), [target(of, code)]).repairs
    return {repair.kind: repair for repair in reversed(found)}


def told_as_planned(of: Plan) -> dict[int, Told]:
    return {
        row.facts.id: Told(row.starts, row.ends, row.venue, row.facts.speakers, row.facts.groups)
        for row in of.placed
    }


def times(repair: Repair, pk: int) -> tuple[int, int]:
    row = next(row for row in repair.option.after if row.id == pk)
    return row.starts, row.ends


TOO_SHORT = plan(
    session(1, "09:00", "10:00", venue=HALL),
    session(2, "10:30", "11:20", venue=PLANT, kind="site_visit", groups=(7,)),
)


def test_travel_when_too_short_then_shift_by_the_least_that_is_needed():
    """50 minutes are needed, 30 are there."""
    found = repairs(TOO_SHORT, "travel", movable=frozenset({2}))
    shift = found[RepairKind.SHIFT]
    assert times(shift, 2) == (at("10:50"), at("11:40"))
    assert shift.cost == Cost(sessions_moved=1, minutes_shifted=20)


def test_travel_when_a_venue_nearby_is_free_then_it_costs_less_than_a_shift():
    found = search(ground(TOO_SHORT), [target(TOO_SHORT, "travel")]).repairs
    assert [repair.kind for repair in found][:2] == [RepairKind.VENUE, RepairKind.SHIFT]
    assert found[0].option.after[0].venue == ROOM
    assert found[0].cost == Cost(sessions_moved=1, venues_changed=1)


def test_cost_when_released_then_the_people_of_the_audience_are_told():
    found = repairs(TOO_SHORT, "travel", released=told_as_planned(TOO_SHORT))
    assert found[RepairKind.SHIFT].cost.people_told == 20
    assert found[RepairKind.VENUE].cost.people_told == 45


def test_cost_when_back_to_what_was_released_then_nobody_is_told():
    released = told_as_planned(TOO_SHORT) | {2: Told(at("10:50"), at("11:40"), PLANT, (), (7,))}
    found = repairs(TOO_SHORT, "travel", released=released)
    assert found[RepairKind.SHIFT].cost == Cost(sessions_moved=1, minutes_shifted=20)


def test_repairs_when_a_session_may_not_move_then_only_the_other_does():
    found = search(ground(TOO_SHORT, movable=frozenset({1})), [target(TOO_SHORT, "travel")])
    assert {key for repair in found.repairs for key in repair.option.changed} == {1}
    assert found.blocked["fixed"] > 0


def test_repairs_when_the_time_has_passed_then_none_lies_there():
    found = search(ground(TOO_SHORT, not_before=at("10:00")), [target(TOO_SHORT, "travel")])
    assert found.repairs
    assert all(
        row.starts >= at("10:00") for repair in found.repairs for row in repair.option.after
        if row.starts != TOO_SHORT.by_id[row.id].starts
    )  # fmt: skip


def test_repairs_when_another_cohort_has_the_venue_then_its_times_are_left_alone():
    taken = session(99, "10:50", "12:50", venue=PLANT, groups=(900,))
    found = repairs(TOO_SHORT, "travel", foreign=[taken])
    start, end = times(found[RepairKind.SHIFT], found[RepairKind.SHIFT].option.about)
    assert (found[RepairKind.SHIFT].option.about, start, end) == (1, at("08:40"), at("09:40"))


def test_transfer_when_its_session_moves_then_it_can_go_along():
    with_bus = plan(
        session(1, "09:00", "10:00", venue=HALL),
        session(3, "10:05", "10:25", kind="transfer"),
        session(2, "10:30", "11:20", venue=PLANT, kind="site_visit"),
    )
    along = repairs(with_bus, "travel", movable=frozenset({2, 3}))[RepairKind.ALONG]
    assert times(along, 2) == (at("10:50"), at("11:40"))
    assert times(along, 3) == (at("10:25"), at("10:45"))
    assert along.cost == Cost(sessions_moved=1, transfers_moved=1, minutes_shifted=40)


def test_push_when_the_next_session_is_close_then_it_moves_as_little_as_it_must():
    tight = plan(
        session(1, "09:00", "10:00", venue=HALL),
        session(2, "10:30", "11:30", venue=PLANT, kind="site_visit"),
        session(5, "11:35", "12:35", kind="meal", venue=PLANT),
    )
    push = repairs(tight, "travel", movable=frozenset({2, 5}))[RepairKind.PUSH]
    assert times(push, 2) == (at("10:50"), at("11:50"))
    assert times(push, 5) == (at("11:55"), at("12:55"))


def test_meal_when_squeezed_then_the_session_leaves_its_window():
    squeezed = plan(session(1, "11:00", "13:00", venue=HALL), session(2, "13:00", "13:30"))
    found = search(ground(squeezed), [target(squeezed, "meal")]).repairs
    assert found[0].cost.clashes_added == 0


def test_lunch_when_it_is_in_the_way_then_it_does_not_become_a_dinner():
    lunch = plan(
        session(1, "10:00", "12:00", venue=PLANT),
        session(2, "12:00", "13:00", kind="meal", venue=CANTEEN),
    )
    found = search(ground(lunch, movable=frozenset({2})), [target(lunch, "travel")]).repairs
    starts = {row.starts for repair in found for row in repair.option.after if row.kind == "meal"}
    assert starts == {at("12:50")}


def test_capacity_when_too_small_then_a_larger_venue_or_venues_exchanged():
    small = VENUES | {HALL: VenueFacts(HALL, "Hall", SONGJIANG, 30)}
    crowded = plan(session(1, "09:00", "10:00", venue=HALL), venues=small)
    found = repairs(crowded, "capacity")
    assert found[RepairKind.VENUE].option.after[0].venue == ROOM
    busy = plan(
        session(1, "09:00", "10:00", venue=HALL, groups=(7, 8)),
        session(2, "10:00", "11:00", venue=ROOM, groups=(7,)),
        session(3, "08:00", "09:30", venue=ROOM, groups=(9,)),
        venues=small,
        groups=GROUPS | {9: GroupFacts(9, "Three", 10)},
    )
    assert RepairKind.VENUE not in repairs(busy, "capacity")


def test_venues_exchanged_when_both_fit_then_nobody_moves_in_time():
    small = VENUES | {HALL: VenueFacts(HALL, "Hall", SONGJIANG, 22)}
    crowded = plan(
        session(1, "09:00", "10:00", venue=HALL, groups=(8,)),
        session(2, "09:00", "10:00", venue=ROOM, groups=(7,)),
        venues=small,
    )
    found = repairs(crowded, "capacity")
    assert set(found) == {RepairKind.VENUE_SWAP}
    assert found[RepairKind.VENUE_SWAP].cost == Cost(sessions_moved=2, venues_changed=2)


def test_party_when_too_large_then_waves_of_whole_groups_one_after_the_other():
    visit = plan(session(1, "09:00", "10:00", venue=PLANT, kind="site_visit"))
    waves = repairs(visit, "party")[RepairKind.WAVES]
    assert [(row.id, row.groups, row.starts) for row in waves.option.after] == [
        (1, (7,), at("09:00")),
        (-1, (8,), at("10:00")),
    ]
    assert waves.solved[0].code == "party"


def test_party_when_people_are_in_no_group_or_a_group_is_too_large_then_no_waves():
    visit = session(1, "09:00", "10:00", venue=PLANT, kind="site_visit")
    assert repairs(plan(visit, ungrouped_people=1), "party") == {}
    large = {7: GroupFacts(7, "One", 26)}
    assert repairs(plan(visit, groups=large), "party") == {}


def test_waves_when_released_then_only_those_who_come_later_are_told():
    visit = plan(session(1, "09:00", "10:00", venue=PLANT, kind="site_visit"))
    found = repairs(visit, "party", released=told_as_planned(visit))
    assert found[RepairKind.WAVES].cost.people_told == 25


def test_speaker_when_away_then_one_who_taught_the_theme_and_is_free():
    away = {4: SpeakerFacts(4, "Chen", ((at("14:00"), at("15:00")),))}
    people = away | {pk: SpeakerFacts(pk, f"P{pk}") for pk in (5, 6, 10)}
    taught = plan(
        session(1, "09:00", "10:00", venue=HALL, speakers=(4,), kind="lecture"),
        speakers=people,
    )
    found = repairs(
        taught,
        "availability",
        themes={1: 3},
        taught_themes={5: frozenset({3}), 6: frozenset({3}), 10: frozenset({2})},
        speaker_cities={5: HEFEI, 6: SONGJIANG, 10: SONGJIANG},
        foreign=[session(99, "09:30", "10:30", speakers=(6,))],
    )
    assert found[RepairKind.SPEAKER].option.after[0].speakers == (5,)
    assert times(found[RepairKind.SHIFT], 1) == (at("14:00"), at("15:00"))


def test_opening_when_closed_then_the_day_on_which_it_is_open():
    tuesday_only = VENUES | {
        PLANT: VenueFacts(PLANT, "Plant", SONGJIANG, 60, opening=((2, 9 * 60, 17 * 60),))
    }
    closed = plan(session(1, "14:00", "15:00", venue=PLANT, kind="site_visit"), venues=tuesday_only)
    day = repairs(closed, "opening")[RepairKind.DAY]
    assert times(day, 1) == (at("14:00", 9), at("15:00", 9))
    assert day.cost.minutes_shifted == 24 * 60


def test_swap_when_the_order_is_wrong_then_the_two_change_places():
    wrong = plan(
        session(1, "09:00", "10:00", kind="site_visit", venue=PLANT, prepared_by=2),
        session(2, "11:00", "12:00", kind="lecture", venue=PLANT),
        session(3, "10:00", "11:00", venue=PLANT),
        session(4, "12:00", "21:00", kind="self_study", venue=PLANT),
        session(5, "08:00", "09:00", kind="self_study", venue=PLANT),
        groups={7: GroupFacts(7, "One", 20)},
    )
    found = repairs(replace(wrong), "order", legs=dict.fromkeys(range(1, 6), 1))
    swap = found[RepairKind.SWAP]
    assert times(swap, 1) == (at("11:00"), at("12:00"))
    assert times(swap, 2) == (at("09:00"), at("10:00"))


def test_accepted_clash_when_its_facts_become_others_then_it_is_counted_as_new():
    late = plan(
        session(1, "18:00", "19:05", venue=HALL, groups=(7,)),
        session(2, "19:20", "19:50", venue=PLANT, groups=(7,)),
    )
    travel = target(late, "travel")
    accepted = frozenset(clash.key for clash in clashes_between(late) if clash.code == "evening")
    found = search(ground(late, accepted=accepted), [travel])
    shifts = [repair for repair in found.repairs if repair.kind == RepairKind.SHIFT]
    assert all(clash.key in accepted for repair in shifts for clash in repair.added)


def test_tray_when_a_session_lies_there_then_free_times_of_several_days():
    tray = SessionFacts(1, "S1", "lecture", venue=HALL, leg_days=LEG)
    busy = session(2, "08:00", "12:00", venue=HALL)
    of = plan(tray, busy)
    found = free_times_for(ground(of, usual_minutes={1: 90}), 1).repairs
    assert {repair.option.after[0].starts // DAY for repair in found} == set(
        range(FIRST, FIRST + 3)
    )
    assert all(repair.kind == RepairKind.PLACE for repair in found)
    assert found[0].option.after[0].ends - found[0].option.after[0].starts == 90 * MINUTE


def test_wanted_when_the_place_is_taken_then_nearby_or_what_is_in_the_way_moves():
    of = plan(session(1, "09:00", "10:00", venue=HALL), session(2, "14:00", "15:00", venue=HALL))
    wanted = session(2, "09:00", "10:00", venue=HALL)
    found = search_for(ground(of), wanted).repairs
    firsts = [repair for repair in found if repair.kind == RepairKind.SHIFT]
    assert firsts[0].cost.minutes_shifted == 60
    assert any(times(repair, 2) == (at("09:00"), at("10:00")) for repair in found)
    for repair in found:
        assert not hard(applied(of, repair.option))


def test_fallbacks_when_a_site_refuses_then_one_of_its_kind_nearest_first():
    sites = VENUES | {
        10: VenueFacts(10, "Small", SONGJIANG, 30),
        11: VenueFacts(11, "Far", SONGJIANG, 60),
        12: VenueFacts(12, "Near", SONGJIANG, 60),
        13: VenueFacts(13, "Elsewhere", HEFEI, 60),
    }
    of = plan(
        session(1, "09:00", "10:00", venue=PLANT, kind="site_visit"),
        venues=sites,
        venue_minutes={(PLANT, 11): 50, (PLANT, 12): 20},
    )
    kinds = KINDS | dict.fromkeys((10, 11, 12, 13), "company")
    found = fallbacks_for(ground(of, venue_kinds=kinds), 1, venue=PLANT).repairs
    assert [repair.option.after[0].venue for repair in found] == [12, 11]
    by_theme = ground(of, venue_kinds=kinds, themes={1: 3}, venue_themes={11: frozenset({3})})
    found = fallbacks_for(by_theme, 1, venue=PLANT).repairs
    assert [repair.option.after[0].venue for repair in found] == [11, 12]


def test_fallbacks_when_other_times_would_suit_then_these_are_offered():
    of = plan(session(1, "09:00", "10:00", venue=PLANT, kind="site_visit"))
    suitable = [(at("14:00"), at("15:30")), (at("09:00", 9), at("11:00", 9))]
    found = fallbacks_for(ground(of), 1, venue=PLANT, suitable=suitable).repairs
    assert {times(repair, 1) for repair in found} == {
        (at("14:00"), at("15:00")),
        (at("09:00", 9), at("10:00", 9)),
    }


DAY_OUT = plan(
    session(1, "09:00", "09:30", kind="transfer"),
    session(2, "09:40", "11:10", venue=PLANT, kind="site_visit"),
    session(3, "11:20", "11:40", kind="transfer"),
    session(4, "12:00", "13:00", kind="meal", venue=CANTEEN),
    session(5, "14:00", "15:00", venue=HALL),
)


def test_delay_when_the_bus_is_late_then_what_follows_is_pushed_or_shortened():
    found = delayed(ground(DAY_OUT), 1, 30)
    assert {clash.code for clash in found.effects} == {"group"}
    by_kind = {repair.kind: repair for repair in found.repairs}
    push, trim = by_kind[RepairKind.PUSH], by_kind[RepairKind.TRIM]
    assert times(push, 2) == (at("10:10"), at("11:40"))
    assert times(trim, 2) == (at("10:10"), at("11:10"))
    assert trim.option.changed == {1, 2}
    assert push.option.changed == {1, 2, 3, 4}


def test_delay_when_there_is_time_enough_then_only_the_session_moves():
    found = delayed(ground(DAY_OUT), 4, 20)
    assert [repair.option.changed for repair in found.repairs] == [{4}]
    assert found.effects == ()


def applied(of: Plan, option: Option) -> Plan:
    after = {row.id: row for row in option.after}
    return replace(of, sessions=[*(after.pop(row.id, row) for row in of.sessions), *after.values()])


def hard(of: Plan) -> list[Clash]:
    return [clash for clash in clashes_between(of) if clash.hard]


def clashes_of(of: Plan) -> dict[str, Clash]:
    return {clash.key: clash for clash in clashes_between(of)}


def new_or_worse(then: dict[str, Clash], now: dict[str, Clash]) -> list[Clash]:
    """By the figures in the facts, code by code."""

    def missing(clash: Clash) -> float:
        facts = clash.facts
        return {
            "travel": lambda: facts["needed_minutes"] - facts["gap_minutes"],
            "meal": lambda: facts["needed_minutes"] - facts["free_minutes"],
            "capacity": lambda: facts["people"] - facts["capacity"],
            "party": lambda: facts["people"] - facts["largest_party"],
            "lecture_length": lambda: facts["minutes"],
            "evening": lambda: (
                dt.time.fromisoformat(facts["end"]).hour * 60
                + dt.time.fromisoformat(facts["end"]).minute
            ),
        }.get(clash.code, lambda: 0)()

    return [
        clash
        for key, clash in now.items()
        if key not in then or missing(clash) > missing(then[key])
    ]


def cost_from_scratch(of: Ground, option: Option) -> Cost:
    """The definition once more: everything recounted on the whole plan."""
    before, after = of.plan.by_id, {row.id: row for row in option.after}
    then, now = clashes_of(of.plan), clashes_of(applied(of.plan, option))
    changed = [(before.get(key, before[option.about]), row) for key, row in after.items()]
    told = set()
    for row in after.values():
        released = of.released.get(row.id if row.id > 0 else option.about)
        same = row.id > 0 and released == Told(
            row.starts, row.ends, row.venue, row.speakers, released.groups if released else ()
        )
        if released and not same:
            told |= set(row.groups or of.plan.groups)
            told |= {None} if not row.groups else set()
            if row.id > 0:
                told |= set(released.groups or of.plan.groups)
                told |= {None} if not released.groups else set()
    people = {key: group.people for key, group in of.plan.groups.items()}
    people[None] = of.plan.ungrouped_people
    minutes = 0
    for old, new in changed:
        days = abs(new.starts // DAY - old.starts // DAY)
        edges = ((old.starts, new.starts), (old.ends, new.ends))
        minutes += 1440 * days + max(abs(b % DAY - a % DAY) for a, b in edges) // 60
    return Cost(
        clashes_added=len(new_or_worse(then, now)),
        people_told=sum(people[key] for key in told),
        speakers_changed=sum(set(old.speakers) != set(new.speakers) for old, new in changed),
        sessions_moved=sum(row.kind != "transfer" for row in option.after),
        transfers_moved=sum(row.kind == "transfer" for row in option.after),
        minutes_shifted=minutes,
        venues_changed=sum(old.venue != new.venue for old, new in changed),
    )


@st.composite
def grounds(draw, most: int = 10, days: int = 2) -> Ground:
    """A cohort without hard clashes: sessions that would cause one are left out."""
    rows: list[SessionFacts] = []
    for pk in range(1, draw(st.integers(2, most)) + 1):
        start = (FIRST + draw(st.integers(0, days - 1))) * DAY + draw(
            st.integers(32, 80)
        ) * 15 * MINUTE
        row = SessionFacts(
            pk,
            f"S{pk}",
            draw(
                st.sampled_from(
                    [
                        "lecture",
                        "lecture",
                        "site_visit",
                        "discussion",
                        "transfer",
                        "meal",
                        "ceremony",
                    ]
                )
            ),
            start,
            start + draw(st.sampled_from([30, 60, 90, 200])) * MINUTE,
            draw(st.sampled_from([None, HALL, ROOM, PLANT, PLANT, CANTEEN])),
            draw(st.sampled_from([(), (4,), (5,)])),
            draw(st.sampled_from([(), (), (7,), (8,)])),
            (FIRST, FIRST + days - 1),
            draw(st.sampled_from([None, 1])) if pk > 1 else None,
        )
        if row.ends <= (row.starts // DAY + 1) * DAY and not hard(plan(*rows, row)):
            rows.append(row)
    venues = VENUES | {
        ROOM: VenueFacts(ROOM, "Room", SONGJIANG, 22),
        PLANT: VenueFacts(PLANT, "Plant", SONGJIANG, 60, 25, 10, ((1, 540, 1020), (2, 540, 1020))),
    }
    windows = ((FIRST * DAY + 9 * HOUR, FIRST * DAY + 17 * HOUR),)
    of = plan(
        *rows,
        venues=venues,
        speakers={4: SpeakerFacts(4, "P4", windows), 5: SpeakerFacts(5, "P5")},
        ungrouped_people=draw(st.sampled_from([0, 3])),
    )
    released = told_as_planned(of) if draw(st.booleans()) else {}
    return ground(of, released=released, speaker_cities={5: SONGJIANG})


def soft(of: Ground) -> list[Clash]:
    return [clash for clash in clashes_between(of.plan) if not clash.hard]


@settings(max_examples=120, deadline=None)
@given(grounds(), st.randoms(use_true_random=False))
def test_repairs_when_any_cohort_then_each_solves_adds_nothing_hard_and_costs_what_it_says(
    of, any_of
):
    clashes = soft(of)
    assume(clashes)
    chosen = any_of.choice(clashes)
    found = search(of, [chosen])
    assert found == search(replace(of), [chosen])
    for repair in found.repairs:
        after = applied(of.plan, repair.option)
        assert chosen.key not in {clash.key for clash in clashes_between(after)}
        assert not hard(after)
        assert repair.cost == cost_from_scratch(of, repair.option)
        assert len(repair.added) == repair.cost.clashes_added <= len(repair.solved)
        assert chosen.code not in {clash.code for clash in repair.added}
    assert list(found.repairs) == sorted(found.repairs, key=lambda repair: repair.cost)


def acceptable(of: Ground, chosen: Clash, option: Option) -> bool:
    """Whether an option is a repair, judged on the whole plan."""
    if not option.changed - {key for key in option.changed if key < 0} <= of.movable:
        return False
    then, now = clashes_of(of.plan), clashes_of(applied(of.plan, option))
    added = new_or_worse(then, now)
    solved = [clash for key, clash in then.items() if key not in now]
    return (
        chosen.key not in now
        and not any(clash.hard for clash in now.values())
        and len(added) <= len(solved)
        and chosen.code not in {clash.code for clash in added}
    )


@settings(max_examples=30, deadline=None)
@given(grounds(most=4, days=2), st.randoms(use_true_random=False))
def test_repairs_when_compared_with_every_possibility_then_the_best_is_the_cheapest(of, any_of):
    clashes = soft(of)
    assume(clashes)
    chosen = any_of.choice(clashes)
    every = [
        cost_from_scratch(of, option)
        for options in ways_of(of, [chosen])
        for option in options
        if acceptable(of, chosen, option)
    ]
    found = search(of, [chosen], looks=10**6).repairs
    assert [repair.cost for repair in found[:1]] == sorted(every)[:1]


@pytest.mark.parametrize("count", [60, 240])
def test_repairs_when_the_cohort_is_large_then_within_bounds(count):
    """About 300 ms for a usual cohort; what is looked at does not grow with a larger one."""
    rows = []
    for pk in range(count):
        day, slot = divmod(pk, 10)
        start = f"{8 + slot}:00".zfill(5)
        rows.append(session(pk + 1, start, f"{8 + slot}:50".zfill(5), venue=HALL, day=8))
        rows[-1] = replace(
            rows[-1],
            venue=PLANT if slot == 3 else HALL,
            starts=rows[-1].starts + day * DAY,
            ends=rows[-1].ends + day * DAY,
            leg_days=(FIRST, FIRST + count // 10),
        )
    of = plan(*rows)
    chosen = next(clash for clash in soft(ground(of)) if clash.code == "travel")
    began = time.process_time()
    search(ground(of), [chosen])
    assert time.process_time() - began < 0.9


def test_cost_when_compared_then_clashes_weigh_more_than_people_and_people_more_than_minutes():
    assert Cost(people_told=500) < Cost(clashes_added=1)
    assert Cost(minutes_shifted=2000) < Cost(people_told=1)
    assert cost_of(ground(TOO_SHORT), Option(RepairKind.SHIFT, 1, (TOO_SHORT.by_id[1],))) == Cost(
        sessions_moved=1
    )


def test_waves_when_the_day_is_full_then_what_follows_moves_later():
    full = plan(
        session(1, "09:00", "10:00", venue=PLANT, kind="site_visit"),
        session(2, "10:30", "11:30", venue=PLANT, kind="discussion", groups=(8,)),
        session(3, "08:00", "09:00", venue=CANTEEN, kind="meal"),
        session(4, "12:00", "20:00", venue=CANTEEN, kind="self_study"),
        venue_minutes={},
    )
    chosen = next(clash for clash in clashes_between(full) if clash.sessions == (1,))
    found = search(ground(full), [chosen]).repairs
    waves = next(repair for repair in found if repair.kind == RepairKind.WAVES)
    assert [row.id for row in waves.option.parts] == [1, -1]
    assert waves.cost == cost_from_scratch(ground(full), waves.option)
    assert not hard(applied(full, waves.option))


def test_repairs_when_another_clash_becomes_worse_then_it_counts_as_added():
    """Less time for the way that is too short already."""
    crowded = plan(
        session(1, "09:00", "10:00", venue=HALL),
        session(2, "10:30", "11:30", venue=PLANT, kind="site_visit"),
        session(3, "12:00", "20:00", kind="self_study"),
    )
    party = target(crowded, "party")
    earlier = [
        repair
        for repair in search(ground(crowded, movable=frozenset({2})), [party]).repairs
        if repair.option.after[0].starts < at("10:30")
    ]
    assert all(
        "travel" in {clash.code for clash in repair.added} and repair.cost.clashes_added
        for repair in earlier
    )
    assert earlier
