"""The attendance of one person, for the copy of its own data."""

from participants.models import Person
from participants.queries.own_data import Rows
from sessions.models import Attendance


def attendance_rows(person: Person) -> Rows:
    rows = Attendance.objects.filter(enrollment__person=person).order_by("pk")
    return list(
        rows.values(
            "training_session__cohort__code", "training_session__title",
            "training_session__starts_at", "state", "method", "marked_at",
        )
    )  # fmt: skip
