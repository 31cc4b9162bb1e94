"""Applying a repair: one act through the writers in `several_sessions`, so one step of undo.

What a repair names by id is read here; what may be written, and whether it is still as the repair
found it, is for those writers (Stale, Clash).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from participants.models import Group
from sessions.actions.acts import Act
from sessions.actions.several_sessions import Change, Wave, change_several, split_into_waves
from sessions.models import Speaker, TrainingSession, Venue
from sessions.refusals import RepairOutdated
from sessions.rules.repairs.bodies import ChangeBody

Row = TypeVar("Row", bound=Model)


@transaction.atomic
def apply_repair(
    *, cohort: Cohort, changes: Sequence[ChangeBody], by: User | None, act: Act | None = None
) -> list[TrainingSession]:
    """The sessions as they are then. Raises RepairOutdated when something it names is no more,
    Stale, Clash, or the refusal of a rule. Sessions that make room move before one is split."""
    cohort = locked_open(cohort)
    act = act or Act.fresh()
    rows = _named(TrainingSession.objects.filter(cohort=cohort), [body.id for body in changes])
    for row in rows.values():
        row.cohort = cohort
    plain = [body for body in changes if not body.waves]
    written = []
    if plain:
        written += change_several(cohort=cohort, changes=_changes(rows, plain), by=by, act=act)
    for body in changes:
        if body.waves:
            written += split_into_waves(
                training_session=rows[body.id],
                version=body.version,
                waves=_waves(cohort, body),
                by=by,
                act=act,
            )
    return written


def _changes(rows: Mapping[int, TrainingSession], changes: Sequence[ChangeBody]) -> list[Change]:
    fields = [body.fields for body in changes]
    venues = _named(Venue.objects.all(), [each["venue"] for each in fields if each.get("venue")])
    speakers = _named(Speaker.objects.all(), _all(each.get("speakers", ()) for each in fields))
    return [
        Change(
            training_session=rows[body.id],
            version=body.version,
            facts=_facts(body.fields, venues),
            speakers=(
                [speakers[key] for key in body.fields["speakers"]]
                if "speakers" in body.fields
                else None
            ),
        )
        for body in changes
    ]


def _facts(fields: Mapping[str, Any], venues: Mapping[int, Venue]) -> dict[str, Any]:
    facts = {name: fields[name] for name in ("starts_at", "ends_at") if name in fields}
    if "venue" in fields:
        facts["venue"] = None if fields["venue"] is None else venues[fields["venue"]]
    return facts


def _waves(cohort: Cohort, body: ChangeBody) -> list[Wave]:
    groups = _named(Group.objects.filter(cohort=cohort), _all(wave.groups for wave in body.waves))
    return [
        Wave([groups[key] for key in wave.groups], wave.starts_at, wave.ends_at)
        for wave in body.waves
    ]


def _named(rows: QuerySet[Row], keys: Collection[int]) -> dict[int, Row]:
    """The rows by id, in one query."""
    found = rows.in_bulk(keys) if keys else {}
    if not found.keys() >= set(keys):
        raise RepairOutdated
    return found


def _all(lists: Iterable[Iterable[int]]) -> list[int]:
    return [key for keys in lists for key in keys]
