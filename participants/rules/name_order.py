"""Sort keys for names: by strokes of the surname, and by pinyin. Keys compare right byte by byte.

The order by strokes: number of strokes of the first character, then its strokes in writing order
by class (horizontal 1, vertical 2, left-falling 3, dot 4, bent 5), then the second character, and
so on. Where the stroke data come from: `data/README.md`.
"""

import gzip
import string
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from participants.rules.names import DOT, is_han, split_name

Variant = Literal["surname", "full"]

_DATA = Path(__file__).parent / "data" / "strokes.txt.gz"
_DIGITS = string.digits + string.ascii_lowercase + string.ascii_uppercase

# What a key begins with.
_CHINESE, _LATIN, _UNKNOWN = "1", "2", "3"
# What a character begins with when it has no number of strokes: a blank before all, others after.
_BLANK, _OTHER, _NO_COUNT = "00", "98", "99"
# A surname and a given name of one character each.
_TWO = 2
# After all five stroke classes: the number of strokes is known, their order is not.
_NO_ORDER = "9"


@dataclass(frozen=True)
class StrokeTable:
    """Number of strokes and stroke classes by character."""

    totals: dict[int, str]
    orders: dict[str, str]

    def count(self, character: str) -> int | None:
        """Number of strokes; None when nobody has counted them for us."""
        code = ord(character)
        for start, run in self.totals.items():
            if start <= code < start + len(run):
                return _DIGITS.index(run[code - start]) or None
        return None


@lru_cache(maxsize=20_000)
def stroke_count(character: str) -> int | None:
    """Number of strokes of a Chinese character in its mainland form."""
    return stroke_table().count(character)


def stroke_classes(character: str) -> str:
    """Stroke classes 1 to 5 in writing order; empty when unknown."""
    return stroke_table().orders.get(character, "")


def unknown_characters(name: str) -> list[str]:
    """Chinese characters whose place by strokes is not certain; the organizer should check them."""
    return [character for character in name if is_han(character) and not stroke_classes(character)]


def stroke_key(name: str, variant: Variant = "surname") -> str:
    """Key by strokes. Latin names come after Chinese ones, names of unknown characters last.

    "surname" (usual for lists of members): a two-character name counts as surname, blank, given
    name, so 田富 comes before 田大利. "full": without that blank, so 田大利 comes before 田富.
    """
    if not name or not is_han(name[0]):
        return _LATIN + _latin_letters(name)
    parts = [_character_key(character) for character in name if character not in f"{DOT} "]
    if variant == "surname" and len(name) == _TWO and split_name(name)[0]:
        parts.insert(1, _BLANK)
    first = _UNKNOWN if stroke_count(name[0]) is None else _CHINESE
    return first + "".join(parts)


def pinyin_key(name: str, latin: str) -> str:
    """Key by the Latin spelling, word by word (so Li An comes before Lian), then by strokes."""
    return f"{_latin_letters(latin)}|{stroke_key(name)}"


@cache
def stroke_table() -> StrokeTable:
    """The table, read once per process (5 MB)."""
    totals: dict[int, str] = {}
    orders: dict[str, str] = {}
    section = ""
    with gzip.open(_DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                section = line[2:].strip()
                continue
            key, value = line.rstrip("\n").split(" ", 1)
            if section == "totals":
                totals[int(key, 16)] = value
            else:
                orders.update(dict.fromkeys(value, key))
    return StrokeTable(totals, orders)


@lru_cache(maxsize=20_000)
def _character_key(character: str) -> str:
    if not is_han(character):
        return _OTHER + _latin_letters(character)
    count = stroke_count(character)
    if count is None:
        return _NO_COUNT + character
    return f"{count:02d}{stroke_classes(character) or _NO_ORDER}{character}"


def _latin_letters(text: str) -> str:
    """Small letters without accents; ü sorts after u, as Chinese dictionaries do."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ü", "v")
    plain = unicodedata.normalize("NFKD", folded)
    return "".join(character for character in plain if not unicodedata.combining(character))
