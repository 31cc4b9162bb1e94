"""The fingerprint of a timetable: the same for the same facts, another one after any edit.

Consent is given to a fingerprint, so that nobody is taken to have agreed to what changed later.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sessions.rules.release_diff import SLOT_FIELDS, Slot


def fingerprint_of(number: int, slots: Mapping[int, Slot]) -> str:
    """Of the timetable that would become the release of that number."""
    facts = [
        [key, [_plain(getattr(slots[key], name)) for name in SLOT_FIELDS]] for key in sorted(slots)
    ]
    text = json.dumps([number, facts], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Instants by what they mean, not by their zone; sets in order; figures without their zeros."""
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [vars(speaker) for speaker in value]
    return value
