"""The participants whom notices are for, read once a slice; their contexts name the enrollment."""

from collections.abc import Sequence

from g60portal.notices.models import Notice
from participants.models import Enrollment


def active_enrollments(notices: Sequence[Notice]) -> dict[int, Enrollment]:
    """Those who hold a seat, by id."""
    rows = Enrollment.objects.active().select_related("person", "cohort", "group", "city")
    return rows.in_bulk([notice.context["enrollment"] for notice in notices])


def address_of(notice: Notice) -> str:
    """The person's present e-mail address."""
    rows = Enrollment.objects.select_related("person")
    found = rows.filter(pk=notice.context["enrollment"]).first()
    return found.person.email if found else ""
