"""Messages by hand: the list, whom one is for, and what has become of it."""

from collections.abc import Iterable

from django.db.models import QuerySet

from cohorts.models import Cohort
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment
from sessions.models import Announcement, ReleasedSession
from sessions.queries.acknowledgements import to_confirm
from sessions.queries.release_messages import WAITING_STATES
from sessions.queries.releases import latest_release
from sessions.rules.audience_filter import AudienceFilter

PAGE_SIZE = 50


def announcements_of(cohort: Cohort) -> QuerySet[Announcement]:
    rows = Announcement.objects.filter(cohort=cohort)
    return rows.select_related("author", "edited_by", "reviewed_by").order_by("-pk")


def people_of(cohort: Cohort, wanted: AudienceFilter) -> QuerySet[Enrollment]:
    """Those whom a message with this filter is for at this moment, by seat. Without states: those
    who hold a seat."""
    people: QuerySet[Enrollment] = Enrollment.objects.filter(
        cohort=cohort, state__in=wanted.states or ACTIVE_STATES
    )
    if wanted.groups:
        people = people.filter(group__in=wanted.groups)
    if wanted.cities:
        people = people.filter(city__in=wanted.cities)
    if wanted.seats:
        people = people.filter(seat__in=wanted.seats)
    if wanted.legs:
        people = _of_legs(people, cohort, wanted.legs)
    if wanted.unconfirmed:
        people = people.filter(pk__in=_unconfirmed(cohort))
    return people.select_related("person", "group", "cohort").order_by("seat")


def messages_of(row: Announcement) -> QuerySet[Notice]:
    """Its rows in the outbox, copies over further channels left out."""
    return Notice.objects.filter(dedupe_key__startswith=f"announcement:{row.pk}:", copy_of=None)


def waiting_messages(row: Announcement) -> QuerySet[Notice]:
    """What has not left, with the copies over further channels."""
    return Notice.objects.filter(
        dedupe_key__startswith=f"announcement:{row.pk}:", state__in=WAITING_STATES
    )


def _of_legs(
    people: QuerySet[Enrollment], cohort: Cohort, legs: Iterable[int]
) -> QuerySet[Enrollment]:
    """Who has a session in one of these legs by the newest release; before the first, everybody."""
    release = latest_release(cohort)
    if release is None:
        return people
    rows = ReleasedSession.objects.filter(release=release, leg_id_then__in=list(legs))
    groups: set[int] = set()
    for group_ids in rows.values_list("group_ids", flat=True):
        if not group_ids:
            return people
        groups.update(group_ids)
    return people.filter(group__in=groups)


def _unconfirmed(cohort: Cohort) -> set[int]:
    """Who was sent something to confirm, and has not."""
    waiting = to_confirm(cohort).filter(acknowledged_at=None, state=NoticeState.SENT)
    return set(waiting.values_list("context__enrollment", flat=True))
