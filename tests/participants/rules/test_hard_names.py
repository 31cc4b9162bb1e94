"""Three hundred hard names in the three orders of official lists, told from the rules alone.

`hard_names.txt` says by hand what each character is: the strokes in writing order by class
(横 1, 竖 2, 撇 3, 点 4, 折 5; GF 3003) and, for each name, how it is read, with tones (surnames by
their own readings). The order expected is made here from the words of the rules, with nothing of
the product: number of strokes, then their kinds, then the next character (GB 13000.1); a blank
behind the surname of a two-character name or none; syllable, tone, strokes (GB/T 13418).
"""

from pathlib import Path

import pytest

from participants.rules.name_order import pinyin_key, stroke_classes, stroke_key
from participants.rules.names import latin_name

_TABLE = Path(__file__).with_name("hard_names.txt").read_text("utf-8")


def read_table():
    strokes, readings, section = {}, {}, ""
    for line in _TABLE.splitlines():
        if line.startswith("#"):
            section = line[2:].split(":")[0]
        elif line and section == "strokes":
            for word in line.split():
                strokes[word[0]] = word[1:]
        elif line and section == "names":
            name, _bar, read = line.partition(" ")
            readings[name] = read.split()
    return strokes, readings


STROKES, READINGS = read_table()
NAMES = list(READINGS)
DOT = "·"
LATIN = [name for name in NAMES if name.isascii()]
CHINESE = [name for name in NAMES if not name.isascii()]


def characters(name):
    return [sign for sign in name if sign != DOT]


def one(character):
    """By number of strokes, then by their kinds."""
    return len(STROKES[character]), STROKES[character]


def by_strokes(name, *, blank):
    units = [one(character) for character in characters(name)]
    if blank and len(name) == 2:
        units.insert(1, (0, ""))
    return units


def by_pinyin(name):
    units = zip(READINGS[name], characters(name), strict=True)
    return [(said[:-1], said[-1], one(character)) for said, character in units]


def shuffled(names):
    """Another order every time the list changes, the same for the same list."""
    return sorted(names, key=lambda name: name[::-1])


def ordered(key):
    return sorted(shuffled(NAMES), key=lambda name: key(name).encode())


def test_table_then_many_names_and_no_two_of_the_same_place():
    assert len(NAMES) >= 200
    for key in (lambda name: by_strokes(name, blank=True), by_pinyin):
        assert len({repr(key(name)) for name in CHINESE}) == len(CHINESE)


def test_strokes_then_as_counted_by_hand():
    assert {character: stroke_classes(character) for character in STROKES} == STROKES


@pytest.mark.parametrize(("variant", "blank"), [("surname", True), ("full", False)])
def test_names_when_ordered_by_strokes_then_as_the_rule_says(variant, blank):
    expected = sorted(CHINESE, key=lambda name: by_strokes(name, blank=blank))
    assert ordered(lambda name: stroke_key(name, variant)) == [*expected, *sorted(LATIN)]


def test_names_when_ordered_by_pinyin_then_syllable_tone_and_strokes():
    found = ordered(lambda name: pinyin_key(name, latin_name(name)))
    assert [name for name in found if name in CHINESE] == sorted(CHINESE, key=by_pinyin)


def test_latin_names_when_ordered_by_pinyin_then_among_the_others_by_their_letters():
    found = ordered(lambda name: pinyin_key(name, latin_name(name)))
    for name in LATIN:
        place = found.index(name)
        letters = name.lower()
        before = [READINGS[other][0][:-1] for other in found[:place] if other in CHINESE]
        behind = [READINGS[other][0][:-1] for other in found[place + 1 :] if other in CHINESE]
        assert all(other <= letters for other in before)
        assert all(other > letters.split()[0] for other in behind)


def test_latin_spelling_then_the_syllables_of_the_reading():
    for name in CHINESE:
        said = "".join(syllable[:-1] for syllable in READINGS[name])
        spelled = latin_name(name).lower().replace("ü", "v")
        assert spelled.replace("'", "").replace(" ", "") == said


@pytest.mark.parametrize(
    ("first", "second"),
    [("干一", "于一"), ("巴一", "孔一"), ("贝一", "水一"), ("化一", "仇一"), ("相一", "查一")],
)
def test_surnames_of_the_very_same_strokes_then_as_in_the_national_table(first, second):
    assert stroke_classes(first[0]) == stroke_classes(second[0])
    assert stroke_key(first) < stroke_key(second)


def test_spelling_corrected_by_hand_then_the_order_follows_it():
    as_usual, corrected = pinyin_key("盖一", "Ge Yi"), pinyin_key("盖一", "Gai Yi")
    assert pinyin_key("甘一", "Gan Yi") < as_usual
    assert corrected < pinyin_key("甘一", "Gan Yi")
    assert pinyin_key("陈大文", "Chan Tai Man") < pinyin_key("常一", "Chang Yi")
