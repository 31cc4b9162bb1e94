"""The state machine of a cohort: which moves exist, and every reason against each."""

from dataclasses import replace
from itertools import pairwise

import pytest
from django.utils.translation import override

from cohorts.choices import COHORT_MOVES, CohortState
from cohorts.rules.states import (
    WAY,
    CohortFacts,
    may_move,
    needs_reason,
    next_state,
    obstacles_to,
)

READY = CohortFacts(
    seats=45,
    leg_count=2,
    quota_seats=45,
    has_english_title=True,
    people=45,
    release_count=1,
    has_completion_run=True,
)
NOTHING = CohortFacts(seats=45)


def codes(facts: CohortFacts, target: str) -> list[str]:
    return [obstacle.code for obstacle in obstacles_to(facts, target)]


@pytest.mark.parametrize("target", CohortState.values)
def test_obstacles_when_all_is_ready_then_none(target):
    assert codes(READY, target) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("draft", []),
        ("approved", ["no_leg", "no_quota"]),
        ("announced", ["no_leg", "no_quota", "no_english_title"]),
        ("nominating", []),
        ("confirmed", ["no_leg", "no_quota", "nobody_enrolled"]),
        ("running", ["nobody_enrolled", "no_release"]),
        ("finishing", []),
        ("completed", ["no_completion_run"]),
        ("archived", []),
        ("postponed", []),
        ("cancelled", []),
    ],
)
def test_obstacles_when_nothing_is_there_then_every_reason(target, expected):
    assert codes(NOTHING, target) == expected


@pytest.mark.parametrize(
    ("target", "change", "expected"),
    [
        ("approved", {"quota_seats": 46}, ["quotas_above_seats"]),
        ("confirmed", {"people": 46}, ["people_above_seats"]),
        ("confirmed", {"people": 1}, []),
        ("running", {"people": 46, "release_count": 0}, ["people_above_seats", "no_release"]),
        ("finishing", {"sessions_to_come": 1}, ["sessions_to_come"]),
        ("completed", {"sessions_to_come": 2, "unjudged": 1}, ["sessions_to_come", "unjudged"]),
        ("completed", {"unjudged": 1}, ["unjudged"]),
        ("completed", {"undecided": 1, "unjudged": 2}, ["unjudged", "certificates_undecided"]),
    ],
)
def test_obstacles_when_one_fact_is_off_then_its_reason(target, change, expected):
    assert codes(replace(READY, **change), target) == expected


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 compulsory session is still to come."),
        (3, "3 compulsory sessions are still to come."),
    ],
)
def test_obstacles_when_sessions_are_to_come_then_the_text_counts_them(count, text):
    with override("en"):
        (obstacle,) = obstacles_to(replace(READY, sessions_to_come=count), "finishing")
        assert str(obstacle.text) == text


def test_moves_when_listed_then_every_state_is_reachable_and_known():
    assert set(COHORT_MOVES) == set(CohortState.values)
    reachable = {target for targets in COHORT_MOVES.values() for target in targets}
    assert reachable == set(CohortState.values)


@pytest.mark.parametrize(("source", "target"), list(pairwise(WAY)))
def test_way_when_followed_then_each_step_is_a_move(source, target):
    assert may_move(source, target)
    assert next_state(source) == target


@pytest.mark.parametrize(
    ("source", "expected"), [("archived", None), ("cancelled", None), ("postponed", "approved")]
)
def test_next_state_when_beside_the_way_then_known(source, expected):
    assert next_state(source) == expected


def test_needs_reason_when_leaving_or_opening_again_then_true():
    explained = {
        (source, target)
        for source, targets in COHORT_MOVES.items()
        for target in targets
        if needs_reason(source, target)
    }
    assert explained == {
        ("draft", "cancelled"),
        ("approved", "postponed"),
        ("approved", "cancelled"),
        ("announced", "postponed"),
        ("announced", "cancelled"),
        ("nominating", "postponed"),
        ("nominating", "cancelled"),
        ("confirmed", "postponed"),
        ("confirmed", "cancelled"),
        ("postponed", "cancelled"),
        ("completed", "finishing"),
    }
