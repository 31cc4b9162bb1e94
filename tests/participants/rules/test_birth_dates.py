"""Dates of birth as people write them and spreadsheets keep them."""

import datetime as dt

import pytest

from g60portal.common.tables import Cell
from participants.rules.birth_dates import birth_date
from participants.rules.papers import check_paper
from participants.rules.person_facts import FactsUnusable, PersonFacts, checked_facts
from tests.participants.people import identity_number

TODAY = dt.date(2026, 6, 1)
MAY_12 = dt.date(1980, 5, 12)


def cell(value, kind=""):
    if kind:
        return Cell(value, kind)
    return Cell(value, "text" if isinstance(value, str) else "number")


@pytest.mark.parametrize(
    "value",
    [
        cell(MAY_12, "date"),
        cell(dt.datetime(1980, 5, 12), "datetime"),  # noqa: DTZ001 - as in the file
        cell(29353),
        cell(29353.0),
        cell("29353"),
        cell(19800512),
        cell("19800512"),
        cell("1980-05-12"),
        cell("1980/5/12"),
        cell("1980.05.12"),
        cell("1980年5月12日"),
        cell("１９８０－０５－１２"),
        cell("'1980-05-12 00:00:00"),
    ],
)
def test_birth_date_when_whole_then_the_same_day(value):
    assert birth_date(value).date == MAY_12


@pytest.mark.parametrize(
    ("value", "months"),
    [
        (cell(1980.05), (5,)),
        (cell(1980.1), (1, 10)),
        (cell(1980.12), (12,)),
        (cell("1980.05"), (5,)),
        (cell("1980.1"), (1,)),
        (cell("1980年5月"), (5,)),
        (cell(198005), (5,)),
        (cell(1980), ()),
        (cell("1980年"), ()),
    ],
)
def test_birth_date_when_the_day_is_missing_then_no_date_is_made_up(value, months):
    found = birth_date(value)
    assert (found.year, found.months, found.date) == (1980, months, None)


@pytest.mark.parametrize(
    "value",
    [
        cell("80-05-12"), cell("1980-13-01"), cell("1980-02-30"), cell("五月"), cell(1980.13),
        cell(12.5), cell(-5), cell(1e300), cell(99999), cell("19801301"), cell("1.98E+3"),
    ],
)  # fmt: skip
def test_birth_date_when_it_cannot_be_read_then_none(value):
    assert birth_date(value) is None


def facts(written, **more):
    return PersonFacts("张三", 1, "甲", birth=birth_date(cell(written)), **more)


@pytest.mark.parametrize("written", ["1980-01-01", "1980.01", "1980", 1980.1])
def test_birth_date_when_it_agrees_with_the_paper_then_the_paper_tells_it(written):
    checked = checked_facts(facts(written, identity=identity_number(1)), today=TODAY)
    assert checked.birth_on is None
    assert checked.known_birth_on == dt.date(1980, 1, 1)
    assert checked.warnings == ()


@pytest.mark.parametrize("written", ["1980-01-02", "1980.02", "1981"])
def test_birth_date_when_it_contradicts_the_paper_then_a_problem(written):
    with pytest.raises(FactsUnusable) as caught:
        checked_facts(facts(written, identity=identity_number(1)), today=TODAY)
    assert set(caught.value.problems) == {"birth_on"}


def test_birth_date_when_no_paper_tells_it_then_kept_only_when_whole():
    assert checked_facts(facts("1980-05-12"), today=TODAY).known_birth_on == MAY_12
    month = checked_facts(facts("1980.05"), today=TODAY)
    assert month.known_birth_on is None
    assert len(month.warnings) == 1
    with pytest.raises(FactsUnusable):
        checked_facts(facts("2026-06-02"), today=TODAY)


def test_paper_when_it_tells_no_date_then_the_said_one_counts():
    said = facts("1980-05-12", paper_kind="passport", identity="E12345678")
    checked = checked_facts(said, today=TODAY)
    assert checked.paper == check_paper("passport", "E12345678")
    assert checked.known_birth_on == MAY_12
