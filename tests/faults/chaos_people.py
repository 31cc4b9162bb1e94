"""Fills the database of a portal under fire: `COUNT` people with a timetable, not yet released, and
an administrator. Prints the code of the cohort and a token, as JSON."""

import datetime as dt
import json
import sys

import django

django.setup()

from knox.models import AuthToken  # noqa: E402 -- after setup

from benchmarks.rows import cohort_of, timetable_for  # noqa: E402
from cohorts.models import Cohort  # noqa: E402
from g60portal.accounts.models import User  # noqa: E402
from g60portal.common import clock  # noqa: E402
from g60portal.common.row_walls import run_as_system  # noqa: E402

CODE = "G60-FIRE-01"
SESSIONS = 12


def main(count: int) -> None:
    run_as_system()
    cohort = cohort_of(count, CODE, clock.today() + dt.timedelta(days=7))
    timetable_for(cohort, SESSIONS)
    Cohort.objects.filter(pk=cohort.pk).update(wait_seconds=0)
    admin = User.objects.create_superuser("fire@example.org", "unused")
    _row, token = AuthToken.objects.create(admin)
    print(json.dumps({"code": CODE, "token": token}))  # noqa: T201 -- read by the runner


if __name__ == "__main__":
    main(int(sys.argv[1]))
