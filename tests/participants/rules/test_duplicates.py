"""When two persons are suspected to be one: never by the name alone."""

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.rules.duplicates import (
    TOGETHER,
    KnownFacts,
    Sign,
    Strength,
    Suspicion,
    clusters,
    latin_key,
    suspicion,
)

BIRTH = dt.date(1980, 1, 1)
FULL = {
    Sign.PAPER: {"papers": frozenset({("passport", "a")})},
    Sign.PHONE: {"phones": frozenset({"13900000001"})},
    Sign.EMAIL: {"emails": frozenset({"a@example.org"})},
    Sign.NAME: {"name": "张三"},
    Sign.ALIKE: {"latin_name": "Zhang San"},
    Sign.BIRTH: {"birth_on": BIRTH},
    Sign.EMPLOYER: {"organization_id": 7},
}


def known(pk: int, *signs: Sign, **more) -> KnownFacts:
    facts = {"name": f"某{pk}"}
    for sign in signs:
        facts |= FULL[sign]
    return KnownFacts(pk, **(facts | more))


def strength_of(*signs: Sign, one=None, other=None) -> str | None:
    found = suspicion(known(1, *signs, **(one or {})), known(2, *signs, **(other or {})))
    return found.strength if found else None


@pytest.mark.parametrize("sign", [one for one in Sign if one != Sign.PAPER])
def test_suspicion_when_a_single_sign_then_none(sign) -> None:
    assert strength_of(sign) is None


def test_suspicion_when_two_signs_then_only_the_listed_ones_together() -> None:
    weak = [one for one in Sign if one != Sign.PAPER]
    found = {frozenset(pair) for pair in combinations(weak, 2) if strength_of(*pair)}
    # Somebody of the same name is not said to be read alike as well.
    assert found == {pair for pair in TOGETHER if pair != {Sign.NAME, Sign.ALIKE}}


def test_suspicion_when_the_paper_is_the_same_then_certain_whatever_else_differs() -> None:
    assert (
        strength_of(Sign.PAPER, one={"gender": "1", "birth_on": BIRTH}, other={"gender": "2"})
        == Strength.CERTAIN
    )


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"own_paper": ("passport", "a")}, {"own_paper": ("passport", "b")}),
        ({"birth_on": BIRTH}, {"birth_on": dt.date(1980, 1, 2)}),
        ({"gender": "1"}, {"gender": "2"}),
    ],
)
def test_suspicion_when_something_contradicts_then_none(mine, theirs) -> None:
    assert strength_of(Sign.NAME, Sign.PHONE) == Strength.LIKELY
    assert strength_of(Sign.NAME, Sign.PHONE, one=mine, other=theirs) is None


def test_suspicion_when_papers_are_of_two_kinds_then_no_contradiction() -> None:
    mine, theirs = {"own_paper": ("passport", "a")}, {"own_paper": ("resident_id", "b")}
    assert strength_of(Sign.NAME, Sign.PHONE, one=mine, other=theirs) == Strength.LIKELY


def test_suspicion_when_the_employer_is_written_differently_then_the_same() -> None:
    mine = {"employers": frozenset({"松江示例科技有限公司"})}
    theirs = {"employers": frozenset({"上海市松江示例科技有限责任公司"})}
    assert strength_of(Sign.NAME, one=mine, other=theirs) == Strength.LIKELY


@pytest.mark.parametrize("other", ["ZHANG Wei", "Wei Zhang", "zhang-wei ", "Zhang Wei"])
def test_latin_key_when_only_spelled_differently_then_equal(other) -> None:
    assert latin_key("Zhang Wei".replace(" ", "")) == latin_key("zhang-wei")
    assert (latin_key(other) == latin_key("Zhang Wei")) == (" " in other.strip())


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda p: p[0] < p[1])))
def test_clusters_when_any_pairs_then_each_once_and_no_person_in_two(pairs) -> None:
    found = clusters([Suspicion(*pair, (Sign.PAPER,)) for pair in set(pairs)])
    assert sorted(one.pair for group in found for one in group) == sorted(set(pairs))
    people = [{pk for one in group for pk in one.pair} for group in found]
    assert sum(map(len, people)) == len(set().union(*people))
