"""Regular files of the roster: the list of their owner, a file as it was made, and who may have
it still."""

import hashlib
from collections.abc import Mapping, Sequence

from django.core.files.storage import default_storage
from django.db.models import Prefetch, QuerySet

from cohorts.models import Cohort
from cohorts.permissions import may_keep_views, may_see_people
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from g60portal.common import clock
from participants.choices import ExportFileState
from participants.models import ExportFile, ScheduledExport
from participants.queries.roster_columns import BY_NAME, Column
from participants.rules.export_rhythm import Rhythm

# How much each access shows: a file may hold no more than its reader's of today.
_SHOWN = {"hidden": 0, "masked": 1, "plain": 2}


def schedules_of(cohort: Cohort, user: User) -> QuerySet[ScheduledExport]:
    """The own ones, each with its newest files in `recent`."""
    kept = ExportFile.objects.order_by("-pk")
    return (
        ScheduledExport.objects.filter(cohort=cohort, owner=user)
        .select_related("view", "cohort")
        .prefetch_related(Prefetch("files", queryset=kept, to_attr="kept"))
    )


def export_file_of(cohort: Cohort, user: User, file_id: int) -> ExportFile | None:
    """A file for the owner of its schedule; for everybody else there is none."""
    rows = ExportFile.objects.select_related("schedule__cohort")
    return rows.filter(schedule__cohort=cohort, schedule__owner=user, pk=file_id).first()


def may_have_files(standing: Standing) -> bool:
    return may_keep_views(standing) and may_see_people(standing)


def shown_in(columns: Sequence[Column], standing: Standing) -> dict[str, str]:
    """Which columns stand plain and which masked in a file for this standing."""
    return {column.name: column.access(standing) for column in columns}


def covers(standing: Standing, shown: Mapping[str, str]) -> bool:
    """Whether everything that the file shows may still be shown to this standing."""
    return may_have_files(standing) and all(
        name in BY_NAME and _SHOWN[BY_NAME[name].access(standing)] >= _SHOWN[access]
        for name, access in shown.items()
    )


def export_bytes(file: ExportFile) -> bytes | None:
    """The file as it was made; None when it is not there, has expired or was damaged."""
    expired = file.expires_at is None or file.expires_at <= clock.now()
    if file.state != ExportFileState.DONE or expired or not file.file.name:
        return None
    if not default_storage.exists(file.file.name):
        return None
    with default_storage.open(file.file.name) as stored:
        content = bytes(stored.read())
    return content if hashlib.sha256(content).hexdigest() == file.sha256 else None


def export_filename(file: ExportFile) -> str:
    """Plain ASCII: it travels in headers."""
    schedule, due_at = file.schedule, clock.local(file.due_at)
    return f"{schedule.cohort.code}-roster-{due_at:%Y%m%d-%H%M}.{schedule.format}"


def rhythm_of(schedule: ScheduledExport) -> Rhythm:
    return Rhythm(
        schedule.rhythm,
        schedule.at,
        schedule.weekday,
        schedule.target_on,
        schedule.days_before,
    )
