"""A cache that is allowed to be away: without Redis every page still reads and saves."""

from functools import cached_property
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)


class _KeptClient(RedisCacheClient):
    """Makes the client of the one server once, and not for every command as Django does."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._kept

    @cached_property
    def _kept(self) -> Any:
        return super().get_client()


class ForgivingRedisCache(RedisCache):
    """Answers as an empty cache while Redis cannot be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClient

    def _forgive(self, answer: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache_away", error=type(error).__name__)
            return answer

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._forgive(default, "get", key, default, version)

    def set(self, key: str, value: Any, timeout: Any = ..., version: int | None = None) -> None:
        extra = {} if timeout is ... else {"timeout": timeout}
        self._forgive(None, "set", key, value, version=version, **extra)

    def add(self, key: str, value: Any, timeout: Any = ..., version: int | None = None) -> bool:
        extra = {} if timeout is ... else {"timeout": timeout}
        return bool(self._forgive(True, "add", key, value, version=version, **extra))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._forgive(False, "delete", key, version))

    def touch(self, key: str, timeout: Any = ..., version: int | None = None) -> bool:
        extra = {} if timeout is ... else {"timeout": timeout}
        return bool(self._forgive(False, "touch", key, version=version, **extra))

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return dict(self._forgive({}, "get_many", keys, version))

    def set_many(self, data: Any, timeout: Any = ..., version: int | None = None) -> list[str]:
        extra = {} if timeout is ... else {"timeout": timeout}
        return list(self._forgive([], "set_many", data, version=version, **extra))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self._forgive(False, "has_key", key, version))

    def clear(self) -> None:
        self._forgive(None, "clear")
