"""What publishing at this moment would do: what differs, whom it concerns, what each is told.

The action that publishes decides by the same figures. Nothing here writes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cohorts.models import Cohort
from sessions.models import Release
from sessions.queries.audience import Audience, Move, audience_of
from sessions.queries.releases import (
    Picture,
    draft_sessions,
    draft_slots,
    latest_release,
    pictures_of,
)
from sessions.rules.release_diff import (
    Change,
    ReleaseDiff,
    Slot,
    Timetable,
    changes_between,
    changes_for,
    diff_of,
)
from sessions.rules.release_fingerprint import fingerprint_of


@dataclass(frozen=True)
class Preview:
    """What publishing now would do. `affected` holds, by move, what those people are told who know
    an earlier release; newcomers get the whole itinerary instead."""

    previous: Release | None
    pasts: Mapping[int, Picture]
    slots: Mapping[int, Slot]
    audience: Audience
    affected: Mapping[Move, Sequence[Change]]

    @property
    def number(self) -> int:
        return self.previous.number + 1 if self.previous else 1

    @property
    def past(self) -> Picture:
        """The release in force."""
        return self.pasts[self.previous.pk] if self.previous else Picture()

    @cached_property
    def diff(self) -> ReleaseDiff:
        return diff_of(self.past.slots, self.slots)

    @cached_property
    def changes(self) -> Sequence[Change]:
        return changes_between(self.past.slots, self.slots)

    @cached_property
    def told_counts(self) -> Mapping[int, int]:
        """How many people are told of a session's change, by session."""
        told: Counter[int] = Counter()
        for move, changes in self.affected.items():
            for change in changes:
                told[change.slot.session_id] += self.audience.moves[move]
        return told

    @property
    def newcomer_count(self) -> int:
        return sum(count for move, count in self.audience.moves.items() if move.newcomer)

    @property
    def affected_count(self) -> int:
        return sum(self.audience.moves[move] for move in self.affected)

    @property
    def people_count(self) -> int:
        return len(self.audience.now)

    @property
    def told_count(self) -> int:
        return self.newcomer_count + self.affected_count

    @cached_property
    def has_news(self) -> bool:
        """A difference in the timetable, or somebody to tell whom no waiting message will tell."""
        if self.diff or self.previous is None:
            return bool(self.diff)
        stopped = (self.audience.move_of(pk) for pk in self.audience.taken_back)
        return self._people_moved() or any(self.concerns(move) for move in stopped)

    @cached_property
    def fingerprint(self) -> str:
        """Of the timetable that would be released, and of the release it would follow."""
        return fingerprint_of(self.number, self.slots)

    @property
    def tells_everybody(self) -> bool:
        return self.told_count == self.people_count

    @cached_property
    def told_ids(self) -> list[int]:
        """The enrollments of those who would get a mail."""
        return [pk for pk, _move in self.told_people()]

    def told_people(self) -> Iterator[tuple[int, Move]]:
        """Everybody who would get a mail, with the move."""
        told = {move.key: move for move in self.audience.moves if self.concerns(move)}
        for pk, key in self.audience.each():
            if key in told:
                yield pk, told[key]

    def _people_moved(self) -> bool:
        """Whether somebody has joined or changed groups so that the itinerary is another one."""
        tables = {pk: past.slots for pk, past in self.pasts.items()}
        moves = replace(self.audience, untold={}).moves
        return any(move.newcomer for move in moves) or bool(
            affected_moves(moves, tables, self.slots)
        )

    def concerns(self, move: Move) -> bool:
        return move.newcomer or move in self.affected


def preview_of(cohort: Cohort) -> Preview:
    """What publishing at this moment would say, and to whom."""
    previous = latest_release(cohort)
    audience = audience_of(cohort, previous)
    pasts = past_pictures(previous, audience)
    told = pasts[previous.pk].slots if previous else {}
    return preview_from(previous, pasts, draft_slots(draft_sessions(cohort), told), audience)


def past_pictures(previous: Release | None, audience: Audience) -> dict[int, Picture]:
    """The release in force, and those that people know who missed something since."""
    if previous is None:
        return {}
    missed = audience.base_ids - {previous.pk}
    others = Release.objects.filter(pk__in=missed) if missed else ()
    return pictures_of([previous, *others])


def preview_from(
    previous: Release | None,
    pasts: Mapping[int, Picture],
    slots: Mapping[int, Slot],
    audience: Audience,
) -> Preview:
    """The same from facts already read."""
    tables = {pk: past.slots for pk, past in pasts.items()}
    return Preview(
        previous=previous,
        pasts=pasts,
        slots=slots,
        audience=audience,
        affected=affected_moves(audience.moves, tables, slots),
    )


def affected_moves(
    moves: Iterable[Move], pasts: Mapping[int, Timetable], new: Timetable
) -> dict[Move, list[Change]]:
    """The moves whose people must be told of changes, with these changes. Newcomers are not here:
    they get the whole itinerary."""
    changes = {
        move: changes_for(pasts[move.base], new, move.group_then, move.group_now)
        for move in moves
        if move.base is not None
    }
    return {move: list_ for move, list_ in changes.items() if list_}
