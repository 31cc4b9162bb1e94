"""An uploaded file read into rows of facts: which sheets, which columns, what was left out.

Nothing here knows the people of the portal; that is `queries.roster_plan`.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models import City
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.common.tables import Sheet, read_table
from g60portal.common.tables.limits import MAX_ROWS, TableRefused, large
from participants.models import ImportMapping
from participants.refusals import RosterUnreadable
from participants.rules.person_facts import CheckedFacts, FactsUnusable, Text, checked_facts
from participants.rules.roster_header import Header
from participants.rules.roster_mapping import RosterMapping
from participants.rules.roster_plan import CellProblem
from participants.rules.roster_rows import RowReading, city_word, city_words, read_row
from participants.rules.roster_sheets import (
    Reason,
    RosterRow,
    RosterSheet,
    SkippedRow,
    captions_of,
    holds_nobody,
    likeliest,
    notes_by_reason,
    roster_sheets,
    row_spans,
    rows_of,
    usable,
)

# Called with the number of rows done; long work tells how far it is.
Progress = Callable[[int], None]
_TOLD_EACH = 250
# "嘉兴名单", "Jiaxing roster": what stands beside the city in the name of a sheet.
_SHEET_WORDS = re.compile(
    r"(推荐|人选|学员|人员|名单|名册|花名册|汇总|表|roster|list|people|\s)+$", re.I
)
FOREIGN_TABLE = gettext_lazy(
    "Another table with other columns begins here. Put it on a sheet of its own."
)


@dataclass(frozen=True)
class RosterLine:
    """A row of the file on its way to a plan."""

    sheet: str
    row: int
    header: Header
    reading: RowReading
    facts: CheckedFacts | None = None
    problems: tuple[CellProblem, ...] = ()
    hidden: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        told = self.facts.warnings if self.facts else ()
        hidden = (_("This row is hidden in the file."),) if self.hidden else ()
        return (*hidden, *map(str, self.reading.warnings), *told)

    def problem(self, name: str, text: Text) -> CellProblem:
        """Something wrong in the cell of a field."""
        label, letter = self.header.label_of(name), self.header.letter_of(name)
        return CellProblem(label, name, str(text), letter)


@dataclass(frozen=True)
class RosterFile:
    """The sheets of a file with their columns, before its rows are read."""

    sheets: Sequence[RosterSheet]
    mapping: RosterMapping
    cities: Mapping[str, int] = field(default_factory=dict)

    @property
    def read(self) -> list[RosterSheet]:
        return [one for one in self.sheets if one.read and one.header]

    @property
    def readable(self) -> bool:
        """Each sheet that is to be read has a name and a city for everybody."""
        read = self.read
        return bool(read) and all(
            one.header
            and (
                usable(one.header, self.mapping)
                or usable(one.header, self.mapping, tells_city=self._tells_city(one))
            )
            for one in read
        )

    def home_of(self, one: RosterSheet, caption: str = "") -> int:
        """The city of a row that names none itself: said by hand, else told by the caption above
        it or by the name of its sheet; 0 when nothing tells."""
        if self.mapping.city:
            return self.cities.get(city_word(self.mapping.city), 0)
        if one.header is None or "city" in one.header.names:
            return 0
        found = self.cities.get(city_word(caption)) if caption else None
        return found or self.cities.get(city_word(_SHEET_WORDS.sub("", one.name)), 0)

    def _tells_city(self, one: RosterSheet) -> bool:
        return bool(self.home_of(one)) or any(
            self.home_of(one, caption) for caption in captions_of(one)
        )

    @property
    def asked_about(self) -> list[RosterSheet]:
        """The sheets whose columns a person may name."""
        best = likeliest(self.sheets)
        return self.read or ([best] if best else [])


@dataclass
class RosterRows:
    """`rows` of every sheet that is read, with `notes` on what was left out."""

    rows: list[tuple[RosterSheet, RosterRow]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def roster_file(
    data: bytes, filename: str, mapping: RosterMapping, by: User | None = None
) -> RosterFile:
    """The sheets of a file. Raises TableRefused. Columns that nobody names now are those that the
    same sender has named before for a file like this."""
    tables = read_table(data, filename)
    found = roster_file_of(tables, mapping)
    if holds_nobody(found.sheets):
        raise TableRefused("nobody", _("Below the column names stands nobody."))
    if mapping.columns or by is None:
        return found
    remembered = remembered_columns(found, by)
    return roster_file_of(tables, replace(mapping, columns=remembered)) if remembered else found


def roster_file_of(tables: Sequence[Sheet], mapping: RosterMapping) -> RosterFile:
    cities = City.objects.values_list("pk", "code", "name", "name_en", "area_code")
    words = {word: pk for pk, *names in cities for word in city_words(*names)}
    return RosterFile(roster_sheets(tables, mapping), mapping, words)


def remembered_columns(found: RosterFile, by: User) -> dict[str, str]:
    """What the sender said about the columns of such sheets."""
    signatures = {one.header.signature for one in found.sheets if one.header}
    rows = ImportMapping.objects.filter(user=by, signature__in=signatures).order_by("changed_at")
    return {key: name for row in rows for key, name in row.columns.items()}


def roster_rows(found: RosterFile) -> RosterRows:
    """The rows about people. Raises RosterUnreadable, and TableRefused for too many of them."""
    if not found.readable:
        raise RosterUnreadable(
            fields={"file": RosterUnreadable.text}, facts={"headers": _first_words(found)}
        )
    answer = RosterRows()
    for one in found.sheets:
        if not one.read or one.header is None:
            answer.notes.append(_("The sheet “%(sheet)s” was left out.") % {"sheet": one.name})
            continue
        rows, skipped = rows_of(one, hidden_too=found.mapping.hidden_rows)
        answer.rows += [(one, row) for row in rows]
        answer.notes += [*_header_notes(one), *_skipped_notes(one.sheet, skipped, rows)]
        if home := found.home_of(one):
            answer.notes += _city_notes(found, one, home)
        if len(answer.rows) > MAX_ROWS:
            raise large(one.name)
    if not answer.rows:
        raise TableRefused("nobody", _("Below the column names stands nobody."))
    return answer


def roster_lines(
    rows: RosterRows, found: RosterFile, progress: Progress | None = None
) -> Iterator[RosterLine]:
    """The facts of each row, and everything that is wrong with it."""
    today = clock.today()
    for number, (one, row) in enumerate(rows.rows, start=1):
        if one.header is None:
            raise AssertionError("Only sheets with column names are read.")
        if progress and number % _TOLD_EACH == 0:
            progress(number)
        home = found.home_of(one, row.caption)
        reading = read_row(one.header, row.cells, found.cities, home=home, typed=one.sheet.typed)
        facts, problems = _checked(reading, today)
        if row.foreign:
            facts, problems = None, {"name": FOREIGN_TABLE}
        line = RosterLine(one.name, row.row, one.header, reading, facts, (), row.hidden)
        if problems:
            told = tuple(line.problem(name, text) for name, text in problems.items())
            line = replace(line, problems=told)
        yield line


def _checked(reading: RowReading, today: dt.date) -> tuple[CheckedFacts | None, dict[str, Text]]:
    """Facts only when nothing at all is wrong; otherwise everything that is."""
    problems = dict(reading.problems)
    try:
        facts = checked_facts(reading.facts, today=today)
    except FactsUnusable as error:
        return None, {**error.problems, **problems}
    return (None if problems else facts), problems


def _first_words(found: RosterFile) -> list[str]:
    words: list[str] = []
    for one in found.sheets:
        if one.header:
            words += [label for label in one.header.labels if label]
        elif one.sheet.rows:
            words += [cell.text for cell in one.sheet.rows[0] if cell.text]
    return words[:60]


def _city_notes(found: RosterFile, one: RosterSheet, home: int) -> Iterator[str]:
    """The city that was not said by hand."""
    if not found.mapping.city:
        yield _("Sheet “%(sheet)s”: the city is taken from the name of the sheet: %(city)s.") % {
            "sheet": one.name,
            "city": City.objects.get(pk=home).local_name,
        }


def _header_notes(one: RosterSheet) -> Iterator[str]:
    header = one.header
    if header is None:
        return
    for label in header.strangers:
        yield _("Sheet “%(sheet)s”: the column “%(column)s” is not known and was left out.") % {
            "sheet": one.name,
            "column": label,
        }
    for label in header.repeated:
        yield _("Sheet “%(sheet)s”: the column “%(column)s” says again what another one says.") % {
            "sheet": one.name,
            "column": label,
        }
    for label in one.hidden_labels:
        yield _("Sheet “%(sheet)s”: the column “%(column)s” is hidden in the file; it is read.") % {
            "sheet": one.name,
            "column": label,
        }
    if not one.sheet.layout_known:
        yield _(
            "Sheet “%(sheet)s”: whether rows or columns are hidden cannot be told from a file of "
            "this kind. All of them are read."
        ) % {"sheet": one.name}


def _skipped_notes(
    sheet: Sheet, skipped: Sequence[SkippedRow], rows: Sequence[RosterRow]
) -> Iterator[str]:
    for reason, numbers in notes_by_reason(skipped):
        yield _reason_text(reason, len(numbers), filtered=sheet.filtered) % {
            "n": len(numbers),
            "sheet": sheet.name,
            "rows": row_spans(numbers),
        }
    hidden = [row.row for row in rows if row.hidden]
    if hidden:
        yield ngettext(
            "Sheet “%(sheet)s”: one hidden row is read, too: %(rows)s.",
            "Sheet “%(sheet)s”: %(n)s hidden rows are read, too: %(rows)s.",
            len(hidden),
        ) % {"n": len(hidden), "sheet": sheet.name, "rows": row_spans(hidden)}


def _reason_text(reason: Reason, count: int, *, filtered: bool) -> str:
    match reason:
        case "hidden" if filtered:
            return ngettext(
                "Sheet “%(sheet)s”: one row is hidden by a filter and was left out: %(rows)s.",
                "Sheet “%(sheet)s”: %(n)s rows are hidden, some by a filter, and were left out: "
                "%(rows)s.",
                count,
            )
        case "hidden":
            return ngettext(
                "Sheet “%(sheet)s”: one row is hidden in the file and was left out: %(rows)s.",
                "Sheet “%(sheet)s”: %(n)s rows are hidden in the file and were left out: %(rows)s.",
                count,
            )
        case "repeated":
            return ngettext(
                "Sheet “%(sheet)s”: one row repeats the column names: %(rows)s.",
                "Sheet “%(sheet)s”: %(n)s rows repeat the column names: %(rows)s.",
                count,
            )
        case "elsewhere":
            return ngettext(
                "Sheet “%(sheet)s”: one row holds nothing in the columns that are read: %(rows)s.",
                "Sheet “%(sheet)s”: %(n)s rows hold nothing in the columns that are read: "
                "%(rows)s.",
                count,
            )
        case _:
            return ngettext(
                "Sheet “%(sheet)s”: one row was taken for a note or caption: %(rows)s.",
                "Sheet “%(sheet)s”: %(n)s rows were taken for notes or captions: %(rows)s.",
                count,
            )
