"""Large imports in a worker: planning and applying under limits of memory and time.

A row in the state "planning" or "applying" is work to be done by whoever gets its advisory lock; a
worker that is killed loses the lock with its connection, and the sweep has it done again. Applying
is one transaction, so nothing is ever half applied.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from g60portal.accounts.models import User
from g60portal.common.locks import locked, try_advisory_lock
from g60portal.common.memory import memory_ceiling
from g60portal.common.queue import enqueue
from g60portal.common.refusals import Refusal
from participants.actions.import_papers import forget_old
from participants.actions.imports import NEW, WORK_TASK, apply_import, file_of, make_picture
from participants.choices import WORKED_ON, ImportState
from participants.models import RosterImport
from participants.queries.roster_reading import roster_rows
from participants.refusals import RosterMoved
from participants.rules.roster_plan import RosterPlan

# Beyond what the worker holds already.
MEMORY_BYTES = 512 * 1024 * 1024
SECONDS = 120
MOST_ATTEMPTS = 3
_PROGRESS_SECONDS = 600

# Why work was given up; kept as words, shown in the language of the reader.
NEVER_FINISHED = gettext_noop("The work was begun several times and never came to its end.")
TOO_LONG = gettext_noop("The work took longer than allowed. Divide the file.")
TOO_MUCH_MEMORY = gettext_noop("The work needed more memory than allowed. Divide the file.")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far the worker is, as it last told; nothing is known without Redis."""

    done: int
    total: int


def progress_of(roster_import: RosterImport) -> Progress:
    done = cache.get(_key(roster_import)) or 0
    return Progress(min(int(done), roster_import.row_count), roster_import.row_count)


def work_on(*, roster_import: RosterImport) -> None:
    """Do what the row waits for, unless somebody else is at it. Refusals and exceeded limits end it
    with their reason; anything unexpected leaves it to the next attempt."""
    row = _begun(roster_import)
    if row is None:
        return
    try:
        with memory_ceiling(MEMORY_BYTES), translation.override(row.wishes.get("language") or None):
            _work(row)
    except Refusal as refusal:
        _end(row, str(refusal), code=refusal.code, moved=isinstance(refusal, RosterMoved))
    except SoftTimeLimitExceeded:
        _end(row, TOO_LONG, failed=True)
    except MemoryError:
        _end(row, TOO_MUCH_MEMORY, failed=True)
    finally:
        cache.delete(_key(row))


def sweep() -> None:
    """What a dead worker or an emptied queue left: each once more as a task of its own, so that the
    time limit counts for it alone. Lets go of what is older than a day."""
    forget_old()
    for pk in RosterImport.objects.filter(state__in=WORKED_ON).values_list("pk", flat=True):
        enqueue(WORK_TASK, pk)


@transaction.atomic
def _begun(roster_import: RosterImport) -> RosterImport | None:
    """The row with one more attempt counted; None when there is nothing to do for us."""
    if not try_advisory_lock("roster_import", roster_import.pk):
        return None
    row = locked(roster_import)
    if row.state not in WORKED_ON:
        return None
    if row.attempts >= MOST_ATTEMPTS:
        _put(row, ImportState.FAILED, NEVER_FINISHED)
        return None
    row.attempts += 1
    row.save(update_fields=["attempts"])
    return row


@transaction.atomic
def _work(row: RosterImport) -> None:
    if not try_advisory_lock("roster_import", row.pk):
        return
    row = locked_if_waiting(row)
    if row.state == ImportState.PLANNING:
        _plan(row)
    elif row.state == ImportState.APPLYING:
        _apply(row)


def locked_if_waiting(row: RosterImport) -> RosterImport:
    """Read again. Applying locks the cohort first, as the order of locks wants it."""
    row.refresh_from_db()
    return locked(row) if row.state == ImportState.PLANNING else row


def _plan(row: RosterImport) -> None:
    found = file_of(row)
    plan = make_picture(row, found, roster_rows(found), _teller(row))
    duplicates = row.wishes.get("duplicates")
    if duplicates is not None:
        row.wishes = {**row.wishes, "decisions": decisions_for(plan, duplicates)}
        row.state = ImportState.APPLYING
        row.attempts = 0
        enqueue(WORK_TASK, row.pk)
    row.save(update_fields=["picture", "summary", "row_count", "state", "wishes", "attempts"])


def decisions_for(plan: RosterPlan, duplicates: str) -> dict[str, str]:
    """One answer for all possible duplicates: "new", "known" (the first one), or "ask"."""
    if duplicates == "ask":
        return {}
    return {
        row.key: NEW if duplicates == "new" else str(row.candidates[0].person_id)
        for row in plan.with_status("duplicate")
    }


def _apply(row: RosterImport) -> None:
    by = row.wishes.get("by")
    apply_import(
        roster_import=row,
        by=User.objects.filter(pk=by).first() if by else None,
        decisions=row.wishes.get("decisions"),
        employers=row.wishes.get("employers"),
        progress=_teller(row),
    )


@transaction.atomic
def _end(
    row: RosterImport, text: str, *, code: str = "", moved: bool = False, failed: bool = False
) -> None:
    """Nothing was written. A refused application goes back to its preview, a new one when people
    have been changed since."""
    current = locked(row)
    if current.state not in WORKED_ON:
        return
    logger.warning("roster_import_ended", roster_import=row.pk, code=code, failed=failed)
    if moved:
        current.attempts = 0
        current.wishes = {"language": current.wishes.get("language", "")}
        current.save(update_fields=["attempts", "wishes"])
        _put(current, ImportState.PLANNING, text, code)
        enqueue(WORK_TASK, row.pk)
        return
    applying = current.state == ImportState.APPLYING and not failed
    _put(current, ImportState.PREVIEWED if applying else ImportState.FAILED, text, code)


def _put(row: RosterImport, state: ImportState, text: str, code: str = "") -> None:
    row.state = state
    row.refusal = {"code": code, "text": text}
    row.save(update_fields=["state", "refusal"])


def _teller(row: RosterImport) -> Callable[[int], None]:
    key = _key(row)
    return lambda done: cache.set(key, done, _PROGRESS_SECONDS)


def _key(row: RosterImport) -> str:
    return f"roster-import:{row.pk}"
