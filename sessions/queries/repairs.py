"""The cheapest repairs of a clash, of a session, or after a refusal, ready to be shown and sent.

The search is `sessions.rules.repairs`; here its answers become words, and bodies that the API takes
back unchanged: ids, the versions they were made for, the fields that change.
"""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

from cohorts.models import Cohort
from cohorts.permissions import may_edit_any_leg, may_edit_cohort
from cohorts.queries.standing import Standing
from sessions.choices import RepairKind
from sessions.models import TrainingSession
from sessions.queries.repair_ground import Basis, basis_of
from sessions.rules.clashes import Clash, SessionFacts
from sessions.rules.clashes.facts import seconds_of
from sessions.rules.repairs import (
    Cost,
    Repair,
    Search,
    delayed,
    fallbacks_for,
    free_times_for,
    search,
    search_for,
)
from sessions.rules.repairs.bodies import ChangeBody, bodies_of, place_shape
from sessions.rules.repairs.texts import (
    blocked_texts,
    cost_texts,
    sentence,
    wave_text,
    way_texts,
)

KEY_BYTES = 8


@dataclass(frozen=True)
class Moved:
    """A session as it is and as it would be. `id` is None for a wave that is to be made."""

    id: int | None
    leg: int
    title: str
    before: SessionFacts
    after: SessionFacts
    before_text: str
    after_text: str


@dataclass(frozen=True)
class Offer:
    """A repair for people and for programs. `key` tells it from others of the same moment."""

    key: str
    kind: RepairKind
    text: str
    cost: Cost
    cost_texts: Sequence[str]
    moves: Sequence[Moved]
    solved: Sequence[Clash]
    added: Sequence[Clash]
    changes: Sequence[ChangeBody]

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def legs(self) -> frozenset[int]:
        return frozenset(move.leg for move in self.moves)

    def shape(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "key": self.key,
            "kind": self.kind.value,
            "text": self.text,
            "cost": asdict(self.cost),
            "moves": [
                {
                    "session": move.id,
                    "title": move.title,
                    "before": place_shape(move.before),
                    "after": place_shape(move.after),
                }
                for move in self.moves
            ],
            "solved": [clash.shape() for clash in self.solved],
            "added": [clash.shape() for clash in self.added],
            "changes": [change.shape() for change in self.changes],
        }


@dataclass(frozen=True)
class Offers:
    """What was found for the clashes; `blocked` says why the rest of what was tried failed."""

    clashes: Sequence[Clash] = ()
    repairs: Sequence[Offer] = ()
    tried: int = 0
    blocked: Sequence[str] = ()


def repairs_of(
    cohort: Cohort, clash_key: str, *, legs: Collection[int] | None = None
) -> Offers | None:
    """The cheapest repairs of a clash; None when there is no such clash (any more). `legs`: those
    whose sessions may be changed, None = all."""
    basis = basis_of(cohort, legs=legs)
    targets = [clash for clash in basis.clashes if clash.key == clash_key]
    if not targets:
        return None
    return _offers(basis, targets, search(basis.ground, targets))


def repairs_of_session(
    cohort: Cohort,
    session_id: int,
    *,
    wanted: dict[str, Any] | None = None,
    legs: Collection[int] | None = None,
) -> Offers | None:
    """Repairs of everything that is wrong with a session, a free time for one from the tray, or
    ways to where it is `wanted` (starts_at, ends_at, venue) though the place is taken. None when
    the cohort has no such session, or it is cancelled."""
    basis = basis_of(cohort, legs=legs)
    row = basis.ground.plan.by_id.get(session_id)
    if row is None:
        return None
    if wanted:
        return _offers(basis, [], search_for(basis.ground, _wanted(row, wanted)))
    if row.starts is None:
        return _offers(basis, [], free_times_for(basis.ground, session_id))
    targets = [clash for clash in basis.open_clashes if session_id in clash.sessions]
    if not targets:
        return Offers()
    return _offers(basis, targets, _all_or_one(basis, targets))


def fallbacks_of(
    training_session: TrainingSession,
    *,
    refused_speaker: int | None = None,
    refused_venue: int | None = None,
    times: Sequence[tuple[dt.datetime, dt.datetime]] = (),
    legs: Collection[int] | None = None,
) -> list[Offer]:
    """Who or what can take the place of the speaker or the venue that said no, by id; `times` are
    those that would suit them instead. Of the same theme and city, with room for the audience."""
    basis = basis_of(training_session.cohort, legs=legs)
    if training_session.pk not in basis.ground.plan.by_id:
        return []
    found = fallbacks_for(
        basis.ground,
        training_session.pk,
        speaker=refused_speaker,
        venue=refused_venue,
        suitable=[(seconds_of(start), seconds_of(end)) for start, end in times],
    )
    return list(_offers(basis, [], found).repairs)


@dataclass(frozen=True)
class DelayOffers:
    """What a delay would cause by itself, and what can be done about it."""

    minutes: int
    effects: Sequence[Clash]
    repairs: Sequence[Offer]


def delay_of(
    cohort: Cohort, session_id: int, minutes: int, *, legs: Collection[int] | None = None
) -> DelayOffers | None:
    """None when the session has no time or is cancelled."""
    basis = basis_of(cohort, legs=legs, begun=True)
    row = basis.ground.plan.by_id.get(session_id)
    if row is None or row.starts is None:
        return None
    found = delayed(basis.ground, session_id, minutes)
    return DelayOffers(minutes, found.effects, [_offer(basis, repair) for repair in found.repairs])


def _all_or_one(basis: Basis, targets: Sequence[Clash]) -> Search:
    """Repairs of all that is wrong, else of the first thing that can be repaired by itself."""
    found = search(basis.ground, targets)
    for target in targets if len(targets) > 1 else ():
        if found.repairs:
            break
        found = search(basis.ground, [target])
    return found


def _wanted(row: SessionFacts, wanted: dict[str, Any]) -> SessionFacts:
    starts, ends = wanted.get("starts_at"), wanted.get("ends_at")
    return replace(
        row,
        starts=seconds_of(starts) if starts else row.starts,
        ends=seconds_of(ends) if ends else row.ends,
        venue=wanted.get("venue", row.venue),
    )


def _offers(basis: Basis, targets: Sequence[Clash], found: Search) -> Offers:
    repairs = [_offer(basis, repair) for repair in found.repairs]
    return Offers(targets, repairs, found.tried, blocked_texts(found.blocked))


def _offer(basis: Basis, repair: Repair) -> Offer:
    plan = basis.ground.plan
    changes = bodies_of(repair, basis.versions)
    moves = [_moved(basis, repair, row) for row in repair.option.after]
    return Offer(
        key=_key(changes),
        kind=repair.kind,
        text=sentence(plan, repair),
        cost=repair.cost,
        cost_texts=cost_texts(repair.cost),
        moves=moves,
        solved=repair.solved,
        added=repair.added,
        changes=changes,
    )


def _moved(basis: Basis, repair: Repair, row: SessionFacts) -> Moved:
    plan, new = basis.ground.plan, row.id < 0
    origin = repair.option.about if new else row.id
    then = repair.before[origin]
    before, after = ("", wave_text(plan, row)) if new else way_texts(plan, then, row)
    return Moved(
        id=None if new else row.id,
        leg=basis.ground.legs[origin],
        title=row.title,
        before=then,
        after=row,
        before_text=before,
        after_text=after,
    )


def _key(changes: Sequence[ChangeBody]) -> str:
    body = json.dumps([change.shape() for change in changes])
    return blake2b(body.encode(), digest_size=KEY_BYTES).hexdigest()


def editable_legs(standing: Standing) -> frozenset[int] | None:
    """The legs whose sessions a search may move: None = all, for those who speak for the cohort,
    and for those who only look."""
    if may_edit_cohort(standing) or not may_edit_any_leg(standing):
        return None
    return standing.leg_ids


def touches_of(
    cohort: Cohort, changes: Sequence[ChangeBody]
) -> list[tuple[TrainingSession, dict[str, Any]]]:
    """The sessions of the cohort that the changes name, each with the times that it is to get: what
    decides whose consent is needed. One query; unknown sessions are left to the action."""
    rows = TrainingSession.objects.filter(cohort=cohort).in_bulk([body.id for body in changes])
    return [(rows[body.id], times) for body in changes if body.id in rows for times in _times(body)]


def _times(body: ChangeBody) -> list[dict[str, Any]]:
    """What a session is to get: one set of fields, or the times of each wave."""
    if not body.waves:
        return [dict(body.fields)]
    return [{"starts_at": wave.starts_at, "ends_at": wave.ends_at} for wave in body.waves]
