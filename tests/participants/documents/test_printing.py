"""Printing as such: what is large is printed apart, and comes out the same."""

import datetime as dt

import pytest

from participants.documents import printing
from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.rosters import roster_sheet
from participants.documents.sheets import print_sheet
from tests.sessions.documents.papers import needs_fonts, page_count, text_of

COHORT = PrintedCohort(
    code="G60-2026-01",
    edition=1,
    title="研修班",
    starts_on=dt.date(2026, 6, 8),
    ends_on=dt.date(2026, 6, 13),
    seats=2000,
    cities=(("松江", True), ("嘉兴", False)),
    hosts=("松江区人才局",),
)


@pytest.fixture(autouse=True, scope="module")
def _fonts():
    needs_fonts()


def roster(count):
    people = [
        PrintedPerson(n, n, f"李{n}", "", "男", "松江", f"示例科技{n}有限公司", "总经理", "第一组")
        for n in range(1, count + 1)
    ]
    return roster_sheet(COHORT, people, "seat")


def test_print_when_large_then_apart_with_every_row_and_a_head_on_every_page():
    sheet = roster(2000)
    assert len(str(sheet.facts())) > printing._LARGE

    pdf = print_sheet(sheet)

    pages = text_of(pdf).rstrip("\f").split("\f")
    assert len(pages) == page_count(pdf) > 30
    heads = {line for line in pages[0].splitlines() if "李1" not in line}
    head = next(line for line in pages[1].splitlines() if line in heads)
    assert all(head in page for page in pages)
    assert "李2000" in pages[-1]


def test_unprintable_then_each_text_with_its_characters():
    texts = ["王一", "王\ue000二", "\ue001\ue000"]

    assert printing.unprintable(texts) == {
        "王\ue000二": ["\ue000"],
        "\ue001\ue000": ["\ue001", "\ue000"],
    }
