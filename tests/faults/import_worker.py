"""Works on one import in a process of its own, as a task would: `python -m … <id>`.

With `careless` it enrolls row by row, each in a transaction of its own: the control.
"""

import sys

import django

django.setup()

from g60portal.common.row_walls import run_as_system  # noqa: E402 -- after setup
from participants.actions.enrollments import enroll_person  # noqa: E402
from participants.actions.import_work import work_on  # noqa: E402
from participants.actions.imports import file_of  # noqa: E402
from participants.models import RosterImport  # noqa: E402
from participants.queries.roster_reading import roster_lines, roster_rows  # noqa: E402


def main(import_id: str, how: str = "") -> None:
    run_as_system()
    roster_import = RosterImport.objects.get(pk=int(import_id))
    if how != "careless":
        work_on(roster_import=roster_import)
        return
    found = file_of(roster_import)
    for line in roster_lines(roster_rows(found), found):
        enroll_person(cohort=roster_import.cohort, facts=line.reading.facts, by=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
