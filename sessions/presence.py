"""Who is at the board of a cohort at this moment, and which session they hold.

Lives in Redis alone and fades after seconds. Nothing depends on it: without Redis nobody is seen,
and nothing fails.
"""

import json
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.common import clock

logger = structlog.get_logger(__name__)

LIFE_SECONDS = 15
# A board asks every few seconds: a Redis that does not answer must not hold it up.
_PATIENCE_SECONDS = 0.3


def announce(cohort: Cohort, user: User, session_id: int | None) -> None:
    """The user is at the board and holds that session, or none; call it again before it fades."""
    try:
        known = _read(cohort)
        person = _person(known.get(user.pk), user, session_id)
        faded = [str(key) for key, each in known.items() if key != user.pk and not _lives(each)]
        with connection().pipeline() as pipe:
            pipe.hset(_key(cohort), str(user.pk), json.dumps(person))
            if faded:
                pipe.hdel(_key(cohort), *faded)
            pipe.expire(_key(cohort), 4 * LIFE_SECONDS)
            pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("presence_away", error=type(error).__name__)


def people_at(cohort: Cohort, *, but: User) -> list[dict[str, Any]]:
    """The others: `id`, `name`, `session` (what it holds), `since` (when it took that up)."""
    try:
        known = _read(cohort)
    except (RedisError, OSError) as error:
        logger.warning("presence_away", error=type(error).__name__)
        return []
    return [
        {name: value for name, value in each.items() if name != "seen"}
        for key, each in sorted(known.items())
        if key != but.pk and _lives(each)
    ]


def _person(known: dict[str, Any] | None, user: User, session_id: int | None) -> dict[str, Any]:
    now = clock.now()
    held_on = known is not None and _lives(known) and known["session"] == session_id
    return {
        "id": user.pk,
        "name": str(user),
        "session": session_id,
        "since": known["since"] if known and held_on else now.isoformat(timespec="seconds"),
        "seen": now.timestamp(),
    }


def _read(cohort: Cohort) -> dict[int, dict[str, Any]]:
    found: dict[str, str] = connection().hgetall(_key(cohort))
    return {int(key): json.loads(text) for key, text in found.items()}


def _lives(person: dict[str, Any]) -> bool:
    return bool(clock.now().timestamp() - person["seen"] < LIFE_SECONDS)


def _key(cohort: Cohort) -> str:
    return f"g60:presence:{cohort.pk}"


@cache
def connection() -> Any:
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS,
    )
