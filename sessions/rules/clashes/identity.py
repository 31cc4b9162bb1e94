"""Which clash it is, and what exactly is wrong: two marks by which an acceptance holds or lapses.

Both are made of ids, codes, times and figures alone. Messages are translated, so they are never
part of a mark: what one organizer accepts in Chinese is accepted in English too.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

# 32 hexadecimal digits.
MARK_BYTES = 16


def key_of(code: str, sessions: Iterable[int], about: Iterable[str | int]) -> str:
    """The same for as long as the same thing is wrong with the same sessions, however much or
    little: `about` tells apart what one rule can find twice in them (speaker, meal, ceremony)."""
    return _mark(f"{code}:{sorted(sessions)}:{list(about)}")


def fingerprint_of(facts: Mapping[str, Any], lying: Iterable[tuple[int | None, ...]]) -> str:
    """Another one as soon as a figure is another, or a session lies elsewhere: `lying` are id,
    start, end and venue of each where they matter."""
    return _mark(f"{sorted(facts.items())}:{sorted(lying)}")


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=MARK_BYTES).hexdigest()
