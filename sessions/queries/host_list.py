"""The list of people for the host of a site: who comes, and no more than the door needs to know.

Identity numbers stand in it only where the caller may open them, has said why and has written it
down (`sessions.actions.slots.note_host_list`).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from g60portal.common.tables import stream_xlsx
from participants.models import Enrollment, Person, SealedIdentity
from participants.queries.identities import opened_number
from sessions.models import Slot

FileKind = Literal["xlsx", "csv"]
CONTENT_TYPES: dict[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_BOM = "\ufeff"
# First characters that make a spreadsheet take a cell for a formula.
_FORMULA_SIGNS = frozenset("=+-@\t\n\r＋－＝＠")


def host_list_people(slot: Slot) -> QuerySet[Enrollment]:
    """The session's audience: those who hold a seat, by seat."""
    row = slot.training_session
    groups = list(row.audience_rows.values_list("group_id", flat=True))
    people = Enrollment.objects.active().filter(cohort=row.cohort_id)
    if None not in groups:
        people = people.filter(group__in=groups)
    return people.select_related("person").order_by("seat")


def host_list_file(slot: Slot, kind: FileKind, *, numbers: bool) -> bytes:
    """The list as a file, in the language of the moment."""
    people = host_list_people(slot)
    header = [_("No."), _("Name"), _("Organization")]
    if numbers:
        people = people.select_related("person__identity")
        header += [_("Paper"), _("Identity number")]
    rows = _rows(people, numbers=numbers)
    return b"".join(stream_xlsx(header, rows)) if kind == "xlsx" else _csv(header, rows)


def _rows(people: QuerySet[Enrollment], *, numbers: bool) -> Iterator[list[str]]:
    for number, enrollment in enumerate(people, 1):
        row = [str(number), enrollment.person.name, enrollment.organization_name]
        yield [*row, *_paper(enrollment.person)] if numbers else row


def _paper(person: Person) -> list[str]:
    identity: SealedIdentity | None = getattr(person, "identity", None)
    if identity is None:
        return ["", ""]
    return [str(identity.get_kind_display()), opened_number(identity)]


def _csv(header: Sequence[str], rows: Iterator[list[str]]) -> bytes:
    text = io.StringIO()
    text.write(_BOM)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA_SIGNS and cell else cell
