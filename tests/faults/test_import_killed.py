"""kill -9 of the worker in the middle of an import: nothing of it, and the next one does it whole.

The worker stands still at a known place because the test holds the table that it writes next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from participants.actions.import_work import work_on
from participants.actions.imports import LARGE, preview_import, start_applying
from participants.models import Enrollment, Person, RosterImport
from tests.factories import CohortFactory, city
from tests.faults.workers import kill, process, until
from tests.participants.people import csv_file

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = LARGE + 1
NO_MAIL = 9
# The file is sealed with the keys of the test.
OUR_KEYS = "g60portal.settings.test"
_WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_class ON oid = relation "
    "WHERE relname = 'participants_enrollment' AND NOT granted"
)


@pytest.fixture
def roster_import() -> RosterImport:
    """Looked at and confirmed; a worker is to apply it."""
    city("jiaxing")
    cohort = CohortFactory(seats=5000)
    rows = [[f"王{chr(0x4E00 + n)}", "嘉兴", "示例公司", f"138{n:08}"] for n in range(COUNT)]
    data = csv_file([["姓名", "城市", "单位", "手机"], *rows])
    row = preview_import(cohort=cohort, filename="a.csv", data=data, by=None, wishes={})
    work_on(roster_import=row)
    return start_applying(roster_import=RosterImport.objects.get(), by=None)


def written() -> tuple[int, int]:
    return Person.objects.count(), Enrollment.objects.count()


def killed_when(reached: Callable[[], object], var: Path, *arguments: str) -> None:
    program = ["-m", "tests.faults.import_worker", *arguments]
    with process(program, NO_MAIL, var, DJANGO_SETTINGS_MODULE=OUR_KEYS) as worker:
        assert until(reached, seconds=60, step=0.02), (var / "worker.log").read_text()
        kill(worker)


def stands_at_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return bool(cursor.fetchone()[0])


def test_import_when_its_worker_is_killed_then_nothing_of_it_and_the_next_one_does_it_whole(
    roster_import: RosterImport, tmp_path: Path
):
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE participants_enrollment IN SHARE MODE")
        killed_when(stands_at_the_lock, tmp_path, str(roster_import.pk))
        cursor.execute("ROLLBACK")

    roster_import.refresh_from_db()
    assert (roster_import.state, roster_import.attempts) == ("applying", 1)
    assert written() == (0, 0)
    assert until(lambda: applied_by_now(roster_import), seconds=30), "the lock of the dead stayed"
    assert written() == (COUNT, COUNT)


def applied_by_now(roster_import: RosterImport) -> bool:
    """As the sweep tries: Postgres takes a moment to see that the dead worker's end is closed."""
    work_on(roster_import=roster_import)
    roster_import.refresh_from_db()
    return roster_import.state == "applied"


def test_import_when_each_row_has_its_own_transaction_then_the_kill_leaves_half_of_it(
    roster_import: RosterImport, tmp_path: Path
):
    """The control: without the one transaction around all of it."""
    killed_when(Person.objects.exists, tmp_path, str(roster_import.pk), "careless")
    people, _enrolled = written()
    assert 0 < people < COUNT
