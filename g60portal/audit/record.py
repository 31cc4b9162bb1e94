"""Writing audit events: the one function that actions call, and what it may carry.

Personal fields are named here once; their values never enter the audit in clear.
"""

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from g60portal.audit.models import AuditEvent
from g60portal.common import clock

MASKED_FIELDS = frozenset(
    {
        "identity",
        "number",
        "phone",
        "email",
        "emergency_phone",
        "driver_phone",
        "password",
        "birth_on",
    }
)


def record(
    verb: str,
    target: models.Model,
    *,
    by: AbstractBaseUser | None,
    scope: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Insert one event inside the caller's transaction. `by` None means the portal itself."""
    event = _event(verb, target, by=by, scope=scope, before=before, after=after, reason=reason)
    event.save(force_insert=True)
    return event


def record_many(
    verb: str, targets: Iterable[models.Model], *, by: AbstractBaseUser | None, scope: str = ""
) -> None:
    """One event for each target in a single statement (imports, issuing runs)."""
    AuditEvent.objects.bulk_create([_event(verb, target, by=by, scope=scope) for target in targets])


def record_each(
    verb: str,
    entries: Iterable[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]],
    *,
    by: AbstractBaseUser | None,
    scope: str = "",
    reason: str = "",
) -> None:
    """As `record_many`, each target with its own before and after."""
    AuditEvent.objects.bulk_create(
        [
            _event(verb, target, by=by, scope=scope, before=before, after=after, reason=reason)
            for target, before, after in entries
        ],
        batch_size=1000,
    )


def changes(row: models.Model, facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of `facts` that differ from the row, as (before, after)."""
    before = {name: getattr(row, name) for name in facts}
    differing = [name for name in facts if before[name] != facts[name]]
    return {name: before[name] for name in differing}, {name: facts[name] for name in differing}


def _event(
    verb: str,
    target: models.Model,
    *,
    by: AbstractBaseUser | None,
    scope: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    return AuditEvent(
        at=clock.now(),
        actor_id=by.pk if by else None,
        actor_email=getattr(by, "email", "") if by else "",
        scope=scope,
        verb=verb,
        target_kind=target._meta.label_lower,  # noqa: SLF001 - Django documents it
        target_id=str(target.pk),
        target_text=str(target)[:200],
        before=_plain(before or {}),
        after=_plain(after or {}),
        reason=reason[:500],
    )


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _masked(value) if name in MASKED_FIELDS else _value(value)
        for name, value in facts.items()
    }


def _masked(value: Any) -> str:
    return "" if value in (None, "") else "***"


def _value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, dt.datetime):
        return clock.local(value).isoformat()
    if isinstance(value, dt.date | dt.time | decimal.Decimal):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return _plain(value)
    return value
