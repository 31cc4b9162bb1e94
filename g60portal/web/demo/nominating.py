"""Edition 3 takes nominations: every state is there, two cities have a waiting list, one has given
seats back. People and employers are invented, as everywhere in the demo.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from cohorts.choices import CohortState, OrganizationKind
from cohorts.models import City, Cohort, Organization
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.web.demo import numbers, shared
from g60portal.web.demo.edition import Plan, at, plan_cohort
from participants.actions.admissions import admit_nomination, decline_nomination
from participants.actions.nomination_links import invite_enterprise
from participants.actions.nominations import (
    check_nomination,
    create_nomination,
    return_nomination,
    submit_nomination,
)
from participants.actions.quota_moves import give_seats
from participants.models import Nomination
from sessions.actions.cohort_states import move_cohort

CODE = "G60-2026-03"
STATES = (CohortState.APPROVED, CohortState.ANNOUNCED, CohortState.NOMINATING)
SERIAL = 3000
# The deadline lies 20 days before the first day: the day after tomorrow.
DAYS_AHEAD = 22

# How far the people of each city are: draft, submitted, returned, checked, admitted, declined. The
# sixth to be admitted in a city of five seats waits.
PROGRESS = {
    "songjiang": "aaaaaac",
    "jiaxing": "aacsrd",
    "hangzhou": "aaacx",
    "jinhua": "acs",
    "suzhou": "aaaacs",
    "huzhou": "csd",
    "xuancheng": "acr",
    "wuhu": "s",
    "hefei": "aaaaaac",
}
NAMES = (
    "顾言舟", "罗清", "苏晓棠", "周慕白", "韩笑", "江一苇", "孟凡", "冯远川", "袁野", "柳如星",
    "白露", "彭越川", "魏来", "姜禾", "曹植安", "司徒静", "关山岳", "龚自强", "谢安然", "蒋南乔",
    "余音", "万里", "叶知秋", "申屠毅", "秦川", "邵阳", "史铁", "龙在野", "雷鸣川", "汤若溪",
    "黎明晖", "贺兰", "廖承远", "覃思", "康宁", "毛颖", "武安", "戴望川", "常青", "温如玉",
    "齐鲁", "樊星",
)  # fmt: skip
_EMPLOYERS = (
    ("启航", "Qihang", "集成电路", "midstream", "董事长"),
    ("澄心", "Chengxin", "人工智能", "service", "总经理"),
    ("凌云", "Lingyun", "新能源汽车", "downstream", "副总经理"),
    ("博远", "Boyuan", "生物医药", "midstream", "研发总监"),
    ("鼎新", "Dingxin", "新能源", "upstream", "总经理"),
    ("合创", "Hechuang", "集成电路", "capital", "投资总监"),
    ("智衡", "Zhiheng", "高端装备", "midstream", "首席技术官"),
)
_REASON = "省级专精特新企业负责人，所在企业为我市重点产业链骨干，近三年承担省级以上科技项目。"


def load_edition_3(staff: Mapping[str, User], grant: Callable[[Cohort, Any], None]) -> Cohort:
    """Made three weeks ago; the cities have been at work since. `grant` gives the usual roles."""
    lead = staff["lead"]
    plan = Plan(CODE, 3, clock.today() + dt.timedelta(days=DAYS_AHEAD), (), "", serial=SERIAL)
    with clock.frozen(at(clock.today() - dt.timedelta(days=21), "09:00")):
        cohort, _songjiang, hefei = plan_cohort(plan, shared.make_hosts(), by=lead)
        grant(cohort, hefei)
        for state in STATES:
            cohort = move_cohort(cohort=cohort, target=state, reason="", by=lead)
    known = shared.cities()
    with clock.frozen(at(clock.today() - dt.timedelta(days=4), "10:00")):
        _nominate_all(cohort, known, staff)
        invite_enterprise(
            cohort=cohort,
            city=known["jiaxing"],
            organization_name="嘉兴禾芯半导体有限公司",
            email="hr-hexin@example.org",
            language="zh-hans",
            by=staff["jiaxing"],
        )
    with clock.frozen(at(clock.today() - dt.timedelta(days=1), "15:00")):
        _move_seats(cohort, known, by=lead)
    return cohort


def _nominate_all(cohort: Cohort, known: Mapping[str, City], staff: Mapping[str, User]) -> None:
    position = 0
    for code, progress in PROGRESS.items():
        for rank, goal in enumerate(progress, start=1):
            by = staff.get(code, staff["lead"])
            facts = _facts(known[code], position, rank)
            row = create_nomination(cohort=cohort, city=known[code], facts=facts, by=by)
            _advance(row, goal, by=by, lead=staff["lead"])
            position += 1


def _advance(row: Nomination, goal: str, *, by: User, lead: User) -> None:
    if goal == "d":
        return
    submit_nomination(nomination=row, by=by)
    if goal == "r":
        return_nomination(nomination=row, reason="请补充近三年主要业绩", by=lead)
    if goal in "cax":
        check_nomination(nomination=row, by=by)
    if goal == "a":
        admit_nomination(nomination=row, by=lead)
    if goal == "x":
        decline_nomination(nomination=row, reason="与本期产业链主题不符，建议下期推荐", by=lead)


def _move_seats(cohort: Cohort, known: Mapping[str, City], *, by: User) -> None:
    """Two seats of Wuhu to the pool, one of them to Hefei, where somebody waits and moves up."""
    give_seats(
        cohort=cohort,
        source=known["wuhu"],
        target=None,
        seats=2,
        reason="本期可推荐人选不足",
        by=by,
    )
    give_seats(
        cohort=cohort,
        source=None,
        target=known["hefei"],
        seats=1,
        reason="候补人选较多",
        by=by,
    )


def _facts(city: City, position: int, rank: int) -> dict[str, Any]:
    serial = SERIAL + position
    gender = "2" if position % 3 == 1 else "1"
    born = dt.date(1972 + position % 18, 1 + position % 12, 1 + position % 28)
    word, english, chain, segment, post = _EMPLOYERS[position % len(_EMPLOYERS)]
    return {
        "name": NAMES[position],
        "gender": gender,
        "organization": _employer(city, word, english, chain, segment),
        "title": post,
        "phone": numbers.mobile(serial),
        "email": f"nominee{serial}@example.org",
        "identity": numbers.identity_number(serial, born, gender),
        "reason": _REASON,
        "rank": rank,
    }


def _employer(city: City, word: str, english: str, chain: str, segment: str) -> Organization:
    name = f"{city.name.removeprefix('上海')}{word}科技有限公司"
    row, _new = Organization.objects.get_or_create(
        city=city,
        name=name,
        defaults={
            "name_en": f"{english} Technology ({city.name_en.partition(',')[0]})",
            "kind": OrganizationKind.ENTERPRISE,
            "chain": chain,
            "segment": segment,
        },
    )
    return row
