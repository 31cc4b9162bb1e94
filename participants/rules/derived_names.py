"""Everything that a person's row derives from the name, computed together when it is written."""

from dataclasses import dataclass

from participants.rules.name_order import pinyin_key, stroke_key
from participants.rules.names import initials, latin_name

LATIN_LENGTH = 160
PINYIN_KEY_LENGTH = 400
STROKE_KEY_LENGTH = 800
INITIALS_LENGTH = 60


@dataclass(frozen=True)
class DerivedNames:
    """Cut to the length of their columns: the order of two names beyond that does not matter."""

    latin_name: str
    pinyin_key: str
    stroke_key: str
    initials: str


def derived_names(name: str, latin: str = "") -> DerivedNames:
    """The derived texts of a clean name; a Latin spelling given by hand wins."""
    spelled = (latin or latin_name(name))[:LATIN_LENGTH]
    return DerivedNames(
        latin_name=spelled,
        pinyin_key=pinyin_key(name, spelled)[:PINYIN_KEY_LENGTH],
        stroke_key=stroke_key(name)[:STROKE_KEY_LENGTH],
        initials=initials(name)[:INITIALS_LENGTH],
    )
