"""Whom the next release concerns, person by person: in pages, found by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from cohorts.models import Cohort
from participants.models import Enrollment
from sessions.queries.audience import Move
from sessions.queries.change_lines import ChangeLine, personal_line
from sessions.queries.release_preview import Preview

PAGE_SIZE = 50


@dataclass(frozen=True)
class ToldPerson:
    """`change_count` is None for somebody who gets the whole itinerary."""

    enrollment: Enrollment
    change_count: int | None


@dataclass(frozen=True)
class PeoplePage:
    rows: Sequence[ToldPerson]
    previous_seat: int | None
    next_seat: int | None


def people_told(cohort: Cohort, preview: Preview, *, q: str = "") -> QuerySet[Enrollment]:
    """Those who would get a mail, to be ordered by seat."""
    people = Enrollment.objects.filter(cohort=cohort).select_related("person", "group")
    if not preview.tells_everybody:
        people = people.filter(pk__in=preview.told_ids)
    else:
        people = people.active()
    return people.filter(person__name__icontains=q) if q else people


def people_page(
    people: QuerySet[Enrollment],
    preview: Preview,
    *,
    after: int | None = None,
    before: int | None = None,
) -> PeoplePage:
    """By seat: those after one, or before one."""
    if before is not None:
        found = list(people.filter(seat__lt=before).order_by("-seat")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        edges = (found[0].seat if found and more else None, found[-1].seat if found else None)
    else:
        later = people if after is None else people.filter(seat__gt=after)
        found = list(later.order_by("seat")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
        first = found[0].seat if found and after is not None else None
        edges = (first, found[-1].seat if found and more else None)
    return PeoplePage([told_person(one, preview) for one in found], *edges)


def told_person(enrollment: Enrollment, preview: Preview) -> ToldPerson:
    move = preview.audience.move_of(enrollment.pk)
    count = None if move.newcomer else len(preview.affected.get(move, ()))
    return ToldPerson(enrollment, count)


def own_lines(preview: Preview, move: Move) -> list[ChangeLine]:
    """What is told to people of that move, in the active language; newcomers read everything."""
    return [personal_line(change) for change in preview.affected.get(move, ())]
