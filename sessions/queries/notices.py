"""The notices of a cohort as organizers see them: filtered, counted, in keyset pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from cohorts.models import Cohort
from g60portal.notices.choices import NEED_PERSON_STATES, NoticeState
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from sessions.models import Release
from sessions.queries.acknowledgements import ConfirmationCounts, confirmation_counts, to_confirm_of
from sessions.queries.release_messages import WAITING_STATES

PAGE_SIZE = 100


@dataclass(frozen=True)
class NoticePage:
    rows: list[Notice]
    newer_than: int | None
    older_than: int | None


def notices_of(
    cohort: Cohort, *, state: str = "", kind: str = "", release: int | None = None
) -> QuerySet[Notice]:
    """Newest first; `release` is the number of one. Unknown filter words find nothing."""
    notices = Notice.objects.filter(scope=cohort.code)
    if state:
        notices = notices.filter(state=state)
    if kind:
        notices = notices.filter(kind=kind)
    if release is not None:
        found = Release.objects.filter(cohort=cohort, number=release).first()
        notices = notices.filter(dedupe_key__startswith=f"release:{found.pk}:" if found else "-")
    return notices.order_by("-pk")


def state_counts(cohort: Cohort) -> dict[str, int]:
    return _counts(cohort, "state")


def kind_counts(cohort: Cohort) -> dict[str, int]:
    return _counts(cohort, "kind")


def need_person_count(counts: Mapping[str, int]) -> int:
    """How many notices somebody has to look after."""
    return sum(counts.get(state, 0) for state in NEED_PERSON_STATES)


def notice_page(
    notices: QuerySet[Notice], *, before: int | None = None, after: int | None = None
) -> NoticePage:
    """One page by key: rows older than `before`, or newer than `after`."""
    if after is not None:
        rows = list(notices.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        more_newer, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE][::-1]
        return NoticePage(
            rows=rows,
            newer_than=rows[0].pk if rows and more_newer else None,
            older_than=rows[-1].pk if rows else None,
        )
    older = notices if before is None else notices.filter(pk__lt=before)
    rows = list(older[: PAGE_SIZE + 1])
    more_older, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    return NoticePage(
        rows=rows,
        newer_than=rows[0].pk if rows and before is not None else None,
        older_than=rows[-1].pk if rows and more_older else None,
    )


@dataclass(frozen=True)
class Progress:
    """How far the notices of a cohort are: those settled of those that were to leave by now."""

    done: int
    total: int

    @property
    def under_way(self) -> bool:
        return self.done < self.total


def progress_of(counts: Mapping[str, int]) -> Progress:
    """From the counts by state; what was cancelled was not to leave."""
    total = sum(counts.values()) - counts.get(NoticeState.CANCELLED, 0)
    open_count = sum(counts.get(state, 0) for state in (*WAITING_STATES, NoticeState.SENDING))
    return Progress(total - open_count, total)


def unconfirmed_release(cohort: Cohort) -> tuple[Release, ConfirmationCounts] | None:
    """The newest release, when somebody has not confirmed its changes."""
    release = Release.objects.filter(cohort=cohort).select_related("cohort").first()
    if release is None:
        return None
    counts = confirmation_counts(to_confirm_of(release))
    return (release, counts) if counts.missing else None


def kind_label(name: str) -> str:
    """The kind in words; its bare name when nobody registered it."""
    try:
        return str(kind_named(name).label)
    except KeyError:
        return name


def _counts(cohort: Cohort, field: str) -> dict[str, int]:
    rows = Notice.objects.filter(scope=cohort.code).values_list(field).annotate(Count("pk"))
    return dict(rows.order_by(field))
