"""Names of people: clean spelling, surname and given name, Latin spelling, initials, mask.

The full name is the truth; everything here is derived from it and can be corrected by hand.
Order by strokes or pinyin is in `name_order`. Only the canonical Unicode form (NFC) is applied:
a compatibility form would replace characters that people really carry in their names.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from participants.rules.name_readings import (
    given_syllables,
    is_read,
    surname_syllables,
    without_tone,
)

DOT = "\u00b7"
_DOTS = dict.fromkeys(
    map(ord, "\u2022\u30fb\uff0e\u2027\uff65\u2219\u22c5\u25cf\ufe52\u2024\u02d9\u25aa"), DOT
)
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])
_SPACES = re.compile(r"\s+")
# Typed instead of the dot, between two Chinese characters.
_FULL_STOP = re.compile(r"(?<=[^ -~])[.\u3002] ?(?=([^ -~]))")
_HAN_BLOCKS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x323AF),
    (0xF900, 0xFAFF),
    (0x3007, 0x3007),
)
_COMPOUND_LENGTH = 2
_LONGEST_HAN_NAME = 4

# Private-use code points that Chinese systems wrote before the characters had a place in Unicode
# (GB 18030-2005, Windows code page 936), with the official code point of today.
PRIVATE_USE = {
    0xE815: 0x2E81, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE819: 0x2E84,
    0xE81A: 0x3473, 0xE81B: 0x3447, 0xE81C: 0x2E88, 0xE81D: 0x2E8B, 0xE81E: 0x9FB4,
    0xE81F: 0x359E, 0xE820: 0x361A, 0xE821: 0x360E, 0xE822: 0x2E8C, 0xE823: 0x2E97,
    0xE824: 0x396E, 0xE825: 0x3918, 0xE826: 0x9FB5, 0xE827: 0x39CF, 0xE828: 0x39DF,
    0xE829: 0x3A73, 0xE82A: 0x39D0, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE82D: 0x3B4E,
    0xE82E: 0x3C6E, 0xE82F: 0x3CE0, 0xE830: 0x2EA7, 0xE831: 0x215D7, 0xE832: 0x9FB8,
    0xE833: 0x2EAA, 0xE834: 0x4056, 0xE835: 0x415F, 0xE836: 0x2EAE, 0xE837: 0x4337,
    0xE838: 0x2EB3, 0xE839: 0x2EB6, 0xE83A: 0x2EB7, 0xE83B: 0x2298F, 0xE83C: 0x43B1,
    0xE83D: 0x43AC, 0xE83E: 0x2EBB, 0xE83F: 0x43DD, 0xE840: 0x44D6, 0xE841: 0x4661,
    0xE842: 0x464C, 0xE843: 0x9FB9, 0xE844: 0x4723, 0xE845: 0x4729, 0xE846: 0x477C,
    0xE847: 0x478D, 0xE848: 0x2ECA, 0xE849: 0x4947, 0xE84A: 0x497A, 0xE84B: 0x497D,
    0xE84C: 0x4982, 0xE84D: 0x4983, 0xE84E: 0x4985, 0xE84F: 0x4986, 0xE850: 0x499F,
    0xE851: 0x499B, 0xE852: 0x49B7, 0xE853: 0x49B6, 0xE854: 0x9FBA, 0xE855: 0x241FE,
    0xE856: 0x4CA3, 0xE857: 0x4C9F, 0xE858: 0x4CA0, 0xE859: 0x4CA1, 0xE85A: 0x4C77,
    0xE85B: 0x4CA2, 0xE85C: 0x4D13, 0xE85D: 0x4D14, 0xE85E: 0x4D15, 0xE85F: 0x4D16,
    0xE860: 0x4D17, 0xE861: 0x4D18, 0xE862: 0x4D19, 0xE863: 0x4DAE, 0xE864: 0x9FBB,
}  # fmt: skip

COMPOUND_SURNAMES = frozenset({
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟",
    "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政",
    "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙",
    "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
    "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋",
    "夹谷", "轩辕", "令狐", "段干", "百里", "呼延", "东郭", "南门", "羊舌",
    "微生", "公户", "公玉", "公仪", "梁丘", "公仲", "公上", "公门", "公山",
    "公坚", "左丘", "公伯", "西门", "公祖", "第五", "公乘", "贯丘", "公皙",
    "南荣", "东里", "东宫", "仲长", "子书", "子桑", "即墨", "达奚", "褚师",
    "纳兰", "叶赫", "完颜", "富察", "费莫", "钮祜", "那拉", "歐陽", "諸葛",
    "司馬", "東方", "尉遲", "長孫",
})  # fmt: skip


@dataclass(frozen=True)
class CleanName:
    """A name as it is stored, with what had to be changed that a person should look at."""

    name: str
    warnings: tuple[str, ...] = ()


def is_han(character: str) -> bool:
    """True for a Chinese character of any Unicode block (and for 〇, used in given names)."""
    if "\u4e00" <= character <= "\u9fff":
        return True
    code = ord(character)
    return any(first <= code <= last for first, last in _HAN_BLOCKS)


def is_private_use(character: str) -> bool:
    """Code points without a meaning of their own; nothing can print them reliably."""
    return unicodedata.category(character) == "Co"


def clean_name(raw: str) -> CleanName:
    """The stored form, and warnings about characters that were replaced or remain odd."""
    name = normalize_name(raw)
    return CleanName(name, code_warnings(raw, name))


def code_warnings(raw: str, text: str) -> tuple[str, ...]:
    """What to say of private codes that were replaced on the way from `raw` to `text`, or stay."""
    if raw.isascii():
        return ()
    replaced = [character for character in raw if ord(character) in PRIVATE_USE]
    warnings: list[str] = []
    if replaced:
        now = "".join(chr(PRIVATE_USE[ord(character)]) for character in replaced)
        warnings.append(
            _(
                "A character in an old private code was replaced by %(characters)s. "
                "Please compare it with the paper."
            )
            % {"characters": now}
        )
    if any(is_private_use(character) for character in text):
        warnings.append(
            _("A character in a private code cannot be printed. Type it anew: %(text)s")
            % {"text": text}
        )
    return tuple(warnings)


def normalize_name(raw: str) -> str:
    """NFC, one kind of dot, single spaces, none between Chinese characters or around the dot."""
    text = unicodedata.normalize("NFC", raw.translate(PRIVATE_USE).translate(_INVISIBLE))
    text = _SPACES.sub(" ", text.translate(_DOTS)).strip()
    if any(is_han(character) for character in text):
        text = re.sub(rf"(?<=[^ -~]) (?=[^ -~])| ?{DOT} ?", lambda match: match[0].strip(), text)
        text = _FULL_STOP.sub(lambda match: DOT if is_han(match[1]) else match[0], text)
    return text


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a Chinese name; for all others no surname and the whole name."""
    if (
        not name
        or not all(is_han(character) for character in name)
        or len(name) > _LONGEST_HAN_NAME
    ):
        return "", name
    if len(name) > _COMPOUND_LENGTH and name[:2] in COMPOUND_SURNAMES:
        return name[:2], name[2:]
    if len(name) == 1:
        return name, ""
    return name[:1], name[1:]


def latin_name(name: str) -> str:
    """Pinyin as in GB/T 28039: surname, space, given name in one word ("Ouyang Na", "Li Xi'an").

    A name with dots is spelled part by part in its own order. Latin names stay as they are.
    """
    if not any(is_han(character) for character in name):
        return name
    surname, given = split_name(name)
    if not surname:
        return " ".join(_given_in_latin(part) for part in re.split(rf"[{DOT} ]", name) if part)
    return f"{_surname_in_latin(surname)} {_given_in_latin(given)}".strip()


def initials(name: str) -> str:
    """First letters of all syllables or words, for searching ("oyn" for 欧阳娜)."""
    surname, given = split_name(name)
    if surname:
        syllables = [*surname_syllables(surname), *given_syllables(given)]
        return "".join(syllable[:1] for syllable in syllables)
    words = re.split(r"[\s·.\-]+", latin_name(name))
    return "".join(word[:1] for word in words).lower()


def unread_characters(name: str) -> list[str]:
    """Chinese characters whose reading nobody has told us; the Latin spelling lacks them."""
    return [character for character in name if is_han(character) and not is_read(character)]


def mask_name(name: str) -> str:
    """What strangers see: 王*明, 王*, 欧阳*娜, 阿****·***提, J*** S****."""
    surname, given = split_name(name)
    if surname:
        hidden = "*" * max(len(given) - 1, 1 if given else 0)
        return surname + hidden + (given[-1] if len(given) > 1 else "")
    if not any(is_han(character) for character in name):
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())
    middle = "".join(character if character in f"{DOT} " else "*" for character in name[1:-1])
    return name[:1] + middle + name[-1:] if len(name) > 1 else name


def _surname_in_latin(surname: str) -> str:
    return "".join(map(without_tone, surname_syllables(surname))).capitalize()


def _given_in_latin(part: str) -> str:
    """Syllables run together; an apostrophe keeps a vowel at the start of a syllable apart."""
    spelled = ""
    for syllable in _syllables(part):
        spelled += f"'{syllable}" if spelled and syllable[0] in "aoe" else syllable
    return spelled[:1].upper() + spelled[1:]


def _syllables(text: str) -> list[str]:
    """One reading a character; runs of other writing stay whole."""
    pieces: list[str] = []
    for is_chinese, run in groupby(text, is_han):
        if is_chinese:
            pieces += map(without_tone, given_syllables("".join(run)))
        else:
            pieces.append("".join(run))
    return pieces
