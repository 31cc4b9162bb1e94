"""Files that nobody has seen: any cells in any layout, and files damaged on their way. Never an
unexpected error, never half an import, never a digit that is not in the file.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from cohorts.choices import Role
from g60portal.common.refusals import Refusal
from g60portal.common.tables import Cell, Merge, Sheet
from participants.actions.import_writing import write_plan
from participants.actions.imports import decided
from participants.models import Enrollment, Group, Person, SealedIdentity
from participants.queries.identities import opened_number
from participants.queries.roster_plan import plan_of
from participants.queries.roster_reading import RosterFile, roster_file_of
from participants.rules.roster_mapping import RosterMapping
from participants.rules.roster_sheets import rows_of
from participants.rules.roster_words import ALIASES
from tests.common.tables.workbooks import Page, ods, xls, xlsx
from tests.factories import CohortFactory, city, user_with
from tests.participants.people import csv_file, identity_number

pytestmark = pytest.mark.django_db
FUZZ = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def cohort():
    for code in ("songjiang", "jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=500)


# Any cells in any layout

WORDS = [words[0] for words in ALIASES.values()]
TEXTS = st.one_of(
    st.sampled_from(
        ["张三", "张 三", "欧阳·娜娜", "王\ue863", "Jane Smith", "嘉兴", "合肥市", "甲公司",
         "注：无", "合计", "男", "是", "护照", "E12345678", "3.10101E+17", "1980.05", "13800000001",
         "+86 138-0000-0002", "138****0001", "=1+1", "'=x", "a@example.org", "姓名", "\u202e",
         identity_number(1), f"'{identity_number(2)}", f"{identity_number(3)[:15]}000"]
    ),
    st.text(max_size=12),
    st.text(alphabet="0123456789xX .+-'￥０１２", max_size=20),
)  # fmt: skip
NUMBERS = st.one_of(
    st.floats(),
    st.integers(min_value=-(10**20), max_value=10**20),
    st.sampled_from([13800000003.0, 29353.0, 1980.05, 1980.1, 9.9019819800101e17]),
)
CELLS = st.one_of(
    TEXTS.map(lambda text: Cell(text, "text") if text else Cell("", "empty")),
    NUMBERS.map(lambda value: Cell(value, "number")),
    st.dates().map(lambda value: Cell(value, "date")),
    st.datetimes().map(lambda value: Cell(value, "datetime")),
    st.times().map(lambda value: Cell(value, "time")),
    st.booleans().map(lambda value: Cell(value, "boolean")),
    st.just(Cell("#N/A", "error")),
    st.just(Cell("", "empty")),
)


LIKELY = {
    "姓名": [
        "张三",
        "张 三",
        "李四",
        "王\ue863",
        "欧阳·娜娜",
        "阿依古丽・买买提",
        "Jane Smith",
        "Ｊｏｈｎ",
    ],
    "城市": ["嘉兴", "浙江省嘉兴市", "上海市松江区", "合肥", "嘉兴市南湖区", "hefei"],
    "单位": ["甲公司", "示例（松江）有限公司", "示例(松江)有限公司", "浙江示例大学", "'=1+1"],
    "手机": [
        "13800000001",
        "138 0000 0002",
        "+86-13800000003",
        "１３８０００００００４",
        "13800000005.0",
    ],
    "证件号码": [identity_number(n) for n in range(1, 9)] + ["E12345678", "H12345678"],
    "性别": ["男", "女", "1"],
    "邮箱": ["a@example.org", "B@Example.org", ""],
}
NUMBERS_LIKELY = {"手机": [13800000006.0, 13800000007], "性别": [1.0, 2]}


def likely(label: str) -> st.SearchStrategy[Cell]:
    """Mostly what belongs below the column's name, sometimes anything at all."""
    texts = st.sampled_from(LIKELY.get(label, ["", "", "x"])).map(
        lambda text: Cell(text, "text") if text else Cell("", "empty")
    )
    numbers = [Cell(value, "number") for value in NUMBERS_LIKELY.get(label, ())]
    known = st.one_of(texts, st.sampled_from(numbers)) if numbers else texts
    return st.integers(0, 19).flatmap(lambda dice: CELLS if dice == 0 else known)


@st.composite
def sheets(draw) -> Sheet:
    """A line of column names in any order, with anything above, between and below."""
    more = draw(
        st.lists(st.sampled_from(["手机", "证件号码", "性别", "邮箱", *WORDS, "血型"]), max_size=5)
    )
    labels = draw(st.permutations(list(dict.fromkeys(["姓名", "城市", "单位", *more]))))
    row = st.tuples(*map(likely, labels)).map(list)
    anything = st.lists(CELLS, min_size=len(labels), max_size=len(labels))
    rows = [
        *draw(st.lists(anything, max_size=1)),
        [Cell(label, "text") for label in labels],
        *draw(st.lists(row, min_size=1, max_size=8)),
        *draw(st.lists(anything, max_size=1)),
    ]
    corners = st.integers(2, len(rows)), st.integers(0, len(labels))
    merges = [
        Merge(min(a, c), min(b, d), max(a, c), max(b, d))
        for a, b, c, d in draw(st.lists(st.tuples(*corners, *corners), max_size=1))
    ]
    return Sheet(
        "名单",
        rows,
        typed=draw(st.booleans()),
        hidden_rows=frozenset(draw(st.lists(st.integers(0, 12), max_size=2))),
        hidden_columns=frozenset(draw(st.lists(st.integers(0, 9), max_size=2))),
        merges=merges,
    )


@FUZZ
@given(sheets(), st.booleans())
def test_any_cells_then_every_row_is_accounted_for_and_written_as_shown(cohort, sheet, hidden_too):
    found = roster_file_of([sheet], RosterMapping(hidden_rows=hidden_too))
    with transaction.atomic():
        try:
            plan = plan_of(cohort, found)
        except Refusal:
            return
        accounted(found, [row.row for row in plan.rows], hidden_too=hidden_too)
        for row in plan.rows:
            assert (row.status == "error") == (row.facts is None)
            assert row.facts is None or not row.problems
            told_as_in_file(sheet, row)
        applied_as_shown(cohort, plan)
        transaction.set_rollback(True)


def accounted(found: RosterFile, planned: list[int], *, hidden_too: bool) -> None:
    """Each filled row below the column names is planned or named among those left out."""
    (one,) = found.read
    rows, skipped = rows_of(one, hidden_too=hidden_too)
    assert planned == [row.row for row in rows]
    filled = {
        number
        for number, cells in enumerate(one.sheet.rows, start=1)
        if number > one.header.first_data_row and any(cell.text for cell in cells)
    }
    assert filled == {*planned, *(row.row for row in skipped)}


def told_as_in_file(sheet: Sheet, row) -> None:
    """Digits come from a cell of the row as they stand there."""
    if row.facts is None:
        return
    merged = [value for merge in sheet.merges for value in values_of_merge(sheet, merge)]
    texts = [plain(cell.text) for cell in [*sheet.rows[row.row - 1], *merged]]
    for value in (row.facts.phone, row.facts.paper.number if row.facts.paper else ""):
        digits = value.removeprefix("+")
        assert any(digits in text for text in texts), (value, texts)


def values_of_merge(sheet: Sheet, merge: Merge) -> list[Cell]:
    if merge.top >= len(sheet.rows) or merge.left >= len(sheet.rows[merge.top]):
        return []
    return [sheet.rows[merge.top][merge.left]]


def plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[^0-9A-Z]", "", re.sub(r"(?<=\d)\.0+$", "", text))


def applied_as_shown(cohort, plan) -> None:
    """All that could be applied, as if the rest had been mended."""
    people, seats = Person.objects.count(), Enrollment.objects.count()
    plan = replace(plan, rows=[row for row in plan.rows if row.status != "error"])
    try:
        ready = decided(plan, {row.key: "new" for row in plan.with_status("duplicate")})
        with transaction.atomic():
            write_plan(cohort, ready, by=None)
    except Refusal:
        assert (Person.objects.count(), Enrollment.objects.count()) == (people, seats)
        return
    fresh = ready.with_status("new")
    written = list(Enrollment.objects.order_by("seat").select_related("person")[seats:])
    assert [
        (row.person.name, row.person.phone, row.organization_name, row.city_id) for row in written
    ] == [(r.facts.name, r.facts.phone, r.facts.organization_name, r.facts.city_id) for r in fresh]
    numbers = {paper.person_id: opened_number(paper) for paper in SealedIdentity.objects.all()}
    for enrollment, row in zip(written, fresh, strict=True):
        expected = row.facts.paper.number if row.facts.paper else None
        assert numbers.get(enrollment.person_id) == expected


# Files damaged on their way

ROWS = [
    ["长三角G60科创走廊研修班名册", None, None, None, None, None],
    ["姓名", "城市", "单位", "手机", "邮箱", "证件号码"],
    *[
        [f"王{chr(0x4E00 + n)}", "嘉兴", f"示例{n}有限公司", f"138{n:08}", f"p{n}@example.org",
         identity_number(n)]
        for n in range(12)
    ],
]  # fmt: skip


def text_table(encoding: str) -> Callable[[], bytes]:
    return lambda: csv_file([[cell or "" for cell in row] for row in ROWS], encoding=encoding)


SAMPLES: dict[str, Callable[[], bytes]] = {
    "xlsx": lambda: xlsx(Page(ROWS, hidden_rows=[5])),
    "xls": lambda: xls(Page(ROWS, hidden_rows=[5])),
    "ods": lambda: ods(Page(ROWS, hidden_rows=[5])),
    "csv": text_table("utf-8-sig"),
    "gbk": text_table("gb18030"),
    "utf16": text_table("utf-16"),
}
# Spreadsheets cost a process each.
TRIES = {"xlsx": 20, "xls": 14, "ods": 20, "csv": 24, "gbk": 24, "utf16": 16}


def damaged(data: bytes, random: Random) -> bytes:
    """A few bits turned, the end lost, or a piece of it doubled or lost."""
    spoiled = bytearray(data)
    match random.randrange(4):
        case 0:
            return bytes(spoiled[: random.randrange(len(spoiled))])
        case 1:
            place = random.randrange(len(spoiled))
            del spoiled[place : place + random.randrange(1, 64)]
        case 2:
            place = random.randrange(len(spoiled))
            spoiled[place:place] = spoiled[place : place + random.randrange(1, 64)]
        case _:
            for _bit in range(random.randrange(1, 9)):
                spoiled[random.randrange(len(spoiled))] ^= 1 << random.randrange(8)
    return bytes(spoiled)


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_file_then_refused_or_applied_whole_as_the_preview_said(cohort, kind):
    client = APIClient()
    client.force_authenticate(user_with(Role.LEAD, cohort=cohort))
    random = Random(f"damage of {kind}")
    sample = SAMPLES[kind]()
    outcomes = set()
    for _try in range(TRIES[kind]):
        outcomes.add(brought_in(client, cohort, damaged(sample, random), kind))
    assert outcomes >= {"refused"}


def test_whole_file_of_each_kind_then_the_same_people(cohort):
    """The control: undamaged samples are read, and alike."""
    client = APIClient()
    client.force_authenticate(user_with(Role.LEAD, cohort=cohort))
    for kind, sample in SAMPLES.items():
        told = post(client, cohort, sample(), kind, dry_run="1").json()
        assert told["counts"]["new"] == (11 if kind in {"xlsx", "xls", "ods"} else 12), kind


def post(client, cohort, data, kind, **more):
    file = SimpleUploadedFile(f"a.{kind}", data)
    address = f"/api/v1/cohorts/{cohort.code}/roster/import/"
    return client.post(address, {"file": file, **more}, format="multipart")


def brought_in(client, cohort, data: bytes, kind: str) -> str:
    """Preview and apply one file; everything written is taken back."""
    with transaction.atomic():
        shown = post(client, cohort, data, kind, dry_run="1")
        before = (Person.objects.count(), Enrollment.objects.count(), Group.objects.count())
        assert before == (0, 0, 0)
        done = post(client, cohort, data, kind)
        assert shown.status_code in {200, 400, 422}
        if done.status_code != 200:
            assert done.status_code in {400, 409, 422}
            assert (Person.objects.count(), Enrollment.objects.count()) == (0, 0)
            answer = "refused"
        else:
            told = shown.json()
            assert told["can_apply"]
            assert [row["name"] for row in done.json()["rows"]] == [
                row["name"] for row in told["rows"]
            ]
            assert Enrollment.objects.count() == told["counts"]["new"]
            answer = "applied"
        transaction.set_rollback(True)
    return answer
