"""The roster as it stood at an instant, and what differs between two: by the columns, masks and
cities of the present roster, so that the past shows nobody more than today does.

Read from `RosterPast`; what the columns call e, p, c, g and i are rows of that time here.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from psycopg2 import sql

from cohorts.models import Cohort
from cohorts.permissions import people_city_ids
from cohorts.queries.standing import Standing
from g60portal.common.tables import copied_xlsx, copy_stream, guarded
from participants.choices import ACTIVE_STATES, Change, PastKind
from participants.models import RosterPast
from participants.queries.roster_columns import Column, Spelling
from participants.queries.roster_stream import ByteStream

# The columns of which a past is kept.
PAST_COLUMNS = frozenset(
    {
        "seat", "name", "name_latin", "gender", "city", "organization", "title", "group", "state",
        "phone", "email", "identity", "language",
    }
)  # fmt: skip
FileFormat = Literal["csv", "xlsx"]
FILE_FORMATS: tuple[FileFormat, ...] = ("csv", "xlsx")

_AT = "{0}.begins_at <= {1} AND ({0}.ends_at > {1} OR {0}.ends_at IS NULL)"
_ENROLLMENTS = sql.SQL(
    "SELECT x.row_id AS id, (x.facts->>'person_id')::bigint AS person_id,"
    " (x.facts->>'seat')::int AS seat, (x.facts->>'city_id')::bigint AS city_id,"
    " x.facts->>'organization_name' AS organization_name, x.facts->>'title' AS title,"
    " (x.facts->>'group_id')::bigint AS group_id, x.facts->>'state' AS state"
    " FROM participants_rosterpast x"
    " WHERE x.kind = 'enrollment' AND x.cohort_id = {cohort} AND {valid}"
)
_BESIDE = sql.SQL(
    "SELECT x.row_id AS id, {facts} FROM participants_rosterpast x"
    " WHERE x.kind = {kind} AND {valid}"
)
_PERSON = ("name", "latin_name", "gender", "phone", "email", "language")
_ROSTER = sql.SQL(
    "SELECT e.id AS enrollment, e.seat AS number, e.state = ANY({active}) AS active, {columns}"
    " FROM ({enrollments}) e"
    " LEFT JOIN ({people}) p ON p.id = e.person_id"
    " LEFT JOIN cohorts_city c ON c.id = e.city_id"
    " LEFT JOIN ({groups}) g ON g.id = e.group_id"
    " LEFT JOIN ({papers}) i ON i.id = e.person_id"
    " WHERE {seen}"
)
_CHANGE = sql.SQL(
    "CASE WHEN coalesce(n.active, FALSE) AND NOT coalesce(o.active, FALSE) THEN {came}"
    " WHEN coalesce(o.active, FALSE) AND NOT coalesce(n.active, FALSE) THEN {left}"
    " ELSE {changed} END"
).format(
    came=sql.Literal(str(Change.CAME)),
    left=sql.Literal(str(Change.LEFT)),
    changed=sql.Literal(str(Change.CHANGED)),
)


@dataclass(frozen=True)
class Span:
    """From an instant until another."""

    begin: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Entry:
    """What became of one enrollment. `before` and `after` are texts by column; None = not there."""

    enrollment: int
    seat: int
    change: str
    before: dict[str, str] | None
    after: dict[str, str] | None

    @property
    def changed(self) -> list[str]:
        """The columns that differ, when there is a row on both sides."""
        if self.before is None or self.after is None:
            return []
        return [name for name, text in self.before.items() if self.after[name] != text]


def past_columns(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.name in PAST_COLUMNS]


def recorded_since(cohort: Cohort) -> dt.datetime | None:
    """Before this instant nobody wrote down what the roster was; None = everything is known."""
    rows = RosterPast.objects.filter(
        cohort=cohort, kind=PastKind.ENROLLMENT, begin_known=False
    ).order_by("-begins_at")
    return rows.values_list("begins_at", flat=True).first()


def roster_at(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    at: dt.datetime,
    *,
    spelling: Spelling = "codes",
) -> dict[int, dict[str, str]]:
    """The rows at an instant by enrollment, as texts by column."""
    found = _fetched(_roster_at(cohort, standing, columns, at, spelling))
    return {row[0]: _named(columns, row[3:]) for row in found}


def roster_difference(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    span: Span,
    *,
    limit: int,
    after: int = 0,
    spelling: Spelling = "codes",
) -> list[Entry]:
    """The first `limit` that differ, by enrollment, behind the enrollment `after`."""
    statement = sql.SQL(
        "WITH {both} SELECT coalesce(n.enrollment, o.enrollment) AS enrollment,"
        " coalesce(n.number, o.number), {change}, o.enrollment IS NOT NULL,"
        " n.enrollment IS NOT NULL, {befores}, {afters}"
        " FROM o FULL JOIN n ON n.enrollment = o.enrollment"
        " WHERE ({befores}) IS DISTINCT FROM ({afters})"
        " AND coalesce(n.enrollment, o.enrollment) > {after} ORDER BY 1 LIMIT {limit}"
    ).format(
        both=_both(cohort, standing, columns, span, spelling),
        change=_CHANGE,
        befores=_side("o", columns),
        afters=_side("n", columns),
        after=sql.Literal(after),
        limit=sql.Literal(limit),
    )
    width = len(columns)
    return [
        Entry(
            row[0],
            row[1],
            row[2],
            _named(columns, row[5 : 5 + width]) if row[3] else None,
            _named(columns, row[5 + width :]) if row[4] else None,
        )
        for row in _fetched(statement)
    ]


def difference_stream(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    span: Span,
    *,
    format: FileFormat,  # noqa: A002 - the word of the API
) -> ByteStream:
    """A line for every value that differs, in words; those who came or left with all of theirs."""
    header = [
        pgettext("roster", "Change"),
        _("Seat number"),
        _("Name"),
        pgettext("roster", "Column"),
        pgettext("roster", "Before"),
        pgettext("roster", "After"),
    ]
    select = _lines_select(cohort, standing, columns, span, guard=format == "csv")
    params = connection.get_connection_params()
    if format == "csv":
        return ByteStream(copy_stream(params, select, header=header))
    chunks = copy_stream(params, select, format="text")
    return ByteStream(_closing_xlsx(header, chunks))


def _closing_xlsx(header: Sequence[str], chunks: Any) -> Any:
    with closing(chunks):
        yield from copied_xlsx(header, chunks)


def _lines_select(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    span: Span,
    *,
    guard: bool,
) -> sql.Composed:
    named = [*columns] if any(one.name == "name" for one in columns) else []
    name = sql.SQL("coalesce(n.name, o.name)") if named else sql.SQL("''")
    values = sql.SQL(", ").join(
        sql.SQL("({place}, {header}, o.{name}, n.{name})").format(
            place=sql.Literal(place),
            header=sql.Literal(str(column.header)),
            name=sql.Identifier(column.name),
        )
        for place, column in enumerate(columns)
    )
    texts = [name, sql.SQL("coalesce(v.before, '')"), sql.SQL("coalesce(v.after, '')")]
    person, before, after = [guarded(text) if guard else text for text in texts]
    words = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(value), sql.Literal(str(label)))
        for value, label in Change.choices
    )
    return sql.SQL(
        "WITH {both} SELECT CASE {change} {words} END, coalesce(n.number, o.number), {person},"
        " v.header, {before}, {after}"
        " FROM o FULL JOIN n ON n.enrollment = o.enrollment"
        " CROSS JOIN LATERAL (VALUES {values}) AS v (place, header, before, after)"
        " WHERE coalesce(v.before, '') <> coalesce(v.after, '')"
        " ORDER BY coalesce(n.number, o.number), coalesce(n.enrollment, o.enrollment), v.place"
    ).format(
        both=_both(cohort, standing, columns, span, "words"),
        change=_CHANGE,
        words=words,
        person=person,
        before=before,
        after=after,
        values=values,
    )


def _both(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    span: Span,
    spelling: Spelling,
) -> sql.Composed:
    return sql.SQL("o AS ({}), n AS ({})").format(
        _roster_at(cohort, standing, columns, span.begin, spelling),
        _roster_at(cohort, standing, columns, span.end, spelling),
    )


def _side(side: str, columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(side, column.name) for column in columns)


def _roster_at(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    at: dt.datetime,
    spelling: Spelling,
) -> sql.Composed:
    valid = sql.SQL(_AT.format("x", "{at}")).format(at=sql.Literal(at))
    shown = sql.SQL(", ").join(
        sql.SQL("coalesce(({})::text, '') AS {}").format(
            column.expression(column.access(standing), spelling), sql.Identifier(column.name)
        )
        for column in columns
    )
    cities = people_city_ids(standing)
    seen = sql.SQL("TRUE")
    if cities is not None:
        seen = sql.SQL("e.city_id = ANY({}::bigint[])").format(sql.Literal(sorted(cities)))
    return _ROSTER.format(
        active=sql.Literal([str(state) for state in ACTIVE_STATES]),
        columns=shown,
        enrollments=_ENROLLMENTS.format(cohort=sql.Literal(cohort.pk), valid=valid),
        people=_beside(PastKind.PERSON, _PERSON, valid),
        groups=_beside(PastKind.GROUP, ("name",), valid),
        papers=_beside(PastKind.IDENTITY, ("masked",), valid),
        seen=seen,
    )


def _beside(kind: PastKind, names: Sequence[str], valid: sql.Composable) -> sql.Composed:
    facts = sql.SQL(", ").join(
        sql.SQL("x.facts->>{} AS {}").format(sql.Literal(name), sql.Identifier(name))
        for name in names
    )
    return _BESIDE.format(facts=facts, kind=sql.Literal(str(kind)), valid=valid)


def _named(columns: Sequence[Column], texts: Sequence[str]) -> dict[str, str]:
    return dict(zip((column.name for column in columns), texts, strict=True))


def _fetched(statement: sql.Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
