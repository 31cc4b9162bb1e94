"""The public log of a cohort's releases for one participant: each release, and what changed in it
for the group that the person was in. Of releases only, never the draft.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from sessions.models import Release, ReleasedGroup, ReleasedSession
from sessions.queries.change_lines import ChangeLine, personal_line
from sessions.queries.itinerary import Seat
from sessions.queries.releases import slot_of
from sessions.rules.release_diff import Slot, changes_for

PAGE_SIZE = 10


@dataclass(frozen=True)
class LogEntry:
    """One release. `first`: there was nothing before it, so everything in it was new."""

    number: int
    name: str
    comment: str
    released_at: dt.datetime
    first: bool
    lines: Sequence[ChangeLine]


@dataclass(frozen=True)
class OwnLog:
    """Newest first. `older_than` asks for what lies further back; None at the end."""

    entries: Sequence[LogEntry]
    older_than: int | None = None


def own_log(seat: Seat, *, before: int | None = None) -> OwnLog:
    """A page of releases, in three queries."""
    releases = Release.objects.filter(cohort=seat.cohort_id).order_by("-number")
    if before is not None:
        releases = releases.filter(number__lt=before)
    # One more than is shown: what the oldest of the page is compared with.
    found = list(releases[: PAGE_SIZE + 1])
    groups = _own_groups(seat, found)
    slots = _own_slots(found, set(groups.values()))
    entries = [
        _entry(release, found[place + 1] if place + 1 < len(found) else None, groups, slots)
        for place, release in enumerate(found[:PAGE_SIZE])
    ]
    more = len(found) > PAGE_SIZE
    return OwnLog(entries, entries[-1].number if more else None)


def _own_groups(seat: Seat, releases: Sequence[Release]) -> dict[int, int | None]:
    """The person's group at each release; before the person came, the group of today."""
    rows = ReleasedGroup.objects.filter(
        release__in=releases, enrollment_ids__contains=[seat.enrollment_id]
    )
    then = dict(rows.values_list("release_id", "group_id_then"))
    return {release.pk: then.get(release.pk, seat.group_id) for release in releases}


def _own_slots(
    releases: Sequence[Release], groups: set[int | None]
) -> Mapping[int, dict[int, Slot]]:
    audience = Q(group_ids=[]) | Q(group_ids__overlap=[pk for pk in groups if pk is not None])
    found: dict[int, dict[int, Slot]] = defaultdict(dict)
    for row in ReleasedSession.objects.filter(audience, release__in=releases):
        found[row.release_id][row.training_session_id] = slot_of(row)
    return found


def _entry(
    release: Release,
    older: Release | None,
    groups: Mapping[int, int | None],
    slots: Mapping[int, dict[int, Slot]],
) -> LogEntry:
    changes = (
        changes_for(
            slots.get(older.pk, {}), slots.get(release.pk, {}), groups[older.pk], groups[release.pk]
        )
        if older
        else []
    )
    return LogEntry(
        number=release.number,
        name=release.name,
        comment=release.comment,
        released_at=release.released_at,
        first=older is None,
        lines=[personal_line(change) for change in changes],
    )
