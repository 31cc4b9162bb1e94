"""A session split into waves: the same for some groups after the others, where not all fit."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sessions.choices import RepairKind
from sessions.rules.clashes import SessionFacts
from sessions.rules.repairs.facts import Ground, Option, day_of
from sessions.rules.repairs.times import lies_on, moved, pushed_later, steps_for


def in_waves(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """One wave after the other in the venue, from the time of the session or near it."""
    for after in _at_times(ground, row):
        yield Option(RepairKind.WAVES, row.id, after)


def in_waves_with_push(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """The same where the day is full: what follows for the same people moves later."""
    for after in _at_times(ground, row):
        settled = [(replace(row, groups=wave.groups), wave) for wave in after]
        pushed = pushed_later(ground, settled)
        day = day_of(row.starts or 0)
        if pushed and all(lies_on(each, day) for each in pushed):
            yield Option(RepairKind.WAVES, row.id, (*after, *pushed))


def _at_times(ground: Ground, row: SessionFacts) -> Iterator[tuple[SessionFacts, ...]]:
    waves = waves_of(ground, row)
    if row.starts is None or row.ends is None or not waves:
        return
    length = row.ends - row.starts
    for step in (0, *steps_for(row)):
        after = tuple(
            replace(
                moved(row, row.starts + step + number * length),
                id=row.id if number == 0 else -number,
                groups=groups,
            )
            for number, groups in enumerate(waves)
        )
        if all(lies_on(each, day_of(row.starts)) for each in after):
            yield after


def waves_of(ground: Ground, row: SessionFacts) -> list[tuple[int, ...]]:
    """The groups of each wave, as few waves as first-fit gives; none when one wave holds all, when
    a group alone is too large, or when people without a group would be left out."""
    limit = largest_audience(ground, row)
    groups = row.groups or tuple(ground.plan.groups)
    if limit is None or (not row.groups and ground.plan.ungrouped_people):
        return []
    people = {group: ground.plan.people_of((group,)) for group in groups}
    if sum(people.values()) <= limit or any(count > limit for count in people.values()):
        return []
    waves = _packed(sorted(groups, key=lambda group: (-people[group], group)), people, limit)
    order = {group: position for position, group in enumerate(groups)}
    return sorted(
        (tuple(sorted(wave, key=order.__getitem__)) for wave in waves),
        key=lambda wave: order[wave[0]],
    )


def largest_audience(ground: Ground, row: SessionFacts) -> int | None:
    """The most people that the venue takes at a time; None when it takes any number."""
    venue = ground.plan.venues.get(row.venue) if row.venue is not None else None
    limits = [] if venue is None else [venue.capacity, venue.largest_party or None]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _packed(groups: Sequence[int], people: dict[int, int], limit: int) -> list[list[int]]:
    waves: list[list[int]] = []
    for group in groups:
        for wave in waves:
            if sum(people[each] for each in wave) + people[group] <= limit:
                wave.append(group)
                break
        else:
            waves.append([group])
    return waves
