"""Large imports in a worker: progress, limits, a killed worker, never half of it."""

import threading
import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from g60portal.common.memory import memory_ceiling
from g60portal.common.refusals import Running
from participants.actions.import_work import (
    MOST_ATTEMPTS,
    NEVER_FINISHED,
    progress_of,
    sweep,
    work_on,
)
from participants.actions.imports import (
    LARGE,
    choose_columns,
    preview_import,
    start_applying,
)
from participants.models import Enrollment, Person, RosterImport
from participants.rules.roster_mapping import RosterMapping
from participants.tasks import sweep_imports, work_on_import
from tests.factories import CohortFactory, UserFactory, city
from tests.participants.people import csv_file, enrolled

pytestmark = pytest.mark.django_db
COUNT = LARGE + 20
HEADER = ["姓名", "城市", "单位", "手机"]


def roster(count=COUNT, *, first=0):
    rows = (
        [f"王{chr(0x4E00 + n)}", "嘉兴", f"示例{n % 7}公司", f"138{n:08}"]
        for n in range(first, first + count)
    )
    return csv_file([HEADER, *rows])


@pytest.fixture
def cohort():
    city("jiaxing")
    return CohortFactory(seats=5000)


def uploaded(cohort, data=None, **wishes):
    return preview_import(
        cohort=cohort, filename="a.csv", data=data or roster(), by=None, wishes=wishes
    )


def worked(row):
    work_on_import(row.pk)
    row.refresh_from_db()
    return row


def test_small_file_when_uploaded_then_no_worker_is_needed(cohort):
    row = uploaded(cohort, roster(LARGE))
    assert (row.state, row.row_count) == ("previewed", LARGE)


def test_large_file_when_uploaded_then_planned_and_applied_by_the_worker(cohort):
    row = uploaded(cohort)
    assert (row.state, row.row_count, row.picture) == ("planning", COUNT, None)
    assert worked(row).state == "previewed"
    assert row.summary["new"] == COUNT
    assert not Person.objects.exists()
    by = UserFactory()
    row = start_applying(roster_import=row, by=by)
    assert row.state == "applying"
    with pytest.raises(Running):
        start_applying(roster_import=row, by=None)
    assert worked(row).state == "applied"
    assert Enrollment.objects.count() == COUNT
    assert worked(row).attempts == 1


def test_large_file_when_to_be_applied_at_once_then_both_steps(cohort):
    by = UserFactory()
    row = uploaded(cohort, duplicates="ask", by=by.pk)
    assert worked(row).state == "applying"
    assert worked(row).state == "applied"
    assert Enrollment.objects.count() == COUNT


def test_progress_when_the_worker_counts_then_told_and_forgotten_at_the_end(cohort):
    row = uploaded(cohort)
    assert (progress_of(row).done, progress_of(row).total) == (0, COUNT)
    cache.set(f"roster-import:{row.pk}", 250)
    assert progress_of(row).done == 250
    cache.set(f"roster-import:{row.pk}", 10 * COUNT)
    assert progress_of(row).done == COUNT
    worked(row)
    assert progress_of(row).done == 0


def test_refusal_when_it_stops_the_worker_then_the_preview_says_so_and_nothing_is_written(cohort):
    row = worked(uploaded(cohort))
    start_applying(roster_import=row, by=None)
    cohort.seats = 5
    cohort.save()
    assert worked(row).state == "previewed"
    assert row.refusal["code"] == "cohort_full"
    assert not Person.objects.exists()
    cohort.seats = 5000
    cohort.save()
    start_applying(roster_import=row, by=None)
    assert worked(row).refusal == {}
    assert row.state == "applied"


def test_people_when_changed_while_it_waited_then_planned_anew(cohort):
    row = worked(uploaded(cohort))
    start_applying(roster_import=row, by=None)
    enrolled(cohort, "王一", "jiaxing", phone="13800000000", title="经理")
    assert worked(row).state == "planning"
    assert row.refusal["code"] == "roster_moved"
    assert worked(row).state == "previewed"
    assert row.summary["new"] == COUNT - 1


def test_columns_when_named_for_a_large_file_then_left_to_the_worker(cohort):
    data = roster().replace("城市".encode(), "来自".encode(), 1)
    row = preview_import(cohort=cohort, filename="a.csv", data=data, by=None, ask=True, wishes={})
    row = choose_columns(roster_import=row, mapping=RosterMapping({"来自": "city"}), by=None)
    assert row.state == "planning"
    assert worked(row).summary["new"] == COUNT


def test_worker_when_it_never_comes_to_an_end_then_shown_as_failed(cohort):
    row = uploaded(cohort)
    RosterImport.objects.update(attempts=MOST_ATTEMPTS)
    assert worked(row).state == "failed"
    assert row.refusal["text"] == NEVER_FINISHED


def test_memory_when_more_is_wanted_than_allowed_then_stopped_and_set_free_again():
    def greedy():
        with memory_ceiling(64 * 1024 * 1024):
            return bytearray(512 * 1024 * 1024)

    with pytest.raises(MemoryError):
        greedy()
    assert bytearray(256 * 1024 * 1024)


@override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
def test_queue_when_it_is_away_then_the_sweep_finds_the_work(
    cohort, django_capture_on_commit_callbacks
):
    row = uploaded(cohort)
    with django_capture_on_commit_callbacks() as hints:
        sweep_imports()
    assert len(hints) == 1
    worked(row)
    with django_capture_on_commit_callbacks() as hints:
        sweep()
    assert hints == []


# Two at once, and one that dies


@pytest.mark.django_db(transaction=True)
def test_work_when_two_workers_take_it_then_one_does_it():
    city("jiaxing")
    cohort = CohortFactory(seats=5000)
    row = worked(uploaded(cohort))
    start_applying(roster_import=row, by=None)
    threads = [threading.Thread(target=in_own_connection, args=[row]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    row.refresh_from_db()
    assert row.state == "applied"
    assert Enrollment.objects.count() == Person.objects.count() == COUNT


def in_own_connection(row):
    try:
        work_on(roster_import=row)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_work_when_its_worker_dies_in_the_middle_then_nothing_is_half_and_the_next_one_does_it():
    city("jiaxing")
    cohort = CohortFactory(seats=5000)
    row = worked(uploaded(cohort))
    start_applying(roster_import=row, by=None)
    died = threading.Event()

    def die():
        try:
            work_on(roster_import=row)
        except Exception:  # noqa: BLE001 - the connection is cut under it
            died.set()
        finally:
            connection.close()

    worker = threading.Thread(target=die)
    # Nobody may write enrollments: the worker stands in the middle of its transaction.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE participants_enrollment IN SHARE MODE")
        worker.start()
        cut_the_waiting_one(cursor)
        cursor.execute("ROLLBACK")
    worker.join(30)
    assert died.is_set()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("applying", 1)
    assert (Person.objects.count(), Enrollment.objects.count()) == (0, 0)
    assert worked(row).state == "applied"
    assert (Person.objects.count(), Enrollment.objects.count()) == (COUNT, COUNT)


def cut_the_waiting_one(cursor):
    """End the connection that waits for our lock on the table."""
    for _try in range(300):
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class ON oid = relation"
            " WHERE relname = 'participants_enrollment' AND NOT granted"
        )
        if cursor.fetchall():
            return
        time.sleep(0.1)
    raise AssertionError("nobody came to the lock")
