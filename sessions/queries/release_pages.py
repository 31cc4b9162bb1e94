"""What the release pages and their API show: the list, one release, two compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from cohorts.models import Cohort
from participants.models import Group
from sessions.models import Release
from sessions.queries.change_lines import ChangeLine, organizer_line
from sessions.queries.release_preview import Preview
from sessions.queries.releases import (
    Picture,
    draft_sessions,
    draft_slots,
    latest_release,
    picture_of,
    pictures_of,
)
from sessions.rules.release_diff import Change, ReleaseDiff, Timetable, changes_between, diff_of

# What stands for the draft where a release can be chosen.
DRAFT = "draft"


@dataclass(frozen=True)
class PreviewRow:
    """A change with the number of people who will be told of it."""

    line: ChangeLine
    told_count: int


@dataclass(frozen=True)
class Comparison:
    """Two releases side by side; `older` is None before the first one."""

    newer: Release
    older: Release | None
    diff: ReleaseDiff
    changes: Sequence[Change]


def releases_of(cohort: Cohort) -> QuerySet[Release]:
    """All releases, newest first, with who published and how many sessions."""
    return (
        Release.objects.filter(cohort=cohort)
        .select_related("by")
        .annotate(session_count=Count("rows"))
        .order_by("-number")
    )


def comparison(newer: Release, older: Release | None) -> Comparison:
    pictures = pictures_of(filter(None, (newer, older)))
    old = pictures[older.pk] if older else Picture()
    new = pictures[newer.pk]
    return Comparison(
        newer=newer,
        older=older,
        diff=diff_of(old.slots, new.slots),
        changes=changes_between(old.slots, new.slots),
    )


def draft_comparison(
    cohort: Cohort, older: Release | None, newer: Release | None
) -> Sequence[Change]:
    """What differs between any two; None stands for the draft."""
    pictures = pictures_of(filter(None, (older, newer)))
    draft = {} if older and newer else _draft(cohort)
    old = pictures[older.pk].slots if older else draft
    return changes_between(old, pictures[newer.pk].slots if newer else draft)


def _draft(cohort: Cohort) -> Timetable:
    told = picture_of(latest_release(cohort)).slots
    return draft_slots(draft_sessions(cohort), told)


def change_lines(cohort: Cohort, changes: Iterable[Change]) -> list[ChangeLine]:
    names = group_names(cohort)
    return [organizer_line(change, names) for change in changes]


def preview_rows(cohort: Cohort, preview: Preview) -> list[PreviewRow]:
    """The changes of a preview. Before the first release everybody is told of everything."""
    lines = change_lines(cohort, preview.changes)
    return [PreviewRow(line, preview.told_counts.get(line.session_id, 0)) for line in lines]


def group_names(cohort: Cohort) -> Mapping[int, str]:
    return dict(Group.objects.filter(cohort=cohort).values_list("pk", "name"))
