"""Reminders: planned when a release goes out, claimed when due by whichever beat comes first.

A round is one occasion. Under its lock the people it concerns get their rows in the outbox, and it
is done in the same transaction; so a beat that dies leaves it due, and two beats are one reminder.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from cohorts.choices import CohortState
from cohorts.models import Cohort
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.notices.outbox import write_notices
from sessions.choices import ReminderKind, RoundState
from sessions.models import Release, ReminderRound
from sessions.notices.evening_reminder import evening_reminders
from sessions.notices.transfer_reminder import transfer_reminders
from sessions.queries.releases import latest_release, picture_of
from sessions.rules.release_diff import Slot
from sessions.rules.reminder_rounds import Occasion, due_at, is_missed, occasions

NOT_HELD = frozenset({CohortState.POSTPONED, CohortState.CANCELLED, CohortState.ARCHIVED})
# Why a round told nobody; shown in words by `sessions.queries.reminders`.
CHANGED, COHORT_OFF, TOO_LATE, NOBODY = "changed", "cohort_off", "too_late", "nobody"

# The cohort's times may have been changed since the rounds were planned.
_RETIME = """
    UPDATE training_sessions_reminderround AS round SET due_at = fresh.due_at
      FROM (SELECT planned.id,
                   CASE planned.kind WHEN 'transfer'
                        THEN planned.happens_at
                             - cohort.transfer_reminder_minutes * interval '1 minute'
                        ELSE (((planned.happens_at AT TIME ZONE 'Asia/Shanghai')::date - 1)
                             + cohort.reminder_time) AT TIME ZONE 'Asia/Shanghai' END AS due_at
              FROM training_sessions_reminderround AS planned
              JOIN cohorts_cohort AS cohort ON cohort.id = planned.cohort_id
             WHERE planned.state = 'planned') AS fresh
     WHERE round.id = fresh.id AND round.state = 'planned' AND round.due_at <> fresh.due_at
"""


def plan_reminders(*, cohort: Cohort, slots: Iterable[Slot]) -> None:
    """Make the rounds fit the timetable just released. The caller holds the lock of the cohort.

    What is gone is taken back, what came back is planned again, what moved is both. An occasion
    whose time to remind has passed gets no round: the release itself tells of it.
    """
    now = clock.now()
    wanted = {
        occasion: due_at(occasion, cohort.reminder_time, cohort.transfer_reminder_minutes)
        for occasion in occasions(slots)
    }
    known = {_occasion(row): row for row in ReminderRound.objects.filter(cohort=cohort)}
    gone = [
        row.pk
        for occasion, row in known.items()
        if row.state == RoundState.PLANNED and occasion not in wanted
    ]
    back = [
        row.pk
        for occasion, row in known.items()
        if row.state == RoundState.VOID and wanted.get(occasion, now) > now
    ]
    rounds = ReminderRound.objects.filter(cohort=cohort)
    rounds.filter(pk__in=gone, state=RoundState.PLANNED).update(
        state=RoundState.VOID, reason=CHANGED, settled_at=now
    )
    rounds.filter(pk__in=back).update(state=RoundState.PLANNED, reason="", settled_at=None)
    ReminderRound.objects.bulk_create(
        ReminderRound(
            cohort=cohort,
            kind=occasion.kind,
            training_session_id=occasion.transfer,
            happens_at=occasion.happens_at,
            due_at=due,
        )
        for occasion, due in wanted.items()
        if occasion not in known and due > now
    )


def send_due_reminders() -> int:
    """Every round whose time has come; answers how many were settled, one way or the other."""
    plan_unplanned()
    with connection.cursor() as cursor:
        cursor.execute(_RETIME)
    count = 0
    while _settle_one():
        count += 1
    return count


def plan_unplanned() -> None:
    """Cohorts released before there were reminders."""
    cohorts = Cohort.objects.filter(ends_on__gte=clock.today(), reminder_rounds=None)
    for cohort in cohorts.filter(releases__isnull=False).distinct():
        with transaction.atomic():
            row = locked(cohort)
            plan_reminders(cohort=row, slots=picture_of(latest_release(row)).slots.values())


@transaction.atomic
def _settle_one() -> bool:
    now = clock.now()
    due = ReminderRound.objects.filter(state=RoundState.PLANNED, due_at__lte=now)
    rows = due.select_related("cohort").order_by("due_at", "pk")
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return False
    row.state, row.reason, row.told_count = _outcome(row, now)
    row.settled_at = now
    row.save(update_fields=["state", "reason", "told_count", "settled_at"])
    return True


def _outcome(row: ReminderRound, now: dt.datetime) -> tuple[RoundState, str, int]:
    if row.cohort.state in NOT_HELD:
        return RoundState.VOID, COHORT_OFF, 0
    if is_missed(row.kind, row.due_at, row.happens_at, now):
        return RoundState.MISSED, TOO_LATE, 0
    count = _tell(row, latest_release(row.cohort))
    return (RoundState.DONE, "", count) if count else (RoundState.VOID, NOBODY, 0)


def _tell(row: ReminderRound, release: Release | None) -> int:
    slots: Sequence[Slot] = list(picture_of(release).slots.values())
    drafts = evening_reminders if row.kind == ReminderKind.EVENING else transfer_reminders
    return write_notices(drafts(row, slots))


def _occasion(row: ReminderRound) -> Occasion:
    return Occasion(row.kind, row.training_session_id, row.happens_at)
