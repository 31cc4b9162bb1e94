"""The log of writes, read: what is new since a board last looked, what its reader can undo or do
again, and what others have changed in a session since somebody read it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.common.clock import local
from sessions.models import SessionChange
from sessions.queries.clash_marks import Marks, Moved, marks_after
from sessions.queries.timetable import session_shapes, sessions_found
from sessions.rules.pictures import differing

# So many acts can be undone one after the other.
DEEPEST_UNDO = 50
# A board that has missed more writes than this is quicker loaded anew.
LONGEST_NEWS = 400

# Asked by every board again and again: each step finds its few rows by an index, however long the
# log. What can be done again was undone by an undo that no new act of its author has followed; as
# undoing goes back in time, the oldest of it was undone last.
_NEXT_ACTS = """
      WITH own AS NOT MATERIALIZED (
           SELECT * FROM training_sessions_sessionchange
            WHERE cohort_id = %(cohort)s AND by_id = %(user)s
      ), standing AS MATERIALIZED (
           SELECT batch FROM own WHERE role = 'plain' AND undone_at IS NULL
            ORDER BY id DESC LIMIT 1
      ), undone AS MATERIALIZED (
           SELECT DISTINCT batch FROM own
            WHERE role = 'undo' AND id > (SELECT id FROM own WHERE role = 'plain'
                                           ORDER BY id DESC LIMIT 1)
      ), again AS MATERIALIZED (
           SELECT undone.batch, taken.first
             FROM undone CROSS JOIN LATERAL (
                  SELECT min(id) AS first FROM own
                   WHERE own.batch = undone.batch AND role = 'plain' AND undone_at IS NOT NULL
                  ) taken
            WHERE taken.first IS NOT NULL
      ), next AS MATERIALIZED (
           SELECT batch FROM standing WHERE (SELECT count(*) FROM again) < %(deepest)s
            UNION ALL
           (SELECT batch FROM again ORDER BY first LIMIT 1)
      )
    SELECT own.* FROM next JOIN own ON own.batch = next.batch
     WHERE own.role = 'plain' ORDER BY own.id
"""


@dataclass(frozen=True, slots=True)
class News:
    """What some writes have come to: the sessions that they wrote, as these are now; others whose
    clash marks they have changed; the ids of those that are no more. `last` is the number of the
    newest write among them."""

    last: int
    sessions: list[dict[str, Any]]
    others: list[dict[str, Any]]
    gone: list[int]


@dataclass(frozen=True, slots=True)
class Deed:
    """An act that can be undone or done again: the title of its first session, and of how many."""

    title: str
    count: int

    def shape(self) -> dict[str, Any]:
        return {"title": self.title, "count": self.count}


def last_change_id(cohort: Cohort) -> int:
    """The number of the newest write. Read it before the sessions, never after: what comes in
    between is then told once more instead of being missed."""
    newest = (
        SessionChange.objects.filter(cohort=cohort).order_by("-pk").values_list("pk", flat=True)
    )
    return newest.first() or 0


def news_after(cohort: Cohort, since: int) -> News | None:
    """All that has been written after the number; None when that is too much to tell."""
    rows = SessionChange.objects.filter(cohort=cohort, pk__gt=since).order_by("pk")
    found = list(rows[: LONGEST_NEWS + 1])
    return None if len(found) > LONGEST_NEWS else news_of(cohort, found, since=since)


def news_of(
    cohort: Cohort, written: Iterable[SessionChange], *, since: int = 0, also: Iterable[int] = ()
) -> News:
    """What these writes, in their order, have come to. `also`: sessions to tell of in any case."""
    last, moved = since, dict[int, Moved]()
    for row in written:
        key, last = row.session_id_then, row.pk
        before = moved[key].before if key in moved else row.before
        moved[key] = Moved(key, before, row.after)
    asked = dict.fromkeys([*moved, *also])
    if not asked:
        return News(since, [], [], [])
    marks = marks_after(cohort, list(moved.values()), also=also)
    shapes = _shapes(cohort, {*asked, *marks.changed}, marks)
    return News(
        last=last,
        sessions=[shapes[key] for key in asked if key in shapes],
        others=[shape for key, shape in shapes.items() if key not in asked],
        gone=[key for key in moved if key not in shapes],
    )


def deeds_of(cohort: Cohort, user: User) -> tuple[Deed | None, Deed | None]:
    """What this user would undo and what it would do again, in one query."""
    undo, redo = _next_acts(cohort, user)
    return _deed(undo), _deed(redo)


def act_to_undo(cohort: Cohort, user: User) -> list[SessionChange]:
    """The writes of the user's last act that stands, in their order; none when there is none, or
    when the user has gone back as far as it can."""
    return _next_acts(cohort, user)[0]


def act_to_redo(cohort: Cohort, user: User) -> list[SessionChange]:
    """The writes of the act that the user has undone last, unless it has acted anew since."""
    return _next_acts(cohort, user)[1]


def news_since(key: int, version: int) -> dict[str, Any]:
    """What others have made of a session since that version: `theirs` (facts and their values now,
    named as in the API), `by` and `at` of the last of them."""
    rows = list(
        SessionChange.objects.filter(session_id_then=key, version__gt=version)
        .select_related("by")
        .order_by("pk")
    )
    if not rows:
        return {"theirs": {}, "by": None, "at": None}
    before, after = rows[0].before or {}, rows[-1].after or {}
    last = rows[-1]
    return {
        "theirs": {
            name: _shown(name, after[name]) for name in sorted(differing(before, after) & {*after})
        },
        "by": str(last.by) if last.by else None,
        "at": local(last.at).isoformat(),
    }


def _shapes(cohort: Cohort, keys: set[int], marks: Marks) -> dict[int, dict[str, Any]]:
    """The sessions by id, in the order of their ids. Most have been read with their marks."""
    rows = [row for row in marks.rows if row.pk in keys]
    if missing := keys - {row.pk for row in rows}:
        rows += sessions_found(cohort).filter(pk__in=missing)
        rows.sort(key=lambda row: row.pk)
    shapes = session_shapes(rows, cohort.code, marks.now)
    return {shape["id"]: shape for shape in shapes}


def _next_acts(cohort: Cohort, user: User) -> tuple[list[SessionChange], list[SessionChange]]:
    """The writes of the act that undo takes back, and of the one that redo does again."""
    facts = {"cohort": cohort.pk, "user": user.pk, "deepest": DEEPEST_UNDO}
    rows = list(SessionChange.objects.raw(_NEXT_ACTS, facts))
    return (
        [row for row in rows if row.undone_at is None],
        [row for row in rows if row.undone_at is not None],
    )


def _deed(rows: Sequence[SessionChange]) -> Deed | None:
    if not rows:
        return None
    picture = rows[0].after or rows[0].before or {}
    english = (get_language() or "").startswith("en")
    title = (picture["title_en"] if english else "") or picture["title"]
    return Deed(title, len(rows))


def _shown(name: str, value: Any) -> Any:
    return float(value) if name == "hours" else value
