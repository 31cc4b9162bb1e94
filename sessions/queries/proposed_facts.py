"""The facts of a session as plain values for a proposal, and back.

A proposal keeps what the API takes: ids, ISO times, figures. The same values of the session as it
is now tell whether something has changed since.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime

from cohorts.models import Leg, Theme
from g60portal.common.clock import local
from participants.models import Group
from sessions.models import Speaker, TrainingSession, Venue

TIMES = ("starts_at", "ends_at")
# Facts that name a row, and those that name several.
ONE: dict[str, type[models.Model]] = {
    "leg": Leg,
    "theme": Theme,
    "venue": Venue,
    "prepared_by": TrainingSession,
}
SEVERAL: dict[str, type[models.Model]] = {"speakers": Speaker, "groups": Group}
# Why a session is cancelled goes with the state and is no fact of the session as it is.
REASON = "reason"


class RowGone(LookupError):
    """A venue, speaker, group, theme or leg that was proposed does not exist any more."""


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the actions take them, ready for JSON. Groups have no order, speakers have one."""
    return {name: _plain(name, value) for name, value in facts.items()}


def present_facts(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The same facts of a session as it is; `row` has its `speaker_ids` and `group_ids`."""
    people = {"speakers": list(row.speaker_ids), "groups": sorted(row.group_ids)}
    return {
        name: people[name] if name in people else _plain(name, getattr(row, _column(name)))
        for name in names
        if name != REASON
    }


def differing(proposed: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """The proposed facts that the session does not have yet. Times go together."""
    names = {name for name, value in proposed.items() if present.get(name, value) != value}
    if names & set(TIMES):
        names |= set(TIMES) & set(proposed)
    return {name: value for name, value in proposed.items() if name in names}


def typed_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the actions take them again. Raises RowGone."""
    return {name: _typed(name, value) for name, value in facts.items()}


def _column(name: str) -> str:
    return f"{name}_id" if name in ONE else name


def _plain(name: str, value: Any) -> Any:
    if name == "groups":
        return sorted(row.pk for row in value)
    if name == "speakers":
        return [row.pk for row in value]
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dt.datetime):
        return local(value).isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value


def _typed(name: str, value: Any) -> Any:
    if name in SEVERAL:
        return [_row(SEVERAL[name], key) for key in value]
    if name in ONE:
        return None if value is None else _row(ONE[name], value)
    if name in TIMES:
        return None if value is None else parse_datetime(value)
    if name == "hours":
        return Decimal(str(value))
    return value


def _row(model: type[models.Model], key: int) -> models.Model:
    rows = model._base_manager.all()  # noqa: SLF001 - documented by Django
    if model is Leg:
        rows = rows.select_related("cohort", "city")
    row = rows.filter(pk=key).first()
    if row is None:
        raise RowGone(key)
    return row
