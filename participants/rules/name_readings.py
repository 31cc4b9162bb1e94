"""How the characters of names are read: syllables with their tone as a digit ("shan4", "lv3").

Surnames have readings of their own. A spelling that a person has corrected tells which reading of
a character is meant (曾 as Ceng, 盖 as Gai); only a spelling that is no pinyin at all stays apart.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# The phrase table of pypinyin takes 44 MB of each worker and rarely helps with names.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, lazy_pinyin, pinyin

# Surnames that are read, or intoned, otherwise than the character usually is.
SURNAME_READINGS = {
    "单": "shan4", "單": "shan4", "仇": "qiu2", "解": "xie4", "查": "zha1", "任": "ren2",
    "曾": "zeng1", "朴": "piao2", "盖": "ge3", "蓋": "ge3", "乐": "yue4", "樂": "yue4",
    "缪": "miao4", "繆": "miao4", "翟": "zhai2", "区": "ou1", "區": "ou1", "种": "chong2",
    "黑": "he4", "折": "she2", "员": "yun4", "員": "yun4", "那": "na1", "洗": "xian3",
    "冼": "xian3", "尉": "wei4", "万": "wan4", "华": "hua4", "華": "hua4", "逄": "pang2",
    "逢": "pang2", "隗": "wei3", "葛": "ge3", "祭": "zhai4", "召": "shao4", "卜": "bu3",
    "秘": "bi4", "费": "fei4", "宓": "mi4", "覃": "qin2", "牟": "mou2", "晁": "chao2",
    "谌": "chen2", "谯": "qiao2", "莘": "shen1", "哈": "ha3", "干": "gan1", "于": "yu2",
    "於": "yu1", "尹": "yin3", "佴": "nai4", "仝": "tong2", "令": "ling2", "佟": "tong2",
    "教": "jiao4", "撒": "sa3", "车": "che1", "車": "che1", "都": "du1", "重": "chong2",
    "阚": "kan4", "闞": "kan4", "郇": "xun2", "郗": "xi1", "隽": "juan4", "纪": "ji3",
    "紀": "ji3", "过": "guo1", "過": "guo1", "應": "ying1", "应": "ying1", "宁": "ning2",
    "曲": "qu1", "石": "shi2", "贾": "jia3", "賈": "jia3", "薄": "bo2", "柏": "bai3",
    "鲍": "bao4", "暴": "bao4", "贲": "ben1", "卓": "zhuo2", "俞": "yu2", "幺": "yao1",
    "么": "yao1", "乜": "nie4", "粘": "nian2", "适": "kuo4", "称": "cheng1", "长": "chang2",
    "行": "xing2", "殷": "yin1", "冯": "feng2", "盛": "sheng4", "燕": "yan1", "占": "zhan1",
    "要": "yao1", "句": "gou1", "繁": "po2", "能": "nai4", "訾": "zi1", "厍": "she4",
    "妫": "gui1", "庹": "tuo3", "昝": "zan3", "逯": "lu4", "仉": "zhang3", "眭": "sui1",
    "尉迟": "yu4 chi2", "尉遲": "yu4 chi2", "万俟": "mo4 qi2", "澹台": "tan2 tai2",
    "长孙": "zhang3 sun1", "長孫": "zhang3 sun1", "令狐": "ling2 hu2", "鲜于": "xian1 yu2",
    "亓官": "qi2 guan1", "呼延": "hu1 yan2", "宰父": "zai3 fu3", "谷梁": "gu3 liang2",
    "乐正": "yue4 zheng4", "子车": "zi3 ju1", "即墨": "ji2 mo4", "仲长": "zhong4 chang2",
    "单于": "chan2 yu2", "钟离": "zhong1 li2", "夹谷": "jia1 gu3", "诸葛": "zhu1 ge3",
    "諸葛": "zhu1 ge3", "拓跋": "tuo4 ba2", "皇甫": "huang2 fu3",
}  # fmt: skip

# Characters whose usual reading in names is not the first one of the dictionary, or is not in it.
GIVEN_READINGS = {
    "茜": "qian4", "晟": "sheng4", "曦": "xi1", "澄": "cheng2", "卜": "bu3", "阿": "a1",
    "彧": "yu4", "子": "zi3", "曾": "zeng1", "了": "liao3", "𠮷": "ji2",
}  # fmt: skip

_TONE = re.compile(r"\d")
_SYLLABLE = re.compile(r"[a-z]+[1-5]")
_LETTERS = re.compile(r"[^a-z]")


def surname_syllables(surname: str) -> list[str]:
    """Of one character, or two of a compound surname; a reading known for the whole goes first."""
    known = SURNAME_READINGS.get(surname)
    if known:
        return known.split()
    return [reading(character) for character in surname]


def given_syllables(text: str) -> list[str]:
    """One a Chinese character."""
    return [reading(character) for character in text]


@lru_cache(maxsize=20_000)
def reading(character: str) -> str:
    """Of a Chinese character in a given name; the character itself when nobody has told us."""
    known = GIVEN_READINGS.get(character)
    if known:
        return known
    found = lazy_pinyin(
        character, style=Style.TONE3, errors="default", neutral_tone_with_five=True
    )[0]
    return str(found) if _SYLLABLE.fullmatch(found) else character


def is_read(character: str) -> bool:
    """A reading is known."""
    return reading(character) != character


def without_tone(syllable: str) -> str:
    """As it is written: lü, not lv3."""
    return _TONE.sub("", syllable).replace("v", "ü")


def said_syllables(characters: str, usual: Sequence[str], latin: str) -> list[str] | None:
    """The syllables that a Latin spelling gives the characters: the usual ones when it agrees,
    else others that these characters have; None for a spelling of another kind."""
    letters = folded_letters(latin)
    if letters == "".join(map(_plain, usual)):
        return list(usual)
    return _aligned(characters, letters)


def folded_letters(latin: str) -> str:
    """Small letters alone, ü as v."""
    text = unicodedata.normalize("NFC", latin).casefold().replace("ü", "v")
    return _LETTERS.sub("", unicodedata.normalize("NFKD", text))


def _aligned(characters: str, letters: str) -> list[str] | None:
    """Readings of the characters, one after the other, that spell exactly these letters; by how
    far the letters are spent, so that long names cost no more than their length."""
    spent: dict[int, list[str]] = {0: []}
    for character in characters:
        further: dict[int, list[str]] = {}
        for place, said in spent.items():
            for syllable in _all_readings(character):
                if letters.startswith(_plain(syllable), place):
                    further.setdefault(place + len(_plain(syllable)), [*said, syllable])
        spent = further
    return spent.get(len(letters))


@lru_cache(maxsize=4_000)
def _all_readings(character: str) -> tuple[str, ...]:
    """Those of the dictionary after the usual ones."""
    found = pinyin(
        character,
        style=Style.TONE3,
        heteronym=True,
        errors="ignore",
        neutral_tone_with_five=True,
    )
    known = SURNAME_READINGS.get(character, "").split()
    return tuple(dict.fromkeys([reading(character), *known, *(found[0] if found else ())]))


def _plain(syllable: str) -> str:
    return _TONE.sub("", syllable)
