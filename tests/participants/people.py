"""Invented people and roster files for the tests of participants. Numbers pass their checks and
belong to nobody: the region 990198 is not assigned.
"""

import csv
import io
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from cohorts.models import Cohort
from g60portal.common.tables import stream_xlsx
from participants.actions.enrollments import enroll_person
from participants.models import Enrollment
from participants.rules.papers import check_character
from participants.rules.person_facts import PersonFacts
from tests.factories import city

HEADER = ("姓名", "性别", "城市", "单位", "职务/职称", "手机", "邮箱", "证件号码")


def identity_number(number: int, *, birth: str = "19800101") -> str:
    """A resident's number of nobody; odd numbers are male."""
    first = f"990198{birth}{number:03}"
    return first + check_character(first)


def facts(name: str = "张三", city_code: str = "songjiang", **more: Any) -> PersonFacts:
    return PersonFacts(
        name=name,
        city_id=city(city_code).pk,
        **{"organization_name": "松江示例科技有限公司", "title": "总经理", **more},
    )


def enrolled(
    cohort: Cohort, name: str = "张三", city_code: str = "songjiang", **more: Any
) -> Enrollment:
    return enroll_person(cohort=cohort, facts=facts(name, city_code, **more), by=None)


def csv_file(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: Sequence[Sequence[str]]) -> bytes:
    return b"".join(stream_xlsx(rows[0], rows[1:]))


def at_once(*works: Callable[[], object]) -> list[str]:
    """Run each work in a thread and a connection of its own; the sorted names of what came of it,
    be it an answer or an exception."""
    outcomes: list[str] = []

    def run(work: Callable[[], object]) -> None:
        try:
            outcomes.append(type(work()).__name__)
        except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)
