"""The plan of a roster as plain values and back: what a preview shows, without facts of rows."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from participants.rules.person_changes import Change
from participants.rules.roster_plan import (
    Candidate,
    CellProblem,
    EmployerPlan,
    RosterPlan,
    RowPlan,
)
from participants.rules.seats import SeatVerdict

Picture = dict[str, Any]


def picture_of(plan: RosterPlan) -> Picture:
    return {
        "notes": list(plan.notes),
        "rows": [_row_picture(row) for row in plan.rows],
        "employers": [_employer_picture(one) for one in plan.employers],
        "wanted": _keys_as_texts(wanted_of(plan)),
        "moved": _keys_as_texts(moved_of(plan)),
    }


def plan_in(picture: Picture, verdict: SeatVerdict) -> RosterPlan:
    """The plan without facts: to be looked at, not to be applied."""
    return RosterPlan(
        [_row_in(row) for row in picture["rows"]],
        verdict,
        tuple(picture["notes"]),
        tuple(_employer_in(one) for one in picture["employers"]),
    )


def seats_in(picture: Picture) -> tuple[Counter[int], Counter[int]]:
    """How many people of each city are new, and how many would move to it."""
    return _keys_as_numbers(picture["wanted"]), _keys_as_numbers(picture["moved"])


def wanted_of(plan: RosterPlan) -> Counter[int]:
    return Counter(row.facts.city_id for row in plan.rows if row.status == "new" and row.facts)


def moved_of(plan: RosterPlan) -> Counter[int]:
    """Those who would change to another city: they need a place of its quota, not a new seat."""
    return Counter(
        change.after for row in plan.rows for change in row.changes if change.name == "city_id"
    )


def rows_moved(shown: Picture, plan: RosterPlan) -> list[RowPlan]:
    """Rows with which now something else would happen than was shown; that nothing happens any
    more is no surprise."""
    before = {(row[0], row[1]): _effect(row) for row in shown["rows"]}
    return [
        row
        for row in plan.rows
        if row.status not in {"same", "error"}
        and before.get((row.sheet, row.row)) != _effect(_row_picture(row))
    ]


def _effect(row: list[Any]) -> Any:
    """Status, changes, and whom a person may choose among."""
    return row[3], row[5], [candidate[0] for candidate in row[8]]


def _row_picture(row: RowPlan) -> list[Any]:
    return [
        row.sheet,
        row.row,
        row.name,
        row.status,
        row.person_id,
        [[one.name, _plain(one.before), _plain(one.after)] for one in row.changes],
        [[one.column, one.name, one.text, one.letter] for one in row.problems],
        list(row.warnings),
        [[one.person_id, one.name, one.organization_name, one.enrolled] for one in row.candidates],
    ]


def _row_in(row: list[Any]) -> RowPlan:
    sheet, number, name, status, person_id, changes, problems, warnings, candidates = row
    return RowPlan(
        sheet,
        number,
        name,
        status,
        person_id=person_id,
        changes=tuple(Change(*change) for change in changes),
        problems=tuple(CellProblem(*problem) for problem in problems),
        warnings=tuple(warnings),
        candidates=tuple(Candidate(*candidate) for candidate in candidates),
    )


def _employer_picture(one: EmployerPlan) -> list[Any]:
    return [
        one.key,
        one.name,
        one.city_id,
        one.status,
        one.organization_id,
        one.credit_code,
        [list(candidate) for candidate in one.candidates],
        [list(row) for row in one.rows],
        one.warning,
    ]


def _employer_in(values: list[Any]) -> EmployerPlan:
    key, name, city_id, status, organization_id, credit_code, candidates, rows, warning = values
    return EmployerPlan(
        key,
        name,
        city_id,
        status,
        organization_id,
        credit_code,
        tuple((pk, full) for pk, full in candidates),
        tuple((city, written) for city, written in rows),
        warning,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _keys_as_texts(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(key): count for key, count in counts.items()}


def _keys_as_numbers(counts: Mapping[str, int]) -> Counter[int]:
    return Counter({int(key): count for key, count in counts.items()})
