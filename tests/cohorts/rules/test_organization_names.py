"""Names of organizations: the same, alike, or different; and the kind of house they speak of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.organization_names import (
    ALIKE,
    AlikeNames,
    NamedOrganization,
    bare_organization_name,
    likely_kind,
    likeness,
    plain_organization_name,
)

KNOWN = [
    NamedOrganization(1, 1, "科大讯飞股份有限公司", "科大讯飞", "iFLYTEK Co., Ltd."),
    NamedOrganization(2, 2, "嘉兴示例禾芯半导体有限公司"),
    NamedOrganization(3, 3, "合肥综合性国家科学中心人工智能研究院"),
    NamedOrganization(4, 4, "杭州示例第一医院"),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海（松江）示例有限公司", "上海(松江)示例有限公司"),
        ("示例 科技　有限公司", "示例科技有限公司"),
        ("ＡＢＣ科技", "abc科技"),
        ("示例·科技", "示例科技"),
    ],
)
def test_name_when_only_spelled_otherwise_then_the_same(one, other):
    assert plain_organization_name(one) == plain_organization_name(other)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("上海市松江区示例智造有限公司", "示例智造"),
        ("嘉兴示例禾芯半导体股份有限公司", "示例禾芯半导体"),
        ("iFLYTEK Co., Ltd.", "iflytek"),
        ("有限公司", "有限公司"),
    ],
)
def test_name_when_bare_then_without_region_and_legal_form(name, bare):
    assert bare_organization_name(name) == bare


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("科大讯飞", [1]),
        ("科大讯飞有限公司", [1]),
        ("安徽科大讯飞股份有限公司", [1]),
        ("示例禾芯半导体公司", [2]),
        ("禾芯半导体", [2]),
        ("iFlytek", [1]),
        ("南京某某物流有限公司", []),
        ("示例", []),
        ("", []),
    ],
)
def test_names_when_they_look_alike_then_proposed_best_first(written, ids):
    assert [one.id for one in AlikeNames(KNOWN).like(written)] == ids


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_of_any_two_then_even_and_between_none_and_all(one, other):
    score = likeness(one, other)
    assert 0 <= score <= 1
    assert score == likeness(other, one)
    assert likeness(one, one) == (1.0 if one else 0.0)


def test_proposals_when_many_share_a_word_then_only_telling_ones():
    many = [NamedOrganization(number, 1, f"示例{number:03}科技有限公司") for number in range(900)]
    found = AlikeNames(many).like("示例123科技")
    assert found[0].id == 123
    assert ALIKE < 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("浙江示例大学", "university"),
        ("松江示例职业学院", "university"),
        ("合肥示例研究院", "institute"),
        ("嘉兴市示例局", "agency"),
        ("松江区人民政府", "agency"),
        ("示例学院路科技有限公司", "enterprise"),
        ("示例科技有限公司", "enterprise"),
        ("示例", "enterprise"),
    ],
)
def test_kind_when_the_name_tells_it_then_taken(name, kind):
    assert likely_kind(name) == kind
