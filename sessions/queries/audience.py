"""Who a release concerns: who holds a seat, in which group, and what each was last told.

Somebody was told of a release when the message about it is sent or on its way. What still waits,
was taken back or failed has told nobody anything: the next release then speaks of everything since
the release before. Nothing here writes.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from cohorts.models import Cohort
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from participants.models import Enrollment
from sessions.models import Release, ReleasedGroup

ITINERARY_RELEASED = "itinerary_released"
CHANGE_DIGEST = "change_digest"
NEWS_KINDS = (ITINERARY_RELEASED, CHANGE_DIGEST)

# Messages about releases that have told nobody anything and are not taken over by others.
UNSENT = """
    scope = %(scope)s AND kind = ANY(%(kinds)s)
    AND state NOT IN ('sent', 'sending') AND NOT context ? 'superseded_by'
    AND copy_of_id IS NULL
"""
UNSENT_COLUMNS = """
    id, after_id, state, (context ->> 'enrollment')::bigint, (context ->> 'previous')::bigint,
    (context ->> 'group_then')::bigint, context ? 'taken_back'
"""
_UNSENT_ROWS = "SELECT {columns} FROM notices_notice WHERE {unsent}"
# A message that is sent, or on its way, counts as heard; once it was to be sent, only the former.
TOLD_STATES = frozenset({NoticeState.SENT, NoticeState.SENDING})
ARRIVED_STATES = frozenset({NoticeState.SENT})

# Enrollment id → group id (None: in no group).
Membership = Mapping[int, int | None]


@dataclass(frozen=True)
class Base:
    """What a person knows: a release (None: nothing yet), seen from the group then. `taken_back`
    when organizers have stopped the message that would have told more."""

    release: int | None = None
    group: int | None = None
    taken_back: bool = False


NOTHING = Base()


# A move as a plain tuple: release, group then, group now.
MoveKey = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Move:
    """People who know the same, were in one group then and are in one now."""

    base: int | None
    group_then: int | None
    group_now: int | None

    @property
    def key(self) -> MoveKey:
        return self.base, self.group_then, self.group_now

    @property
    def newcomer(self) -> bool:
        """Told nothing so far: gets the whole itinerary."""
        return self.base is None


@dataclass(frozen=True)
class Audience:
    """The people of a cohort before a release; `previous` is the id of the one in force."""

    previous: int | None = None
    then: Membership = field(default_factory=dict)
    now: Membership = field(default_factory=dict)
    untold: Mapping[int, Base] = field(default_factory=dict)

    def move_of(self, enrollment_id: int) -> Move:
        base = self._base_of(enrollment_id)
        return Move(base.release, base.group, self.now[enrollment_id])

    @cached_property
    def moves(self) -> Mapping[Move, int]:
        """How many people made which move; few different ones, however many people."""
        counts = Counter(key for _pk, key in self.each())
        return {Move(*key): count for key, count in counts.items()}

    def each(self) -> Iterator[tuple[int, MoveKey]]:
        """Each person with what makes the move. Plain tuples: a release reads 10,000 of them."""
        known, previous, group_then = self.then, self.previous, self.then.get
        if not self.untold:
            for pk, group in self.now.items():
                yield pk, (previous if pk in known else None, group_then(pk), group)
            return
        for pk, group in self.now.items():
            base = self._base_of(pk)
            yield pk, (base.release, base.group, group)

    @property
    def taken_back(self) -> list[int]:
        """People who hear of the last release only by the next one."""
        return [pk for pk, base in self.untold.items() if base.taken_back and pk in self.now]

    @property
    def base_ids(self) -> set[int]:
        """The releases that somebody knows last."""
        return {move.base for move in self.moves if move.base is not None}

    def _base_of(self, enrollment_id: int) -> Base:
        if enrollment_id not in self.then:
            return NOTHING
        known = self.untold.get(enrollment_id)
        return known or Base(self.previous, self.then[enrollment_id])


def audience_of(
    cohort: Cohort, previous: Release | None, untold: Mapping[int, Base] | None = None
) -> Audience:
    """Read now; `untold` where the caller knows it already."""
    return Audience(
        previous=previous.pk if previous else None,
        then=released_membership(previous),
        now=present_membership(cohort),
        untold=untold_people(cohort) if untold is None else untold,
    )


class Message(NamedTuple):
    """A message about a release as far as it matters what its reader knows. `after`: the message
    that may have been on its way when this one was written."""

    id: int
    after: int | None
    state: str
    enrollment: int
    base: Base


def untold_people(cohort: Cohort) -> dict[int, Base]:
    """Those whose last message has not reached them, by enrollment, with what they know."""
    statement = _UNSENT_ROWS.format(columns=UNSENT_COLUMNS, unsent=UNSENT)
    with connection.cursor() as cursor:
        cursor.execute(statement, unsent_facts(cohort))
        return untold_by(cursor.fetchall())


def unsent_facts(cohort: Cohort) -> dict[str, Any]:
    return {"scope": cohort.code, "kinds": list(NEWS_KINDS)}


def untold_by(rows: Iterable[tuple[Any, ...]]) -> dict[int, Base]:
    """From the rows of `UNSENT_COLUMNS`: of each person the last message decides, unless a later
    one, which allowed for it, has been sent."""
    unsent = {
        pk: Message(pk, after, state, enrollment_id, Base(*known))
        for pk, after, state, enrollment_id, *known in rows
    }
    earlier = unsent | messages_before({one.after for one in unsent.values()} - unsent.keys())
    told = {unsent[pk].enrollment for pk in _overtaken(unsent)}
    last = {one.enrollment: one for _pk, one in sorted(unsent.items())}
    stopped = {one.enrollment for one in unsent.values() if one.base.taken_back}
    return {
        enrollment_id: replace(
            heard(message, earlier, TOLD_STATES), taken_back=enrollment_id in stopped
        )
        for enrollment_id, message in last.items()
        if enrollment_id not in told
    }


def heard(message: Message, earlier: Mapping[int, Message], told: Container[str]) -> Base:
    """What the reader of a message knows: what it was written from, or less where the message
    before it was on its way then and did not arrive."""
    before = earlier.get(message.after or 0)
    while before is not None and before.state not in told:
        message, before = before, earlier.get(before.after or 0)
    return message.base


def messages_before(keys: Iterable[int | None]) -> dict[int, Message]:
    """These messages and whatever they came after: hardly ever any."""
    found: dict[int, Message] = {}
    wanted = {pk for pk in keys if pk is not None}
    while wanted:
        rows = [message_of(row) for row in Notice.objects.filter(pk__in=wanted)]
        found.update((row.id, row) for row in rows)
        wanted = {row.after for row in rows if row.after is not None} - found.keys()
    return found


def message_of(notice: Notice) -> Message:
    base = Base(notice.context.get("previous"), notice.context.get("group_then"))
    enrollment_id = int(notice.context["enrollment"])
    return Message(notice.pk, notice.after_id, notice.state, enrollment_id, base)


def _overtaken(messages: Mapping[int, Message]) -> set[int]:
    """Those with a later message after them that is sent or on its way."""
    later = Notice.objects.filter(after__in=list(messages), state__in=TOLD_STATES)
    return {pk for pk in later.values_list("after_id", flat=True) if pk} if messages else set()


def present_membership(cohort: Cohort) -> dict[int, int | None]:
    """The groups of those who hold a seat now."""
    seated = Enrollment.objects.filter(cohort=cohort).active()
    return dict(seated.values_list("pk", "group_id"))


def released_membership(release: Release | None) -> dict[int, int | None]:
    """The groups as they were when the release went out."""
    if release is None:
        return {}
    rows = ReleasedGroup.objects.filter(release=release)
    return {pk: row.group_id_then for row in rows for pk in row.enrollment_ids}
