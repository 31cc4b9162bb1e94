"""When two organizations are suspected to be one."""

import pytest

from cohorts.rules.duplicates import Sign, Strength, suspicions
from cohorts.rules.organization_names import NamedOrganization

ONE_CODE, MOVED, OTHER_CODE = "91310117MA1J1ABC0X", "91330400MA1J1ABC07", "91310117MA1J1ZZZ0X"


def found(one: dict, other: dict):
    rows = [
        NamedOrganization(**({"id": pk, "city_id": 1} | facts))
        for pk, facts in enumerate((one, other), start=1)
    ]
    return suspicions(rows)


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ({"name": "松江示例（集团）有限公司"}, {"name": "松江示例(集团)有限公司"}, Sign.NAME),
        ({"name": "示例科技有限公司"}, {"name": "上海示例科技有限责任公司"}, Sign.BARE_NAME),
        ({"name": "示例生物医药集团"}, {"name": "示例生物医药有限公司"}, Sign.BARE_NAME),
        ({"name": "上海超硅半导体", "short_name": "超硅"}, {"name": "超硅"}, Sign.SHORT_NAME),
        ({"name": "示例先进智能制造装备公司"}, {"name": "示例先进智能制造设备公司"}, Sign.ALIKE),
        (
            {"name": "示例甲", "credit_code": ONE_CODE},
            {"name": "别名乙", "credit_code": MOVED, "city_id": 2},
            Sign.CODE,
        ),
    ],
)
def test_suspicion_when_something_is_shared_then_it_is_named(one, other, sign) -> None:
    [only] = found(one, other)
    assert sign in only.signs
    assert (only.strength == Strength.CERTAIN) == (sign == Sign.CODE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "示例科技有限公司"}, {"name": "上海示例科技有限公司", "city_id": 2}),
        ({"name": "华东师范大学"}, {"name": "上海大学"}),
        (
            {"name": "示例科技有限公司", "credit_code": ONE_CODE},
            {"name": "示例科技有限责任公司", "credit_code": OTHER_CODE},
        ),
    ],
)
def test_suspicion_when_city_name_or_code_differ_then_none(one, other) -> None:
    assert found(one, other) == []
