"""Reminders: whom an occasion concerns, the newest releases, and the list that organizers see."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from participants.models import Enrollment
from sessions.models import Release, ReminderRound
from sessions.queries.releases import pictures_of
from sessions.rules.release_diff import Slot

SHOWN = 200


def concerned(cohort: Cohort, slots: Iterable[Slot]) -> list[Enrollment]:
    """Those who hold a seat and have one of these sessions, by seat."""
    slots = list(slots)
    if not slots:
        return []
    people = Enrollment.objects.active().filter(cohort=cohort)
    if all(slot.group_ids for slot in slots):
        groups = {pk for slot in slots for pk in slot.group_ids}
        people = people.filter(group__in=groups)
    return list(people.select_related("person", "cohort").order_by("seat"))


def newest_slots(cohort_ids: Collection[int]) -> Mapping[int, Sequence[Slot]]:
    """The newest release of each cohort, in two queries."""
    newest = Release.objects.filter(cohort__in=cohort_ids).order_by("cohort_id", "-number")
    by_key = pictures_of(newest.distinct("cohort_id"))
    return {
        picture.release.cohort_id: list(picture.slots.values())
        for picture in by_key.values()
        if picture.release
    }


def rounds_of(cohort: Cohort) -> QuerySet[ReminderRound]:
    """In the order of time."""
    rows = ReminderRound.objects.filter(cohort=cohort).filter(
        Q(training_session__isnull=True) | Q(training_session__cohort=cohort)
    )
    return rows.select_related("training_session").order_by("due_at", "pk")


def reason_text(row: ReminderRound) -> str:
    """Why a round told nobody, in words."""
    texts = {
        "changed": _("the timetable has changed"),
        "cohort_off": _("the cohort does not take place"),
        "too_late": _("the portal was not running at that time; it is not sent late"),
        "nobody": _("nobody is concerned"),
    }
    return texts.get(row.reason, "")
