"""Recognition, seats, spreading over groups, changes: values in, verdicts out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.rules.group_spread import Spreadable, spread
from participants.rules.person_changes import PresentFacts, changes_between
from participants.rules.person_facts import FactsUnusable, PersonFacts, checked_facts
from participants.rules.recognition import KnownPerson, recognize
from participants.rules.seats import SeatFacts, seat_verdict

TODAY = dt.date(2026, 6, 1)


def known(person_id=1, **facts):
    usual = {
        "name": "张三",
        "phone": "1",
        "organization_name": "甲",
        "paper_index": "",
        "enrolled": True,
    }
    return KnownPerson(person_id, **{**usual, **facts})


@pytest.mark.parametrize(
    ("asked", "others", "verdict"),
    [
        (("张三", "1", "甲", "P"), [known(paper_index="P")], "known"),
        (("张叁", "9", "乙", "P"), [known(paper_index="P")], "known"),
        (("张叁", "9", "乙", "P"), [known(paper_index="P", enrolled=False)], "other_name"),
        (("张三", "1", "甲", "P"), [known(paper_index="Q")], "new"),
        (("张三", "1", "乙", ""), [known()], "known"),
        (("张三", "1", "乙", ""), [known(enrolled=False)], "possible"),
        (("张三", "", "甲", ""), [known()], "possible"),
        (("张三", "2", "甲", ""), [known()], "new"),
        (("张三", "", "乙", ""), [known()], "new"),
        (("张三", "1", "甲", ""), [known(1), known(2)], "possible"),
        (("张三", "1", "甲", ""), [], "new"),
    ],
)
def test_recognition_when_signs_differ_then_never_by_name_alone(asked, others, verdict):
    assert recognize(*asked, others).verdict == verdict


def test_seats_when_cohort_and_quota_are_short_then_both_are_told():
    facts = SeatFacts(seats=3, taken=2, quotas={1: 1}, taken_by_city={1: 1, 2: 1})
    verdict = seat_verdict(facts, {1: 1, 2: 1})
    assert (verdict.missing, dict(verdict.over_quota)) == (1, {1: 1, 2: 2})
    assert not verdict.fits


def test_seats_when_no_quotas_then_only_the_cohort_counts():
    facts = SeatFacts(seats=3, taken=2, quotas={}, taken_by_city={1: 2})
    assert seat_verdict(facts, {1: 1}).fits


def test_spread_when_nine_cities_send_five_then_each_group_has_all_cities():
    people = [
        Spreadable(city * 10 + number, city, f"单位{city}{number}")
        for city in range(9)
        for number in range(5)
    ]
    groups = spread(people, 5)
    assert [len({pk // 10 for pk in group}) for group in groups] == [9] * 5


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("甲乙丙")), max_size=60),
    st.integers(1, 9),
)
def test_spread_when_anybody_comes_then_all_have_one_place_and_sizes_are_even(people, count):
    rows = [Spreadable(pk, city, name) for pk, (city, name) in enumerate(people)]
    groups = spread(rows, count)
    sizes = [len(group) for group in groups]
    assert sorted(pk for group in groups for pk in group) == list(range(len(rows)))
    assert len(groups) == count
    assert max(sizes) - min(sizes) <= 1
    assert spread(rows, count) == groups


def present(**facts):
    usual = {"name": "张三", "latin_name": "Zhang San", "gender": "1", "language": "zh-hans"}
    contact = {"phone": "13800000000", "email": "", "city_id": 1, "organization_name": "甲"}
    return PresentFacts(**{**usual, **contact, **facts})


def said(**facts):
    usual = {"name": "张三", "city_id": 1, "organization_name": "甲", "phone": "13800000000"}
    return checked_facts(PersonFacts(**{**usual, **facts}), today=TODAY)


def names(changes):
    return {change.name for change in changes}


def test_changes_when_a_file_is_silent_then_none_and_when_a_form_is_then_cleared():
    silent = said(phone="", gender="")
    assert changes_between(present(), silent, "", blank_clears=False) == ()
    assert names(changes_between(present(), silent, "", blank_clears=True)) == {"phone", "gender"}


def test_changes_when_name_changes_then_latin_name_follows():
    changes = changes_between(present(), said(name="李四"), "", blank_clears=False)
    assert {change.name: change.after for change in changes} == {
        "name": "李四",
        "latin_name": "Li Si",
    }


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"name": "123"}, {"name"}),
        ({"name": "张\u202e三"}, {"name"}),
        ({"name": "王" * 121}, {"name"}),
        ({"email": "a@example.org\nBcc: b@example.org"}, {"email"}),
        ({"organization_name": " "}, {"organization_name"}),
        ({"title": "长" * 121, "phone": "0551-62345678"}, {"title", "phone"}),
        ({"credit_code": "91310000MA1FL0001X"}, {"credit_code"}),
        ({"identity": 3.1010519491231e17}, {"identity"}),
        ({"language": "fr"}, {"language"}),
    ],
)
def test_facts_when_impossible_then_refused_at_their_fields(facts, fields):
    with pytest.raises(FactsUnusable) as refused:
        said(**facts)
    assert set(refused.value.problems) == fields


def test_facts_when_markup_is_typed_then_it_is_only_text():
    assert said(name="**张三** [付款](http://example.org)").name.startswith("**张三**")
