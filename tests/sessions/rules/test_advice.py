"""Advice on a cohort as a whole, by example."""

import datetime as dt
from decimal import Decimal
from itertools import count

import pytest

from sessions.rules.advice import AdviceCode, AdvisedSession, Course, advice_on

MONDAY = dt.date(2026, 6, 8)
DAYS = [MONDAY + dt.timedelta(days=number) for number in range(3)]
THEMES = {1: "Industry", 2: "Innovation"}
_ids = count(1)


def held(day: int | None = 0, hours: str = "4", **facts) -> AdvisedSession:
    kind = facts.pop("kind", "lecture")
    when = None if day is None else DAYS[day]
    return AdvisedSession(
        next(_ids), kind, when, Decimal(hours), facts.pop("compulsory", True), **facts
    )


def course(*sessions: AdvisedSession, **facts) -> Course:
    return Course(list(sessions), **{"days": DAYS, "holidays_known": {2026}, **facts})


def found(of: Course, code: AdviceCode):
    return [advice for advice in advice_on(of) if advice.code == code]


WEEK = [held(day, theme=1 + day % 2) for day in range(3)]


def test_advice_when_the_plan_is_sound_then_none():
    assert advice_on(course(*WEEK, themes=THEMES, required_hours=Decimal(12))) == []


def test_advice_when_there_is_nothing_at_all_then_none():
    assert advice_on(course(themes=THEMES)) == []


def test_hours_when_a_group_and_loners_are_offered_too_few_then_each_is_told():
    rows = [held(0), held(1, groups=frozenset({7})), held(2, "2", compulsory=False)]
    told = found(
        course(
            *rows,
            groups={7: "One", 8: "Two"},
            ungrouped_people=1,
            required_hours=Decimal(8),
        ),
        AdviceCode.HOURS_UNREACHABLE,
    )
    assert [advice.facts["group"] for advice in told] == [8, None]
    assert told[0].facts == {
        "group": 8,
        "offered_hours": 6.0,
        "compulsory_hours": 4.0,
        "required_hours": 8.0,
    }


@pytest.mark.parametrize(
    ("required", "code"),
    [
        ("8", None),
        ("8.5", AdviceCode.HOURS_OPTIONAL),
        ("10", AdviceCode.HOURS_OPTIONAL),
        ("10.5", AdviceCode.HOURS_UNREACHABLE),
        ("0", None),
    ],
)
def test_hours_when_optional_ones_are_needed_then_said_and_unplaced_ones_do_not_count(
    required, code
):
    rows = [held(0), held(1), held(2, "2", compulsory=False), held(None, "20")]
    told = [
        advice.code
        for advice in advice_on(course(*rows, required_hours=Decimal(required)))
        if advice.code in (AdviceCode.HOURS_OPTIONAL, AdviceCode.HOURS_UNREACHABLE)
    ]
    assert told == ([code] if code else [])


def test_themes_when_one_is_missing_or_thin_then_told_with_figures():
    rows = [held(0, theme=1), held(1, theme=1), held(2, "2.5", theme=2)]
    missing = found(course(*rows[:2], themes=THEMES), AdviceCode.THEME_MISSING)
    assert [advice.facts["theme"] for advice in missing] == [2]
    three = {**THEMES, 3: "Planning"}
    thin = found(course(*rows, held(2, "1.7", theme=3), themes=three), AdviceCode.THEME_THIN)
    assert [advice.facts for advice in thin] == [
        {"theme": 3, "hours": 1.7, "even_hours": 4.1, "total_hours": 12.2}
    ]


def test_themes_when_half_of_an_even_share_then_enough():
    rows = [held(0, "6", theme=1), held(1, "2", theme=2)]
    assert found(course(*rows, themes=THEMES), AdviceCode.THEME_THIN) == []


def test_theme_when_all_its_sessions_lie_on_one_day_then_told():
    rows = [held(1, "1", theme=1) for _each in range(3)]
    (told,) = found(course(*rows, held(2, "3", theme=2), themes=THEMES), AdviceCode.THEME_CROWDED)
    assert told.facts == {"theme": 1, "day": "2026-06-09", "count": 3}
    assert told.sessions == tuple(row.id for row in rows)


def test_theme_when_some_lectures_have_none_then_told_and_not_when_none_has():
    rows = [held(0, theme=1), held(1), held(2, kind="meal")]
    (told,) = found(course(*rows, themes=THEMES), AdviceCode.THEME_UNSET)
    assert (told.facts, told.sessions) == ({"count": 1, "lectures": 2}, (rows[1].id,))
    assert found(course(*rows[1:], themes=THEMES), AdviceCode.THEME_UNSET) == []


def test_day_when_nothing_but_meals_and_transfers_then_told_for_whom():
    rows = [
        held(0),
        held(1, kind="meal"),
        held(1, kind="transfer"),
        held(2, groups=frozenset({7})),
    ]
    told = found(
        course(*rows, groups={7: "One", 8: "Two"}, ungrouped_people=2), AdviceCode.DAY_EMPTY
    )
    assert [advice.facts for advice in told] == [
        {"day": "2026-06-09", "everyone": True, "groups": [7, 8], "ungrouped": True},
        {"day": "2026-06-10", "everyone": False, "groups": [8], "ungrouped": True},
    ]


def test_unplaced_when_there_are_some_then_counted():
    rows = [held(None, "2"), held(None, "1.5", compulsory=False), *WEEK]
    (told,) = found(course(*rows), AdviceCode.UNPLACED)
    assert told.facts == {"count": 2, "compulsory": 1, "hours": 3.5}


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        (("opening", ""), "completion"),
        (("", "completion"), "opening"),
        (("opening", "completion"), None),
        (("opening", "", "completion"), None),
        (("", ""), None),
    ],
)
def test_ceremony_when_some_titles_tell_and_others_do_not_then_the_missing_end_is_named(
    roles, missing
):
    rows = [held(number, kind="ceremony", ceremony=role) for number, role in enumerate(roles)]
    told = found(course(*rows), AdviceCode.CEREMONY_UNTOLD)
    assert [advice.facts["missing"] for advice in told] == ([missing] if missing else [])


def test_holidays_when_the_year_is_not_announced_then_told_once():
    told = found(course(*WEEK, holidays_known={2025}), AdviceCode.HOLIDAYS_UNKNOWN)
    assert [advice.facts for advice in told] == [{"year": 2026}]
