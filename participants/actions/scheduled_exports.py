"""Files of the roster at set times: ordered, made by a worker when due, told of by a link, thrown
away.

Rights are looked up again when a file is made and when it is fetched. An occasion is made at most
once; of those that passed while nothing ran, one is made. Rows are the truth: beats and workers at
once, or killed ones, neither double nor lose a file.
"""

import datetime as dt
import hashlib
from contextlib import closing
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from cohorts.models import Cohort
from cohorts.queries.standing import Standing, standing_in
from cohorts.rules.states import CLOSED_STATES
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import advisory_lock, locked
from g60portal.common.queue import enqueue
from g60portal.common.refusals import Running
from g60portal.notices.outbox import write_notices
from participants.actions.exports import note_export
from participants.choices import (
    UNFINISHED_FILES,
    ExportFileState,
    ScheduleState,
    StopReason,
)
from participants.models import ExportFile, SavedView, ScheduledExport
from participants.notices.roster_export_ready import export_ready
from participants.queries.roster_stream import roster_stream
from participants.queries.saved_views import roster_of, view_for
from participants.queries.scheduled_exports import may_have_files, rhythm_of, shown_in
from participants.refusals import ScheduleEnded, ScheduleUnusable, TooManySchedules
from participants.rules.export_rhythm import Rhythm, missing_facts, next_due

MAKE_TASK = "participants.tasks.make_roster_export"
MOST_SCHEDULES = 20
KEPT = dt.timedelta(days=7)
# Longer than a worker may take for a file (the time limit of a task).
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3
ORDERED_AT_ONCE = 500
FOLDER = "exports"


@transaction.atomic
def order_export(
    *,
    cohort: Cohort,
    view: SavedView,
    format: str,  # noqa: A002 - the word of the API
    rhythm: Rhythm,
    by: User,
) -> ScheduledExport:
    """Raises ScheduleUnusable, TooManySchedules."""
    advisory_lock("scheduled_exports", cohort.pk, by.pk)
    wrong = missing_facts(rhythm)
    due_at = None if wrong else next_due(rhythm, clock.now())
    if due_at is None:
        names = wrong or ["target_on"]
        raise ScheduleUnusable(fields=dict.fromkeys(names, ScheduleUnusable.text))
    if ScheduledExport.objects.filter(cohort=cohort, owner=by).count() >= MOST_SCHEDULES:
        raise TooManySchedules
    row = ScheduledExport.objects.create(
        cohort=cohort,
        owner=by,
        view=view,
        format=format,
        rhythm=rhythm.kind,
        at=rhythm.at,
        weekday=rhythm.weekday,
        target_on=rhythm.target_on,
        days_before=rhythm.days_before,
        next_at=due_at,
    )
    record(
        "scheduled_export.ordered",
        row,
        by=by,
        scope=cohort.code,
        after={"view": view.name, "format": format, "rhythm": rhythm.kind, "next_at": due_at},
    )
    return row


@transaction.atomic
def pause_export(*, schedule: ScheduledExport, by: User) -> ScheduledExport:
    """Nothing is made until it goes on; what was passed meanwhile is not made up for."""
    row = locked(schedule)
    if row.state == ScheduleState.ACTIVE:
        _move(row, ScheduleState.PAUSED, by=by)
    return row


@transaction.atomic
def resume_export(*, schedule: ScheduledExport, by: User) -> ScheduledExport:
    """From the next time on; also one that was stopped. Raises ScheduleEnded."""
    row = locked(schedule)
    if row.state == ScheduleState.ACTIVE:
        return row
    row.next_at = next_due(rhythm_of(row), clock.now())
    if row.next_at is None:
        raise ScheduleEnded
    row.stop_reason = ""
    _move(row, ScheduleState.ACTIVE, by=by)
    return row


@transaction.atomic
def delete_export(*, schedule: ScheduledExport, by: User) -> None:
    """With its files. A second time does nothing."""
    rows = ScheduledExport.objects.select_for_update(of=("self",))
    row = rows.filter(pk=schedule.pk).first()
    if row is None:
        return
    _forget(ExportFile.objects.filter(schedule=row))
    record("scheduled_export.deleted", row, by=by, scope=row.cohort.code)
    row.delete()


@transaction.atomic
def send_now(*, schedule: ScheduledExport, by: User) -> ExportFile:
    """One more file, besides the rhythm. Raises Running while one is being made."""
    row = locked(schedule)
    file = _file_waits(row, clock.now())
    if file is None:
        raise Running
    record("scheduled_export.sent_now", row, by=by, scope=row.cohort.code)
    return file


def order_due_files() -> int:
    """Let a file wait for every schedule whose time has come; answers how many are new."""
    due = ScheduledExport.objects.filter(state=ScheduleState.ACTIVE, next_at__lte=clock.now())
    ids = due.order_by("next_at").values_list("pk", flat=True)[:ORDERED_AT_ONCE]
    return sum(_order_file(pk) for pk in list(ids))


def make_file(*, file: ExportFile) -> ExportFile:
    """Make what was asked for. A second call while a worker holds the row, or when it is done, does
    nothing. Who may not have it any more gets nothing, and the schedule stops."""
    row = _claimed(file)
    if row is None:
        return file
    schedule = row.schedule
    standing = standing_in(schedule.owner, schedule.cohort)
    reason = _stop_reason(schedule, standing)
    if reason:
        return _stopped(row, reason)
    with translation.override(schedule.owner.language):
        content, shown = _content(schedule, standing)
    return _kept(row, content, shown)


@transaction.atomic
def clear_files() -> int:
    """Throw away files that have expired; give up those that no worker can make. How many are to
    be made again: their tasks are sent."""
    now = clock.now()
    _forget(ExportFile.objects.filter(expires_at__lt=now))
    _sweep_folder(now)
    lost = ExportFile.objects.filter(state__in=UNFINISHED_FILES).filter(
        Q(lease_until__lt=now) | Q(lease_until__isnull=True, asked_at__lt=now - LEASE / 10)
    )
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=ExportFileState.FAILED, expires_at=now + KEPT
    )
    again = list(lost.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True))
    for pk in again:
        enqueue(MAKE_TASK, pk)
    return len(again)


@transaction.atomic
def note_fetched(*, file: ExportFile, by: User) -> None:
    ExportFile.objects.filter(pk=file.pk).update(fetched_at=clock.now())
    record("scheduled_export.fetched", file.schedule, by=by, scope=file.schedule.cohort.code)


@transaction.atomic
def _order_file(pk: int) -> bool:
    """One schedule, unless another beat has it in hand or has moved it on."""
    due = ScheduledExport.objects.filter(
        pk=pk, state=ScheduleState.ACTIVE, next_at__lte=clock.now()
    )
    row = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None or row.next_at is None:
        return False
    due_at, row.next_at = row.next_at, next_due(rhythm_of(row), clock.now())
    if row.next_at is None:
        row.state = ScheduleState.DONE
    row.save(update_fields=["next_at", "state"])
    return _file_waits(row, due_at) is not None


def _file_waits(row: ScheduledExport, due_at: dt.datetime) -> ExportFile | None:
    """Expects the schedule's lock. None when one waits already: it will be as new."""
    files = ExportFile.objects.filter(schedule=row)
    if files.filter(Q(state__in=UNFINISHED_FILES) | Q(due_at=due_at)).exists():
        return None
    file = ExportFile.objects.create(schedule=row, due_at=due_at)
    enqueue(MAKE_TASK, file.pk)
    return file


@transaction.atomic
def _claimed(file: ExportFile) -> ExportFile | None:
    """The row for this worker, or None when it is somebody else's, done, or deleted."""
    rows = ExportFile.objects.select_for_update(of=("self",)).select_related(
        "schedule__cohort", "schedule__owner", "schedule__view"
    )
    row = rows.filter(pk=file.pk, state__in=UNFINISHED_FILES).first()
    now = clock.now()
    if row is None or row.attempts >= MOST_ATTEMPTS:
        return None
    if row.lease_until is not None and row.lease_until > now:
        return None
    row.state, row.lease_until = ExportFileState.WORKING, now + LEASE
    row.attempts += 1
    row.save(update_fields=["state", "lease_until", "attempts"])
    return row


def _stop_reason(schedule: ScheduledExport, standing: Standing) -> str:
    if schedule.cohort.state in CLOSED_STATES:
        return StopReason.CLOSED
    if not schedule.owner.is_active or not may_have_files(standing):
        return StopReason.ROLE
    view = schedule.view
    if view is None or view_for(schedule.cohort, standing, schedule.owner, view.pk) is None:
        return StopReason.VIEW
    return "" if roster_of(view, standing) else StopReason.FILTER


def _content(schedule: ScheduledExport, standing: Standing) -> tuple[bytes, dict[str, str]]:
    """The whole file and what it shows of each column."""
    found = roster_of(schedule.view, standing) if schedule.view else None
    if found is None:
        raise RuntimeError("Look for a reason to stop first.")
    columns, wish = found
    stream = roster_stream(
        schedule.cohort,
        standing,
        columns,
        wish,
        format="csv" if schedule.format == "csv" else "xlsx",
        spelling="words",
    )
    with closing(stream):
        return b"".join(stream), shown_in(columns, standing)


@transaction.atomic
def _stopped(row: ExportFile, reason: str) -> ExportFile:
    schedule = locked(row.schedule)
    schedule.state, schedule.stop_reason = ScheduleState.STOPPED, reason
    schedule.save(update_fields=["state", "stop_reason"])
    row.state, row.lease_until, row.expires_at = ExportFileState.FAILED, None, clock.now() + KEPT
    row.save(update_fields=["state", "lease_until", "expires_at"])
    record(
        "scheduled_export.stopped",
        schedule,
        by=None,
        scope=schedule.cohort.code,
        after={"reason": str(reason)},
    )
    return row


@transaction.atomic
def _kept(row: ExportFile, content: bytes, shown: dict[str, str]) -> ExportFile:
    """Only what is still this worker's is kept: the lease may have passed to another, and the
    schedule may be gone."""
    mine = ExportFile.objects.select_for_update(of=("self",)).filter(
        pk=row.pk, state=ExportFileState.WORKING, attempts=row.attempts
    )
    if not mine.exists():
        return row
    schedule, now = row.schedule, clock.now()
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.file.name = default_storage.save(
        f"{FOLDER}/{row.uid}.{schedule.format}", ContentFile(content)
    )
    row.state, row.lease_until, row.shown = ExportFileState.DONE, None, shown
    row.made_at, row.expires_at = now, now + KEPT
    row.save()
    note_export(
        cohort=schedule.cohort, format=schedule.format, columns=list(shown), by=schedule.owner
    )
    write_notices(export_ready([row]))
    return row


def _move(row: ScheduledExport, state: ScheduleState, *, by: User) -> None:
    before, row.state = row.state, state
    row.save(update_fields=["state", "next_at", "stop_reason"])
    record(
        "scheduled_export.moved",
        row,
        by=by,
        scope=row.cohort.code,
        before={"state": before},
        after={"state": str(state)},
    )


def _sweep_folder(now: dt.datetime) -> None:
    """Files that a worker wrote and then died, so that no row knows them."""
    if not default_storage.exists(FOLDER):
        return
    names = {f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]}
    known = ExportFile.objects.filter(file__in=names).values_list("file", flat=True)
    for name in names.difference(known):
        if default_storage.get_modified_time(name) < now - LEASE:
            default_storage.delete(name)


def _forget(files: QuerySet[ExportFile]) -> None:
    """Rows now, what they point to when that is safely done."""
    names = [name for name in files.values_list("file", flat=True) if name]
    files.delete()
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)
