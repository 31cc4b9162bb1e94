"""What the audit says of the writes of sessions: the facts that have changed, in words.

The pictures of a session name other rows by their ids; here they get their names.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from cohorts.models import Cohort, Leg, Theme
from g60portal.accounts.models import User
from g60portal.audit.record import record
from participants.models import Group
from sessions.actions.acts import Step
from sessions.models import Speaker, TrainingSession, Venue
from sessions.rules.pictures import Picture

# Facts that name other rows, and what these are.
REFERENCES: dict[str, type[models.Model]] = {
    "leg": Leg,
    "theme": Theme,
    "venue": Venue,
    "prepared_by": TrainingSession,
    "speakers": Speaker,
    "groups": Group,
}


def record_steps(cohort: Cohort, steps: Sequence[Step], *, by: User | None) -> None:
    """One event for each step; names are read with one query for each kind of row."""
    names = _names_of(steps)
    for step in steps:
        record(
            step.verb,
            step.row,
            by=by,
            scope=cohort.code,
            before=_in_words(step.before, step, names),
            after=_in_words(step.after, step, names),
            reason=step.reason,
        )


def _in_words(
    picture: Picture | None, step: Step, names: Mapping[str, Mapping[int, str]]
) -> dict[str, Any]:
    """The facts that the step has changed, with names in place of ids."""
    return {
        name: _word(picture[name], names.get(name, {}))
        for name in sorted(step.differing - {"uid"})
        if picture is not None
    }


def _word(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, list):
        return [names.get(key, str(key)) for key in value]
    return names.get(value, value) if names else value


def _names_of(steps: Iterable[Step]) -> dict[str, dict[int, str]]:
    """What the rows are called that changed facts refer to."""
    asked: dict[str, set[int]] = {}
    for step in steps:
        for name in REFERENCES.keys() & step.differing:
            for picture in filter(None, (step.before, step.after)):
                value = picture[name]
                asked.setdefault(name, set()).update(value if isinstance(value, list) else [value])
    return {name: _names(REFERENCES[name], keys - {None}) for name, keys in asked.items()}


def _names(model: type[models.Model], keys: Iterable[int]) -> dict[int, str]:
    rows = model._default_manager.all()  # noqa: SLF001 - documented by Django
    if model is Leg:
        rows = rows.select_related("city")
    return {key: str(row) for key, row in rows.in_bulk(list(keys)).items()}
