"""The roster: one SELECT for the people page, CSV, XLSX, JSON lines and the pages of the API.

`RosterWish` is what a caller asks for; `roster_select` makes the statement for the caller's
standing. Pages go by keyset and never count; `roster_count` is for the screen. How orders and
search stay fast: docs/decisions/0012-roster-orders.md.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from psycopg2 import sql

from cohorts.models import Cohort
from cohorts.permissions import may_see_contacts, people_city_ids
from cohorts.queries.standing import Standing
from g60portal.common.tables import guarded
from participants.choices import ACTIVE_STATES
from participants.queries.identities import opened_cell
from participants.queries.roster_columns import Column, Spelling
from participants.rules.names import normalize_name

Ordering = Literal["stroke", "stroke-full", "pinyin", "city", "group", "seat"]

# What an order compares before the seat number, which is unique within a cohort; each has an index.
_ORDERS: dict[str, tuple[str, ...]] = {
    "seat": (),
    "stroke": ("e.stroke_key",),
    "stroke-full": ("e.stroke_full_key",),
    "pinyin": ("e.pinyin_key",),
    "city": ("e.city_position", "e.stroke_key"),
    "group": ("e.group_position", "e.stroke_key"),
}
ORDERINGS = tuple(_ORDERS)
# Beyond this many the screen says "more".
COUNTED = 1000

_KEYS = sql.SQL(" FROM participants_enrollment e")
_WORDS = sql.SQL(" JOIN participants_rosterwords w ON w.enrollment_id = e.id")
_FROM = _KEYS + sql.SQL(
    " JOIN participants_person p ON p.id = e.person_id"
    " JOIN cohorts_city c ON c.id = e.city_id"
    " LEFT JOIN participants_group g ON g.id = e.group_id"
)
_IDENTITY = sql.SQL(" LEFT JOIN participants_sealedidentity i ON i.person_id = p.id")
# The numbers of the sealed column, opened outside of the database.
_SEALED = sql.SQL(
    "coalesce(i.person_id::text || ':' || i.key_version || ':' || encode(i.sealed, 'hex'), '')"
)
# Those who see phones masked may search by what the mask shows.
_SHOWN_DIGITS = 4
# The words hold single characters and pairs: a longer text has to be compared as well.
_PAIR = 2


@dataclass(frozen=True)
class RosterWish:
    """Filters and order. `group_id` 0 means those without a group, `seated` those with a seat."""

    ordering: Ordering = "seat"
    city: str = ""
    state: str = ""
    group_id: int | None = None
    q: str = ""
    seated: bool = False


@dataclass(frozen=True)
class Page:
    """Rows as texts and numbers in the order of the columns; the cursors of its neighbors."""

    rows: list[tuple[Any, ...]]
    next: str = ""
    previous: str = ""


def roster_select(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    wish: RosterWish,
    *,
    spelling: Spelling = "codes",
    guard: bool = False,
    sealed: bool = False,
) -> sql.Composed:
    """The whole roster in order. `guard` keeps free text from being a formula (CSV); `sealed`
    selects the identity column as `_SEALED`, for a caller who may open it."""
    return sql.SQL("SELECT {columns}{source} WHERE {where} ORDER BY {order}").format(
        columns=_selected(standing, columns, spelling, guard=guard, sealed=sealed),
        source=_source(columns, wish),
        where=_where(cohort, standing, wish),
        order=_order(wish.ordering),
    )


def roster_page(
    cohort: Cohort,
    standing: Standing,
    columns: Sequence[Column],
    wish: RosterWish,
    *,
    limit: int,
    cursor: str = "",
    spelling: Spelling = "codes",
    reveal: bool = False,
) -> Page:
    """One page beside the row that the cursor names; an unreadable cursor means the first page.

    The keys are read in a narrow inner query, so a page costs the same at any depth. `reveal` opens
    identity numbers: the caller may, has them among the columns, and has written it down.
    """
    backwards, seat = _read_cursor(cursor)
    where = [_where(cohort, standing, wish)]
    if seat:
        where.append(_beside(cohort, wish.ordering, seat, backwards=backwards))
    inner = sql.SQL("SELECT e.id{source} WHERE {where} ORDER BY {order} LIMIT {limit}").format(
        source=_searched(_KEYS, wish),
        where=sql.SQL(" AND ").join(where),
        order=_order(wish.ordering, backwards=backwards),
        limit=sql.Literal(limit + 1),
    )
    statement = sql.SQL(
        "SELECT e.seat, {columns}{source} WHERE e.id IN ({inner}) ORDER BY {order}"
    ).format(
        columns=_selected(standing, columns, spelling, sealed=reveal),
        source=_source(columns, RosterWish()),
        inner=inner,
        order=_order(wish.ordering, backwards=backwards),
    )
    found = _fetched(statement)
    if reveal:
        found = _opened(found, columns)
    return _page(found, limit, backwards=backwards, has_cursor=bool(seat))


def roster_count(cohort: Cohort, standing: Standing, wish: RosterWish) -> int:
    """How many fit, or COUNTED + 1 when there are more."""
    statement = sql.SQL(
        "SELECT count(*) FROM (SELECT 1{source} WHERE {where} LIMIT {limit}) AS fitting"
    ).format(
        source=_searched(_KEYS, wish),
        where=_where(cohort, standing, wish),
        limit=sql.Literal(COUNTED + 1),
    )
    return int(_fetched(statement)[0][0])


# Parts of the statement


def _selected(
    standing: Standing,
    columns: Sequence[Column],
    spelling: Spelling,
    *,
    guard: bool = False,
    sealed: bool = False,
) -> sql.Composed:
    parts = []
    for column in columns:
        expression = column.expression(column.access(standing), spelling)
        if sealed and column.name == "identity":
            expression = _SEALED
        elif guard and column.free:
            expression = guarded(expression)
        parts.append(sql.SQL("{} AS {}").format(expression, sql.Identifier(column.name)))
    return sql.SQL(", ").join(parts)


def _source(columns: Sequence[Column], wish: RosterWish) -> sql.Composable:
    """The sealed table is joined only when somebody looks at its column."""
    needed = any(column.name == "identity" for column in columns)
    return _searched(_FROM + _IDENTITY if needed else _FROM, wish)


def _searched(source: sql.Composable, wish: RosterWish) -> sql.Composable:
    """With the words, when something is searched."""
    return source + _WORDS if wish.q.strip() else source


def _where(cohort: Cohort, standing: Standing, wish: RosterWish) -> sql.Composable:
    parts: list[sql.Composable] = [sql.SQL("e.cohort_id = {}").format(sql.Literal(cohort.pk))]
    cities = people_city_ids(standing)
    if cities is not None:
        ids = sql.Literal(sorted(cities))
        parts.append(sql.SQL("e.city_id = ANY({}::bigint[])").format(ids))
    if wish.city:
        code = sql.Literal(wish.city)
        parts.append(
            sql.SQL("e.city_id = (SELECT id FROM cohorts_city WHERE code = {})").format(code)
        )
    if wish.state:
        parts.append(sql.SQL("e.state = {}").format(sql.Literal(wish.state)))
    if wish.seated:
        states = sql.Literal([str(state) for state in ACTIVE_STATES])
        parts.append(sql.SQL("e.state = ANY({})").format(states))
    if wish.group_id == 0:
        parts.append(sql.SQL("e.group_id IS NULL"))
    elif wish.group_id:
        parts.append(sql.SQL("e.group_id = {}").format(sql.Literal(wish.group_id)))
    if wish.q.strip():
        parts.append(_search(wish.q, sees_phones=may_see_contacts(standing)))
    return sql.SQL(" AND ").join(parts)


def _search(raw: str, *, sees_phones: bool) -> sql.Composable:
    """Characters of the name or employer, pinyin from its beginning, initials, the phone's end."""
    q = normalize_name(raw)
    letters = _letters(q)
    numeric = q.isdigit() and q.isascii() and (sees_phones or len(q) == _SHOWN_DIGITS)
    digits = q if numeric else ""
    found = _among_words(q, letters, digits)
    if len(q) <= _PAIR:
        return found
    exact = sql.SQL(
        "e.organization_name ILIKE {0} OR EXISTS"
        " (SELECT 1 FROM participants_person p WHERE p.id = e.person_id AND p.name ILIKE {0})"
    ).format(sql.Literal(f"%{_like(q)}%"))
    if letters or digits:
        exact = sql.SQL("{} OR {}").format(_among_words("", letters, digits), exact)
    return sql.SQL("{} AND ({})").format(found, exact)


def _among_words(q: str, letters: str, digits: str) -> sql.Composed:
    needle = sql.SQL(", ").join(map(sql.Literal, (q, letters, digits)))
    return sql.SQL("w.words @@ participants_roster_needle({})").format(needle)


def _letters(q: str) -> str:
    """Small plain letters without blanks and apostrophes; nothing when other writing is there."""
    letters = "".join(
        character for character in q.lower().replace("ü", "v") if character not in " '’.-"
    )
    return letters if letters.isascii() and letters.isalpha() else ""


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _order(ordering: str, *, backwards: bool = False) -> sql.Composable:
    direction = " DESC" if backwards else ""
    keys = [f"{key}{direction}" for key in (*_ORDERS[ordering], "e.seat")]
    return sql.SQL(", ").join(map(sql.SQL, keys))


def _beside(cohort: Cohort, ordering: str, seat: int, *, backwards: bool) -> sql.Composable:
    """Rows after (or before) that seat. Only the seat travels in addresses, never a name's key."""
    keys = sql.SQL(", ").join(map(sql.SQL, (*_ORDERS[ordering], "e.seat")))
    there = sql.SQL(
        "SELECT {keys}{source} WHERE e.cohort_id = {cohort} AND e.seat = {seat}"
    ).format(keys=keys, source=_KEYS, cohort=sql.Literal(cohort.pk), seat=sql.Literal(seat))
    sign = sql.SQL("<" if backwards else ">")
    return sql.SQL("({}) {} ({})").format(keys, sign, there)


# Cursors and rows


def _page(found: list[tuple[Any, ...]], limit: int, *, backwards: bool, has_cursor: bool) -> Page:
    more, rows = len(found) > limit, found[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    before = more if backwards else has_cursor
    after = has_cursor if backwards else more
    return Page(
        [row[1:] for row in rows],
        next=_cursor("a", rows[-1][0]) if after else "",
        previous=_cursor("b", rows[0][0]) if before else "",
    )


def _opened(found: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """The rows, which begin with the seat, with the sealed column in clear."""
    at = 1 + [column.name for column in columns].index("identity")
    return [(*row[:at], opened_cell(row[at]), *row[at + 1 :]) for row in found]


def _cursor(side: str, seat: int) -> str:
    return base64.urlsafe_b64encode(f"{side}{seat}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[bool, int]:
    """Whether to go back, and from which seat; no seat for anything that we did not write."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False, 0
    side, digits = text[:1], text[1:10]
    if side not in {"a", "b"} or not digits.isdigit():
        return False, 0
    return side == "b", int(digits)


def _fetched(statement: sql.Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
