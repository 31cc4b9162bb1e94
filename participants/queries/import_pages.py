"""What the pages of an import show: columns with samples, the picture of the plan a page at a time,
the file with its marks, the imports of late."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from participants.models import RosterImport
from participants.queries.import_papers import opened_values
from participants.queries.roster_plan import seats_for
from participants.queries.roster_reading import RosterFile
from participants.rules.roster_header import column_letter
from participants.rules.roster_picture import plan_in, seats_in
from participants.rules.roster_plan import CellProblem, RosterPlan, RowPlan

SAMPLES = 3
RECENT = 10
_DIGITS = re.compile(r"(?<=\d{3})\d{4,}(?=[\dXx]{4})")
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the file that a person may name; long numbers in `samples` are masked."""

    key: str
    letter: str
    label: str
    field: str
    samples: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True)
class SheetChoice:
    name: str
    read: bool
    hidden: bool
    row_count: int


def column_choices(found: RosterFile) -> list[ColumnChoice]:
    """The columns of the sheets in question, each once."""
    choices: dict[str, ColumnChoice] = {}
    for one in found.asked_about:
        header = one.header
        if header is None:
            continue
        read = {column.index: column.name for column in header.columns}
        below = one.sheet.rows[header.first_data_row :]
        for index, key in enumerate(header.keys):
            samples = _samples(below, index)
            if key in choices or not (header.labels[index] or samples):
                continue
            hidden = index in one.sheet.hidden_columns
            label = header.labels[index]
            choices[key] = ColumnChoice(
                key, column_letter(index), label, read.get(index, ""), samples, hidden
            )
    return list(choices.values())


def sheet_choices(found: RosterFile) -> list[SheetChoice]:
    return [
        SheetChoice(one.name, one.read, one.sheet.hidden, len(one.sheet.rows))
        for one in found.sheets
    ]


def has_hidden_rows(found: RosterFile) -> bool:
    return any(one.sheet.hidden_rows for one in found.asked_about)


def shown_plan(roster_import: RosterImport) -> RosterPlan:
    """The plan as it was pictured, with the seats as they are now. Raises RosterExpired."""
    picture = opened_values(roster_import, "picture")
    return plan_in(picture, seats_for(roster_import.cohort, *seats_in(picture)))


def recent_imports(cohort: Cohort) -> QuerySet[RosterImport]:
    rows = RosterImport.objects.filter(cohort=cohort).select_related("by")
    return rows.defer("sealed", "picture", "journal").order_by("-pk")[:RECENT]


def marked_rows(
    found: RosterFile,
    plan: RosterPlan,
    words: Mapping[str, str],
    place: Callable[[CellProblem], str],
) -> tuple[list[str], Iterator[list[str]]]:
    """The first row of the file and the others, each with what would happen to it: the result in
    one column, the reasons in the next. Rows of several sheets follow on each other."""
    sheets = found.read
    several = len(sheets) > 1
    width = max((len(row) for one in sheets for row in one.sheet.rows), default=0)
    marks = {(row.sheet, row.row): row for row in plan.rows}
    rows = (
        _marked([cell.text for cell in cells], width, marks.get((one.name, number)), words, place)
        + ([one.name] if several else [])
        for one in sheets
        for number, cells in enumerate(one.sheet.rows, start=1)
    )
    first = next(rows, [""] * (width + 2))
    heads = [_("Import: result"), _("Import: remarks")]
    head_row = sheets[0].header.row if sheets and sheets[0].header else 0
    if head_row == 0:
        first[width : width + 2] = heads
    return first, rows


def _marked(
    texts: list[str],
    width: int,
    row: RowPlan | None,
    words: Mapping[str, str],
    place: Callable[[CellProblem], str],
) -> list[str]:
    padded = texts + [""] * (width - len(texts))
    if row is None:
        return [*padded, "", ""]
    return [*padded, words[row.status], " ".join(_reasons(row, place))]


def _reasons(row: RowPlan, place: Callable[[CellProblem], str]) -> Iterator[str]:
    for problem in row.problems:
        yield f"{place(problem)}: {problem.text}"
    yield from row.warnings


def _samples(rows: Sequence[Sequence[Any]], index: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows:
        if index < len(row) and row[index].text:
            found[_masked(row[index].text)[:_SHOWN_CHARACTERS]] = None
        if len(found) == SAMPLES:
            break
    return tuple(found)


def _masked(text: str) -> str:
    return _DIGITS.sub(lambda match: "*" * len(match[0]), text)
