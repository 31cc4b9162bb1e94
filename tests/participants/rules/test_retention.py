"""How long what is kept: defaults of the house, limits, the last cohort counts."""

import datetime as dt

import pytest

from participants.choices import FieldGroup
from participants.rules.retention import (
    TERMS,
    Stay,
    answer_due_on,
    held_until,
    last_stay,
    phone_stay,
    term_problem,
)

END = dt.date(2026, 6, 13)


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


@pytest.mark.parametrize(
    ("group", "on"),
    [
        (FieldGroup.IDENTITY, day(7, 13)),
        (FieldGroup.NOMINATION, day(9, 11)),
        (FieldGroup.PHONE, day(6, 13, 2027)),
        (FieldGroup.EMAIL, day(6, 13, 2027)),
    ],
)
def test_due_when_defaults_then_as_the_house_says(group: str, on: dt.date) -> None:
    assert Stay("A", END, {}).due_on(group) == on


def test_due_when_the_cohort_has_own_days_then_those() -> None:
    assert Stay("A", END, {FieldGroup.IDENTITY: 10}).due_on(FieldGroup.IDENTITY) == day(6, 23)


def test_due_when_in_two_cohorts_then_the_one_that_keeps_longest() -> None:
    sooner, later = Stay("A", END, {FieldGroup.IDENTITY: 90}), Stay("B", day(8, 1), {})
    assert last_stay(FieldGroup.IDENTITY, [later, sooner]) is sooner
    assert last_stay(FieldGroup.PHONE, [sooner, later]) is later
    assert last_stay(FieldGroup.PHONE, []) is None


def test_phone_when_not_listed_then_sooner_and_never_later_than_the_term() -> None:
    stay = Stay("A", END, {})
    assert phone_stay(stay, listed=True) == day(6, 13, 2027)
    assert phone_stay(stay, listed=False) == day(7, 13)


def test_terms_when_read_then_each_group_has_one_within_its_limits() -> None:
    assert set(TERMS) == set(FieldGroup.values)
    for group, term in TERMS.items():
        assert term_problem(group, term.days) is None
        assert term_problem(group, term.longest + 1) is term
        assert term_problem(group, term.shortest - 1) is term


def test_answer_when_asked_then_within_fifteen_days() -> None:
    assert answer_due_on(day(6, 1)) == day(6, 16)


def test_deletion_when_a_cohort_runs_then_held_to_its_last_day() -> None:
    assert held_until([day(5, 1), END], day(6, 13)) == END
    assert held_until([day(5, 1), END], day(6, 14)) is None
