"""The one clock of the portal, so that tests can stop it. Zone: Asia/Shanghai, no summer time."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: list[dt.datetime] = []


def now() -> dt.datetime:
    """The current instant, aware, in Shanghai time."""
    return _frozen[-1] if _frozen else dt.datetime.now(SHANGHAI)


def today() -> dt.date:
    """The calendar day in Shanghai."""
    return now().date()


def local(instant: dt.datetime) -> dt.datetime:
    """The same instant in Shanghai time."""
    return instant.astimezone(SHANGHAI)


@contextmanager
def frozen(at: dt.datetime) -> Iterator[dt.datetime]:
    """Stop this process's clock at an aware instant (tests and demo data)."""
    _frozen.append(at.astimezone(SHANGHAI))
    try:
        yield _frozen[-1]
    finally:
        _frozen.pop()
