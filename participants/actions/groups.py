"""Groups of a cohort: making, naming, ordering, filling and spreading them."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked_rows
from participants.choices import ACTIVE_STATES, Post
from participants.models import Enrollment, Group
from participants.refusals import (
    GroupCountWrong,
    GroupInUse,
    GroupNameTaken,
    GroupUnusable,
    NotInCohort,
)
from participants.rules.group_spread import Spreadable, spread
from participants.rules.person_facts import GROUP_LENGTH

# The group of each enrollment, by ids.
Places = dict[int, int | None]


@transaction.atomic
def create_group(*, cohort: Cohort, name: str, by: User | None) -> Group:
    """One more group after the others. Locks the cohort."""
    row = locked_open(cohort)
    group = Group(cohort=row, name=_clean_name(name), position=_last_position(row) + 1)
    _save(group)
    record("group.created", group, by=by, scope=row.code, after={"name": group.name})
    return group


@transaction.atomic
def rename_group(*, group: Group, name: str, by: User | None) -> Group:
    """Locks the cohort."""
    cohort = locked_open(group.cohort)
    row = Group.objects.get(pk=group.pk)
    before, row.name = row.name, _clean_name(name)
    if row.name != before:
        _save(row)
        record(
            "group.renamed",
            row,
            by=by,
            scope=cohort.code,
            before={"name": before},
            after={"name": row.name},
        )
    return row


@transaction.atomic
def place_group(*, group: Group, position: int, by: User | None) -> Group:
    """Put the group at a place from 1 on; the others move up or down. Locks the cohort."""
    cohort = locked_open(group.cohort)
    rows = list(Group.objects.filter(cohort=cohort).order_by("position"))
    moved = next(row for row in rows if row.pk == group.pk)
    before = rows.index(moved) + 1
    rows.remove(moved)
    rows.insert(max(0, position - 1), moved)
    for number, row in enumerate(rows, start=1):
        row.position = number
    Group.objects.bulk_update(rows, ["position"])
    after = rows.index(moved) + 1
    if after != before:
        record(
            "group.placed",
            moved,
            by=by,
            scope=cohort.code,
            before={"position": before},
            after={"position": after},
        )
    return moved


@transaction.atomic
def change_group(
    *, group: Group, by: User | None, name: str | None = None, position: int | None = None
) -> Group:
    """Rename and place at once; what is None stays."""
    if name is not None:
        group = rename_group(group=group, name=name, by=by)
    if position is not None:
        group = place_group(group=group, position=position, by=by)
    return group


@transaction.atomic
def remove_group(*, group: Group, by: User | None) -> None:
    """Only without members and training sessions. Locks the cohort."""
    cohort = locked_open(group.cohort)
    row = Group.objects.get(pk=group.pk)
    if Enrollment.objects.filter(group=row).exists():
        raise GroupInUse
    record("group.removed", row, by=by, scope=cohort.code, before={"name": row.name})
    try:
        row.delete()
    except ProtectedError:
        raise GroupInUse from None


@transaction.atomic
def set_members(*, group: Group, enrollments: Sequence[int], by: User | None) -> Group:
    """Exactly these enrollments are in the group; others leave it. Locks cohort and enrollments."""
    cohort = locked_open(group.cohort)
    wanted = set(enrollments)
    rows = locked_rows(Enrollment.objects.filter(cohort=cohort))
    strangers = wanted - {row.pk for row in rows if row.state in ACTIVE_STATES}
    if strangers:
        raise NotInCohort(facts={"enrollments": sorted(strangers)})
    places: Places = {row.pk: group.pk for row in rows if row.pk in wanted}
    places |= {row.pk: None for row in rows if row.group_id == group.pk and row.pk not in wanted}
    before = [row.pk for row in rows if row.group_id == group.pk]
    if set(before) != wanted:
        _place(rows, places)
        record(
            "group.members_set",
            group,
            by=by,
            scope=cohort.code,
            before={"members": before},
            after={"members": sorted(wanted)},
        )
    return group


@transaction.atomic
def move_members(
    *, cohort: Cohort, enrollments: Sequence[int], group: Group | None, by: User | None
) -> int:
    """Put these people into a group, or into none; answers how many moved.

    Locks as `set_members`.
    """
    row = locked_open(cohort)
    rows = locked_rows(Enrollment.objects.filter(cohort=row, pk__in=enrollments))
    strangers = set(enrollments) - {one.pk for one in rows if one.state in ACTIVE_STATES}
    if strangers or (group and group.cohort_id != row.pk):
        raise NotInCohort(facts={"enrollments": sorted(strangers)})
    target = group.pk if group else None
    moved = _place(rows, dict.fromkeys((one.pk for one in rows), target))
    if moved:
        record(
            "group.members_moved",
            group or row,
            by=by,
            scope=row.code,
            after={"members": sorted(moved), "group": group.name if group else None},
        )
    return len(moved)


@transaction.atomic
def spread_over_groups(*, cohort: Cohort, count: int, by: User | None) -> list[Group]:
    """Spread everybody who holds a seat over the first `count` groups, making those that lack.

    Cities and employers mix; everybody gets a new place. Locks the cohort and its enrollments.
    """
    row = locked_open(cohort)
    people = locked_rows(Enrollment.objects.filter(cohort=row).active())
    if not 1 <= count <= max(len(people), 1):
        raise GroupCountWrong(fields={"count": GroupCountWrong.text})
    groups = _groups(row, count)
    placed = spread(
        [Spreadable(one.pk, one.city_id, one.organization_name) for one in people], count
    )
    places = {pk: group.pk for group, members in zip(groups, placed, strict=True) for pk in members}
    _place(people, places)
    record(
        "groups.spread",
        row,
        by=by,
        scope=row.code,
        after={"groups": count, "sizes": [len(members) for members in placed]},
    )
    return groups


def _groups(cohort: Cohort, count: int) -> list[Group]:
    groups = list(Group.objects.filter(cohort=cohort).order_by("position"))
    taken = {group.name for group in groups}
    number = 0
    while len(groups) < count:
        number += 1
        name = _("Group %(number)s") % {"number": number}
        if name not in taken:
            position = groups[-1].position + 1 if groups else 1
            groups.append(Group.objects.create(cohort=cohort, name=name, position=position))
    return groups[:count]


def _place(rows: Sequence[Enrollment], places: Mapping[int, int | None]) -> list[int]:
    """Write the new groups; answers the ids of those who moved."""
    moved = [row for row in rows if row.pk in places and row.group_id != places[row.pk]]
    for row in moved:
        row.group_id = places[row.pk]
        # Whoever led a group does not lead the next one.
        row.post = "" if row.post == Post.LEADER else row.post
    Enrollment.objects.bulk_update(moved, ["group", "post"], batch_size=1000)
    return [row.pk for row in moved]


def _clean_name(raw: str) -> str:
    name = " ".join(raw.split())
    if not name or len(name) > GROUP_LENGTH:
        raise GroupUnusable(fields={"name": GroupUnusable.text})
    return name


def _last_position(cohort: Cohort) -> int:
    rows = Group.objects.filter(cohort=cohort)
    return rows.aggregate(last=Max("position"))["last"] or 0


def _save(group: Group) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        if broken_constraint(error) == "group_name_unique":
            raise GroupNameTaken(fields={"name": GroupNameTaken.text}) from None
        raise
