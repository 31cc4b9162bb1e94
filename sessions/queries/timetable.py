"""The draft timetable as programs read it: sessions as values, in the shape of the API."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from cohorts.models import Cohort
from g60portal.common.clock import SHANGHAI, local
from sessions.models import TrainingSession
from sessions.queries.clashes import by_session, clashes_of, with_arrays
from sessions.rules.clashes import Clash


def sessions_found(
    cohort: Cohort,
    *,
    leg: int | None = None,
    day: dt.date | None = None,
    kind: str = "",
    state: str = "",
) -> QuerySet[TrainingSession]:
    """The filters that the list and the API share; with speaker and group ids."""
    rows = TrainingSession.objects.filter(cohort=cohort)
    if leg is not None:
        rows = rows.filter(leg_id=leg)
    if day is not None:
        midnight = dt.datetime.combine(day, dt.time(), SHANGHAI)
        rows = rows.filter(starts_at__gte=midnight, starts_at__lt=midnight + dt.timedelta(days=1))
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    return with_arrays(rows)


def session_shapes(
    rows: Iterable[TrainingSession], code: str, clashes: Mapping[int, Sequence[Clash]]
) -> list[dict[str, Any]]:
    """Sessions of the cohort `code` as the API shows them; rows come from `sessions_found`."""
    return [_shape(row, code, clashes.get(row.pk, ())) for row in rows]


def shapes_of(
    cohort: Cohort, keys: Iterable[int], clashes: Mapping[int, Sequence[Clash]]
) -> list[dict[str, Any]]:
    rows = sessions_found(cohort).filter(pk__in=list(keys)).order_by("pk")
    return session_shapes(rows, cohort.code, clashes)


def session_shape(cohort: Cohort, key: int) -> dict[str, Any]:
    """One session with its clashes."""
    return shapes_of(cohort, [key], by_session(clashes_of(cohort)))[0]


def _shape(row: Any, code: str, clashes: Sequence[Clash]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "cohort": code,
        "leg": row.leg_id,
        "kind": row.kind,
        "title": row.title,
        "title_en": row.title_en,
        "theme": row.theme_id,
        "venue": row.venue_id,
        "speakers": row.speaker_ids,
        "groups": row.group_ids,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
        "hours": float(row.hours),
        "compulsory": row.compulsory,
        "state": row.state,
        "version": row.version,
        "clashes": [clash.shape() for clash in clashes],
    }


def _text(instant: dt.datetime | None) -> str | None:
    return None if instant is None else local(instant).isoformat()
