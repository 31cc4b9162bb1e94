"""What an option costs: figures that need no look at the clashes."""

from sessions.choices import SessionKind
from sessions.rules.clashes import SessionFacts
from sessions.rules.clashes.facts import DAY, MINUTE
from sessions.rules.repairs.facts import Cost, Ground, Option

DAY_MINUTES = 24 * 60


def cost_of(ground: Ground, option: Option, clashes_added: int = 0) -> Cost:
    """The cost of an option that causes that many open clashes."""
    before = ground.plan.by_id
    pairs = [(before.get(row.id, before[option.about]), row) for row in option.after]
    transfers = sum(row.kind == SessionKind.TRANSFER for row in option.after)
    return Cost(
        clashes_added=clashes_added,
        people_told=people_told(ground, option),
        speakers_changed=sum(set(then.speakers) != set(now.speakers) for then, now in pairs),
        sessions_moved=len(option.after) - transfers,
        transfers_moved=transfers,
        minutes_shifted=sum(minutes_shifted(then, now) for then, now in pairs),
        venues_changed=sum(then.venue != now.venue for then, now in pairs),
    )


def people_told(ground: Ground, option: Option) -> int:
    """How many people the next release would tell of these sessions: everybody in the audience of
    a released one that would differ from the release."""
    told: set[int] = set()
    for row in option.after:
        released = ground.released.get(row.id if row.id > 0 else option.about)
        if released is None or _as_released(ground, row):
            continue
        # Who leaves for a later wave is told there.
        audiences = [row.groups, released.groups] if row.id > 0 else [row.groups]
        if () in audiences:
            return ground.plan.people_of(())
        told.update(*audiences)
    return ground.plan.people_of(sorted(told)) if told else 0


def minutes_shifted(then: SessionFacts, now: SessionFacts) -> int:
    """From the tray it is no shift."""
    if then.starts is None or then.ends is None or now.starts is None or now.ends is None:
        return 0
    days = abs(now.starts // DAY - then.starts // DAY)
    start = abs(now.starts % DAY - then.starts % DAY)
    end = abs(now.ends % DAY - then.ends % DAY)
    return days * DAY_MINUTES + max(start, end) // MINUTE


def _as_released(ground: Ground, row: SessionFacts) -> bool:
    released = ground.released.get(row.id)
    return released is not None and (
        (released.starts, released.ends, released.venue) == (row.starts, row.ends, row.venue)
        and released.speakers == row.speakers
    )
