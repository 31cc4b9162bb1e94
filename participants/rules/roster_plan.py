"""What an uploaded roster would do, row by row. Plain values; built by `queries.roster_plan`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from participants.rules.person_changes import Change
from participants.rules.person_facts import CheckedFacts
from participants.rules.seats import SeatVerdict

Status = Literal["new", "same", "changed", "duplicate", "error"]
STATUSES: tuple[Status, ...] = ("new", "same", "changed", "duplicate", "error")


@dataclass(frozen=True)
class CellProblem:
    """What is wrong in one cell: the column's words in the file, the field, how to mend it, and the
    letter of the column."""

    column: str
    name: str
    text: str
    letter: str = ""


@dataclass(frozen=True)
class Candidate:
    """Somebody known who may be meant; enough to tell namesakes apart, nothing personal."""

    person_id: int
    name: str
    organization_name: str
    enrolled: bool


EmployerStatus = Literal["known", "alike", "new"]
EmployerKey = tuple[int, str]


@dataclass(frozen=True)
class EmployerPlan:
    """What the name of an employer stands for. `known` is certain; `alike` names `candidates` (id
    and full name) that a person may choose; `new` would become an organization.

    `rows` are the cities and spellings under which it stands in the file.
    """

    key: str
    name: str
    city_id: int
    status: EmployerStatus
    organization_id: int | None = None
    credit_code: str = ""
    candidates: tuple[tuple[int, str], ...] = ()
    rows: tuple[EmployerKey, ...] = ()
    warning: str = ""


@dataclass(frozen=True)
class RowPlan:
    """`row` counts as the spreadsheet does, from 1. `key` names the row for decisions."""

    sheet: str
    row: int
    name: str
    status: Status
    facts: CheckedFacts | None = field(default=None, repr=False)
    person_id: int | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.sheet}:{self.row}"


@dataclass(frozen=True)
class RosterPlan:
    """`notes` concern the file as a whole; `verdict` says whether the new people fit; `employers`
    are those of rows that would write one."""

    rows: Sequence[RowPlan]
    verdict: SeatVerdict
    notes: tuple[str, ...] = ()
    employers: tuple[EmployerPlan, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in STATUSES}

    def with_status(self, *statuses: Status) -> list[RowPlan]:
        return [row for row in self.rows if row.status in statuses]

    @property
    def can_apply(self) -> bool:
        """Possible duplicates may still have to be decided."""
        return not self.with_status("error") and self.verdict.fits
