"""Importing a roster: the file and its columns, a preview, then all rows or none.

The preview is a picture; what counts is the plan made again under the lock of the cohort, and it is
applied only when it does nothing else than the picture said. Large files are a worker's work
(`import_work`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from cohorts.actions.locking import locked_open
from cohorts.models import City, Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.queue import enqueue
from g60portal.common.refusals import Running
from g60portal.common.row_walls import as_system
from participants.actions.import_papers import (
    KEPT_FOR,
    forget_old,
    sealed_file,
    sealed_values,
)
from participants.actions.import_writing import write_plan
from participants.choices import WORKED_ON, ImportState
from participants.models import ImportMapping, RosterImport
from participants.queries.import_papers import opened_file, opened_values
from participants.queries.roster_plan import plan_of
from participants.queries.roster_reading import (
    Progress,
    RosterFile,
    RosterRows,
    roster_file,
    roster_rows,
)
from participants.refusals import (
    ImportNotApplied,
    PossiblySame,
    RosterColumnsOpen,
    RosterExpired,
    RosterHasErrors,
    RosterMappingWrong,
    RosterMoved,
    RosterUndecided,
)
from participants.rules.roster_mapping import RosterMapping, mapping_from
from participants.rules.roster_picture import picture_of, rows_moved
from participants.rules.roster_plan import RosterPlan, RowPlan
from participants.rules.roster_words import FIELDS

__all__ = ["KEPT_FOR", "NEW", "apply_import", "opened_file", "preview_import", "write_plan"]

# From so many rows on a worker does it.
LARGE = 500
WORK_TASK = "participants.tasks.work_on_import"
# The decision that a possible duplicate is somebody new; any other names a person's id.
NEW = "new"

Decisions = Mapping[str, str]


@as_system()
@transaction.atomic
def preview_import(
    *,
    cohort: Cohort,
    filename: str,
    data: bytes,
    by: User | None,
    mapping: RosterMapping | None = None,
    ask: bool = False,
    wishes: Mapping[str, Any] | None = None,
) -> RosterImport:
    """Keep the file, sealed, with the picture of its plan. Writes nothing about people.

    With `ask` a file whose columns cannot be told waits for a person to name them; otherwise it is
    RosterUnreadable. With `wishes` a large file is left to a worker, who then does what they say.
    """
    forget_old()
    mapping = _usable(mapping or RosterMapping())
    found = roster_file(data, filename, mapping, by)
    row = RosterImport.objects.create(
        cohort=cohort,
        filename=filename[:200],
        sha256=hashlib.sha256(data).hexdigest(),
        mapping=found.mapping.as_json(),
        wishes={**(wishes or {}), "language": get_language() or ""},
        by=by,
    )
    row.sealed = sealed_file(row, data)
    if mapping.columns and by is not None:
        remember_columns(found, by)
    if ask and not found.readable and found.asked_about:
        row.state = ImportState.MAPPING
    else:
        _plan_or_wait(row, found, in_background=wishes is not None)
    row.save(update_fields=["sealed", "picture", "summary", "row_count", "state"])
    return row


@as_system()
@transaction.atomic
def choose_columns(
    *, roster_import: RosterImport, mapping: RosterMapping, by: User | None
) -> RosterImport:
    """Read the file as a person says, and remember it for the sender's next one. Locks the import.

    Raises RosterUnreadable when name or city are still missing, RosterMappingWrong, RosterExpired.
    """
    row = locked(roster_import)
    _demand_state(row, ImportState.MAPPING, ImportState.PREVIEWED)
    mapping = _usable(mapping)
    found = roster_file(opened_file(row), row.filename, mapping)
    rows = roster_rows(found)
    if by is not None:
        remember_columns(found, by)
    row.mapping = mapping.as_json()
    row.wishes = {"language": get_language() or ""}
    row.refusal = {}
    _plan_or_wait(row, found, rows, in_background=True)
    row.save(
        update_fields=[
            "mapping", "wishes", "refusal", "picture", "summary", "row_count", "state", "attempts",
        ]
    )  # fmt: skip
    return row


@as_system()
@transaction.atomic
def renew_preview(*, roster_import: RosterImport) -> RosterImport:
    """The picture again, as things stand now. Locks the import. Raises RosterExpired."""
    row = locked(roster_import)
    if row.state != ImportState.PREVIEWED:
        return row
    _plan_or_wait(row, file_of(row), in_background=True)
    row.save(update_fields=["picture", "summary", "row_count", "state", "attempts"])
    return row


@as_system()
@transaction.atomic
def keep_answers(
    *, roster_import: RosterImport, decisions: Decisions, employers: Decisions
) -> RosterImport:
    """Keep what was answered on one page of the preview, beside the answers of others. Locks the
    import."""
    row = locked(roster_import)
    if row.state != ImportState.PREVIEWED:
        return row
    row.wishes = {
        **row.wishes,
        "decisions": {**row.wishes.get("decisions", {}), **decisions},
        "employers": {**row.wishes.get("employers", {}), **employers},
    }
    row.save(update_fields=["wishes"])
    return row


@as_system()
@transaction.atomic
def apply_import(
    *,
    roster_import: RosterImport,
    by: User | None,
    decisions: Decisions | None = None,
    employers: Decisions | None = None,
    progress: Progress | None = None,
) -> RosterImport:
    """Apply every row or none. Locks the cohort, then the import; a second time does nothing.

    `decisions` says for a possible duplicate, by the key of its row, "new" or the id of the person
    it is; `employers` for a name that looks like an organization, by its key, "new" or the id.
    Raises RosterHasErrors, RosterUndecided, RosterMoved, RosterExpired, CohortFull, QuotaFull.
    """
    cohort = locked_open(roster_import.cohort)
    row = locked(roster_import)
    if row.state == ImportState.APPLIED:
        return row
    _demand_state(row, ImportState.PREVIEWED, ImportState.APPLYING)
    plan = decided(_plan_as_shown(row, cohort, progress), decisions or {})
    journal = write_plan(cohort, plan, by=by, employers=employers)
    row.state = ImportState.APPLIED
    row.applied_at = clock.now()
    row.summary = plan.counts
    row.refusal = {}
    row.sealed = row.picture = None
    row.journal = sealed_values(row, "journal", asdict(journal))
    row.save(
        update_fields=[
            "state", "applied_at", "summary", "refusal", "sealed", "picture", "journal",
        ]
    )  # fmt: skip
    record(
        "roster.imported", row, by=by, scope=cohort.code,
        after={**plan.counts, "sha256": row.sha256},
    )  # fmt: skip
    return row


@as_system()
@transaction.atomic
def start_applying(
    *,
    roster_import: RosterImport,
    by: User | None,
    decisions: Decisions | None = None,
    employers: Decisions | None = None,
) -> RosterImport:
    """Apply a small file now; leave a large one to a worker. Raises what `apply_import` does."""
    locked_open(roster_import.cohort)
    row = locked(roster_import)
    if row.state == ImportState.APPLIED:
        return row
    _demand_state(row, ImportState.PREVIEWED)
    if row.sealed is None:
        raise RosterExpired
    if row.row_count <= LARGE:
        return apply_import(roster_import=row, by=by, decisions=decisions, employers=employers)
    row.state = ImportState.APPLYING
    row.attempts = 0
    row.refusal = {}
    row.wishes = {
        "by": by.pk if by else None,
        "decisions": dict(decisions or {}),
        "employers": dict(employers or {}),
        "language": get_language() or "",
    }
    row.save(update_fields=["state", "attempts", "refusal", "wishes"])
    enqueue(WORK_TASK, row.pk)
    return row


def make_picture(
    row: RosterImport,
    found: RosterFile,
    rows: RosterRows | None = None,
    progress: Progress | None = None,
) -> RosterPlan:
    """Put the plan of a file on its row; the caller saves `picture`, `summary` and `state`."""
    plan = plan_of(row.cohort, found, rows, progress)
    row.picture = sealed_values(row, "picture", picture_of(plan))
    row.summary = plan.counts
    row.row_count = len(plan.rows)
    row.state = ImportState.PREVIEWED
    return plan


def file_of(row: RosterImport) -> RosterFile:
    """The kept file, read as was said. Raises RosterExpired."""
    return roster_file(opened_file(row), row.filename, mapping_from(row.mapping))


def remember_columns(found: RosterFile, by: User) -> None:
    """What was said about the columns of the sheets that are read, for the next such file."""
    for one in found.asked_about:
        if one.header is None:
            continue
        read = {column.index: column.name for column in one.header.columns}
        columns = {key: read.get(index, "") for index, key in enumerate(one.header.keys)}
        ImportMapping.objects.update_or_create(
            user=by,
            signature=one.header.signature,
            defaults={"columns": columns, "changed_at": clock.now()},
        )


def decided(plan: RosterPlan, decisions: Decisions) -> RosterPlan:
    """The plan with possible duplicates decided; raises when a row stands in the way."""
    if plan.with_status("error"):
        raise RosterHasErrors(facts={"rows": [row_facts(row) for row in plan.with_status("error")]})
    rows = [_decided_row(row, decisions) for row in plan.rows]
    undecided = [row for row in rows if row.status == "duplicate"] or _taken_twice(rows)
    if undecided:
        raise RosterUndecided(facts={"rows": [row_facts(row) for row in undecided]})
    return replace(plan, rows=rows)


def row_facts(row: RowPlan) -> dict[str, Any]:
    """What a program is told about a row: nothing personal beyond the name."""
    return {
        "sheet": row.sheet,
        "row": row.row,
        "name": row.name,
        "status": row.status,
        "problems": [
            {
                "column": problem.column,
                "letter": problem.letter,
                "field": problem.name,
                "text": problem.text,
            }
            for problem in row.problems
        ],
        "warnings": list(row.warnings),
        "changes": [change.name for change in row.changes],
        "candidates": [one.person_id for one in row.candidates],
    }


def _plan_or_wait(
    row: RosterImport,
    found: RosterFile,
    rows: RosterRows | None = None,
    *,
    in_background: bool,
) -> None:
    rows = rows or roster_rows(found)
    row.row_count = len(rows.rows)
    row.attempts = 0
    if in_background and row.row_count > LARGE:
        row.state = ImportState.PLANNING
        enqueue(WORK_TASK, row.pk)
    else:
        make_picture(row, found, rows)


def _plan_as_shown(row: RosterImport, cohort: Cohort, progress: Progress | None) -> RosterPlan:
    """The plan under the lock. Raises RosterMoved when it is not what was shown."""
    plan = plan_of(cohort, file_of(row), progress=progress)
    if row.picture is not None:
        moved = rows_moved(opened_values(row, "picture"), plan)
        if moved:
            raise RosterMoved(facts={"rows": [row_facts(one) for one in moved]})
    return plan


def _usable(mapping: RosterMapping) -> RosterMapping:
    if mapping.city and not City.objects.filter(code=mapping.city).exists():
        raise RosterMappingWrong(
            fields={"city": RosterMappingWrong.text}, facts={"fields": list(FIELDS)}
        )
    return mapping


def _demand_state(row: RosterImport, *states: ImportState) -> None:
    if row.state in states:
        return
    if row.state in WORKED_ON:
        raise Running
    if row.state == ImportState.MAPPING:
        raise RosterColumnsOpen
    if row.state == ImportState.FAILED:
        raise RosterExpired
    raise ImportNotApplied(facts={"state": row.state})


def _decided_row(row: RowPlan, decisions: Decisions) -> RowPlan:
    if row.status != "duplicate" or row.key not in decisions:
        return row
    if decisions[row.key] == NEW:
        return replace(row, status="new", candidates=())
    for candidate in row.candidates:
        if str(candidate.person_id) == decisions[row.key]:
            return replace(
                row,
                status="changed" if candidate.enrolled else "new",
                person_id=candidate.person_id,
                candidates=(),
            )
    raise PossiblySame(facts={"candidates": [one.person_id for one in row.candidates]})


def _taken_twice(rows: list[RowPlan]) -> list[RowPlan]:
    """Rows that were decided to be one and the same person."""
    first: dict[int, RowPlan] = {}
    return [
        row
        for row in rows
        if row.person_id is not None and first.setdefault(row.person_id, row) is not row
    ]
