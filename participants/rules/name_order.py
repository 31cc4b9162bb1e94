"""Sort keys for names: by strokes of the surname, and by pinyin. Keys compare right byte by byte.

The order by strokes: number of strokes of the first character, then its strokes in writing order
by class (horizontal 1, vertical 2, left-falling 3, dot 4, bent 5), then the second character, and
so on. Where the stroke data come from: `data/README.md`.

The order by pinyin goes character by character: syllable, tone, strokes (GB/T 13418); so people of
one surname stand together, and Wang in the first tone before Wang in the second.
"""

import gzip
import string
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from participants.rules.name_readings import (
    given_syllables,
    said_syllables,
    surname_syllables,
)
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
# Characters of the very same strokes in the order of the national table (General Standard Chinese
# Characters, first level). All others of this kind follow in the order of their code points.
_TIES = """
" 十丁 八人入 儿匕几九 刀力乃 干于 大丈 夕久么勺凡丸及 子卫 开井 云专 犬太
歹友尤 曰日 贝冈内水 午牛手 气毛 化仇 父从 勾凤 巴孔 石右 占凸 旦目且
叶甲申叮 电号 叫叩 叨另 矢失 尔乐 外处 议必 召加 考托 巩圾执 百有 早吁 吕同
旬旨旭 名各 衣次 麦玖 贡汞坝 杠杜 员呐 吧邑吼 这冷 没沟 驳纵 者拍 泪沮 相查
骆络 积秧 晾景 湘渣 骗编
"""
_TIE = {
    character: str(place)
    for group in _TIES.split()
    for place, character in enumerate(group, start=1)
}
_NO_TIE = "9"


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
    """Key by syllables with their tones, then strokes, character by character. `latin` may have
    been corrected by hand: it decides between the readings of a character. A spelling that is no
    pinyin of the name goes by its letters, word by word (so Li An comes before Lian)."""
    characters = "".join(character for character in name if is_han(character))
    syllables = said_syllables(characters, _usual_syllables(name), latin) if characters else None
    if syllables is None or not all(is_han(sign) or sign in f"{DOT} " for sign in name):
        return f"{_latin_letters(latin)}|{stroke_key(name)}"
    return "".join(
        syllable + _character_key(character)
        for syllable, character in zip(syllables, characters, strict=True)
    )


def _usual_syllables(name: str) -> list[str]:
    surname, given = split_name(name)
    rest = "".join(character for character in given if is_han(character))
    return [*surname_syllables(surname), *given_syllables(rest)]


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
    tie = _TIE.get(character, _NO_TIE)
    return f"{count:02d}{stroke_classes(character) or _NO_ORDER}{tie}{character}"


def _latin_letters(text: str) -> str:
    """Small letters without accents; ü sorts after u, as Chinese dictionaries do."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ü", "v")
    plain = unicodedata.normalize("NFKD", folded)
    return "".join(character for character in plain if not unicodedata.combining(character))
