"""One row of a roster file read into the facts about a person, with what cannot be understood."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from g60portal.common.tables import Cell
from participants.choices import Gender, PaperKind
from participants.rules.birth_dates import BirthDate, birth_date
from participants.rules.employer_titles import employer_and_title, is_house
from participants.rules.names import COMPOUND_SURNAMES, DOT, is_han, normalize_name
from participants.rules.papers import likely_kind
from participants.rules.person_facts import CITY_MISSING, PersonFacts
from participants.rules.roster_header import Header
from participants.rules.roster_words import (
    names_nobody,
    normalized,
    points_above,
    says_nothing,
)

Text = str | Promise
Meaning = TypeVar("Meaning")

CITY_UNKNOWN = _("No city of the corridor has this name: %(value)s.")
GENDER_UNKNOWN = _("Write male or female: %(value)s cannot be read.")
LANGUAGE_UNKNOWN = _("Write Chinese or English: %(value)s cannot be read.")
CONSENT_UNKNOWN = _("Write yes or no: %(value)s cannot be read.")
PAPER_KIND_UNKNOWN = _("This kind of paper is not known: %(value)s.")
MASKED_IGNORED = _("The masked value in column %(column)s was left out.")
NUMBER_AS_NAME = _("A name cannot be a number.")
PASSPORT_ASSUMED = _("Taken for a passport, as the kind of paper is not given.")
FORMULA_FAILED = _("A formula stands here that has no result. Type the value instead.")
DATE_FOUND = _("The spreadsheet has made a date of this. Set the cell to text and type it again.")
CREDIT_CODE_AS_NUMBER = _(
    "The spreadsheet kept this code as a number and has lost its last digits. "
    "Set the cell to text and type it again."
)
ZEROS_LOST = _(
    "A spreadsheet has replaced the last digits by zeros. "
    "Type the number again, and send the file as XLSX with the column set to text."
)
ZEROS_DOUBTFUL = _(
    "This number ends in 000, as numbers do that a spreadsheet has spoiled. "
    "Compare it with the card."
)
PAPER_AS_NUMBER = _(
    "The number of the paper is kept as a number: zeros at its beginning would be lost. "
    "Compare it with the paper."
)
NAME_WITH_REMARK = _("The name holds brackets. Is a remark written into it?")
NAME_REMARK_LEFT_OUT = _("The remark %(value)s was left out of the name.")
NAME_OF_NOBODY = _("This names nobody: %(value)s. Leave the row out until the person is known.")
NAMES_SEVERAL = _(
    "Two names stand here, or the dot between the parts of one is missing. "
    "Write one name in each row."
)
NAME_ODD = _("A name holds no %(value)s. Write the name alone.")
SAME_AS_ABOVE = _("The cell points to the one above. Write the value itself: %(value)s says none.")
EMPLOYER_TAKEN_APART = _("Read as organization “%(organization)s” and post “%(title)s”.")
EMPLOYER_NOT_TAKEN_APART = _(
    "Where the post begins cannot be told; all of it was taken as the organization."
)
CITY_AROUND = _("%(value)s was taken for a part of %(city)s.")
BIRTH_UNREADABLE = _("This is no date of birth: %(value)s. Write it like 1980-05-12.")


def _meanings(words: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """What each word means, in the spelling of `normalized`."""
    return {word: meaning for meaning, text in words.items() for word in text.split()}


GENDERS = _meanings(
    {
        Gender.MALE: "男 男性 m male 1",
        Gender.FEMALE: "女 女性 f female 2",
        Gender.UNKNOWN: "未知 unknown 0",
        Gender.UNSTATED: "未说明 notstated 9",
    }
)
LANGUAGE_WORDS = _meanings(
    {
        "zh-hans": "中文 汉语 简体中文 chinese zh zhhans zhcn simplifiedchinese",
        "en": "英文 英语 english en enus engb",
    }
)
CONSENTS = _meanings(
    {
        True: "是 同意 愿意 yes y true 1 √ ✓ 有 on",
        False: "否 不同意 不愿意 不 no n false 0 × x 无 off",
    }
)
PAPER_WORDS = _meanings(
    {
        PaperKind.RESIDENT_ID: (
            "身份证 居民身份证 二代身份证 residentid residentidentitycard idcard identitycard"
        ),
        PaperKind.RESIDENCE_PERMIT: "港澳台居民居住证 居住证 港澳台居住证 residencepermit",
        PaperKind.HOME_RETURN_PERMIT: "港澳居民来往内地通行证 回乡证 港澳通行证 homereturnpermit",
        PaperKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证 台胞证 taiwanpermit",
        PaperKind.PASSPORT: "护照 外国护照 passport",
        PaperKind.FOREIGN_RESIDENT_CARD: (
            "外国人永久居留身份证 外国人永久居留证 永久居留身份证 foreignresidentcard "
            "foreignpermanentresidentcard"
        ),
        PaperKind.OTHER: "其他 其它 other otherpaper",
    }
)

# ="310…" and '=… are how spreadsheets and careful exports keep a text a text.
_AS_FORMULA = re.compile(r'="(.*)"')
_GUARDED = re.compile(
    r"['\u2018\u2019`](?=[=+\-@\uff0b\uff0d\uff1d\uff20\d\u3400-\u9fff])(.*)", re.DOTALL
)
_CITY_TAIL = re.compile(r"(市|区)+$")
_CITY_HEAD = re.compile(r"^(中国)?(上海市?|安徽省?|江苏省?|浙江省?)(?=.)")
# 嘉兴市南湖区 lies in 嘉兴: what follows on the city is a part of it.
_CITY_PART = re.compile(r"[市区].+(区|县|市|镇|乡|街道)")
_LETTERS = {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
# 王丽（女，回族）: how official lists write what stands in columns here.
_REMARK = re.compile(r"\s*[(（\[【]([^()（）\[\]【】]{1,12})[)）\]】]\s*$")
_REMARK_WORDS = re.compile(
    r"(男|女|[\u4e00-\u9fff]{1,6}族)([,，、;；\s]+(男|女|[\u4e00-\u9fff]{1,6}族))*"
)
_SEVERAL = re.compile(r"[、,，;；/|]")
# Signs of names beside letters: "O'Connor", "Jean-Luc", "Smith, Jane", "John W. Smith".
_SIGNS_OF_NAMES = frozenset(f"{DOT}'’ʼ‘`-‐.,()（）[]【】 ")
_BRACKETS = re.compile(r"[()（）\[\]【】<>《》]")
_DATES = frozenset({"date", "datetime", "time"})
# A number of 18 digits that a spreadsheet has spoiled ends like this.
_ZEROS = re.compile(r"\d{15}000")
_SAFE_DIGITS = 15
_PASSPORTS = re.compile("护照|passport", re.IGNORECASE)


@dataclass(frozen=True)
class RowReading:
    """Problems by field; what could not be understood is empty in the facts."""

    name: str
    facts: PersonFacts
    problems: Mapping[str, Text] = field(default_factory=dict)
    warnings: tuple[Text, ...] = ()


def city_words(code: str, name: str, name_en: str, *more: str) -> set[str]:
    """The words for a city that a file may use, in the spelling of `city_word`."""
    words = (code, name, name_en, name_en.partition(",")[0], *more)
    return {city_word(word) for word in words if word}


def city_word(raw: str) -> str:
    """The bare name: 上海市松江区, 上海松江 and 松江 are one."""
    text = normalized(raw.partition(",")[0] if raw.isascii() else raw)
    bare = _CITY_TAIL.sub("", _CITY_HEAD.sub("", text))
    return bare or text


def read_row(
    header: Header,
    cells: Sequence[Cell],
    cities: Mapping[str, int],
    *,
    home: int = 0,
    typed: bool = True,
) -> RowReading:
    """The facts of a row. `cities` maps `city_word` to the city's id; `home` is the city of rows
    that name none; in a file that is not `typed` every cell is a text, damaged or not."""
    return _Reader(header, cells, cities, home, typed=typed).reading()


class _Reader:
    """Understands the cells of one row."""

    def __init__(
        self,
        header: Header,
        cells: Sequence[Cell],
        cities: Mapping[str, int],
        home: int,
        *,
        typed: bool,
    ) -> None:
        self._cells: dict[str, list[Cell]] = {}
        for column in header.columns:
            if column.index < len(cells) and _is_said(column.name, cells[column.index]):
                self._cells.setdefault(column.name, []).append(cells[column.index])
        self._header = header
        self._cities = cities
        self._home = home
        self._typed = typed
        self._problems: dict[str, Text] = {}
        self._warnings: list[Text] = []

    def reading(self) -> RowReading:
        self._refuse_spoiled()
        name, remark = self._name()
        employer, title = self._employer()
        identity = self._identity()
        facts = PersonFacts(
            name=name,
            city_id=self._city(),
            organization_name=employer,
            title=title,
            latin_name=self._text("latin_name"),
            gender=self._word("gender", GENDERS, GENDER_UNKNOWN) or remark,
            birth=self._birth(),
            phone=self._number("phone"),
            email=self._unmasked("email"),
            language=self._word("language", LANGUAGE_WORDS, LANGUAGE_UNKNOWN) or "",
            paper_kind=self._paper_kind(identity),
            identity=identity,
            credit_code=self._text("credit_code"),
            directory_consent=self._word("directory_consent", CONSENTS, CONSENT_UNKNOWN),
            group_name=self._text("group_name"),
        )
        return RowReading(name, facts, self._problems, tuple(self._warnings))

    def _refuse_spoiled(self) -> None:
        """Cells that hold something else than what was typed."""
        for name, cells in self._cells.items():
            kinds = {cell.kind for cell in cells}
            if "error" in kinds:
                self._problems[name] = FORMULA_FAILED
            elif any(cell.kind == "text" and points_above(cell.text) for cell in cells):
                self._problems[name] = str(SAME_AS_ABOVE) % {"value": cells[0].text}
            elif kinds & _DATES and name != "birth_on":
                self._problems[name] = DATE_FOUND
            elif name == "name" and kinds & {"number", "boolean"}:
                self._problems[name] = NUMBER_AS_NAME
            elif name == "credit_code" and _is_long_number(cells[0]):
                self._problems[name] = CREDIT_CODE_AS_NUMBER

    def _first(self, name: str) -> Cell | None:
        return next(iter(self._cells.get(name, ())), None)

    def _text(self, name: str) -> str:
        texts = [_bare(cell.text) for cell in self._cells.get(name, ())]
        return " ".join(dict.fromkeys(text for text in texts if text))

    def _name(self) -> tuple[str, str]:
        """The name, and the gender when a remark behind it tells one."""
        name, gender = self._without_remark(self._text("name").translate(_LETTERS))
        if "name" in self._problems or not name:
            return name, gender
        if names_nobody(name):
            self._problems["name"] = str(NAME_OF_NOBODY) % {"value": name}
        elif _is_several(name):
            self._problems["name"] = NAMES_SEVERAL
        elif odd := "".join(_odd_signs(normalize_name(name))):
            self._problems["name"] = str(NAME_ODD) % {"value": odd}
        elif _BRACKETS.search(name):
            self._warnings.append(NAME_WITH_REMARK)
        return name, gender

    def _without_remark(self, name: str) -> tuple[str, str]:
        found = _REMARK.search(name)
        if not found or not _REMARK_WORDS.fullmatch(found[1].strip()):
            return name, ""
        self._warnings.append(str(NAME_REMARK_LEFT_OUT) % {"value": found[0].strip()})
        told = [GENDERS[word] for word in "男女" if word in _SEVERAL.split(found[1].strip())]
        return name[: found.start()], told[0] if len(told) == 1 else ""

    def _employer(self) -> tuple[str, str]:
        """Organization and post: from columns of their own, else from one that holds both."""
        employer, title = self._text("organization_name"), self._text("title")
        both = self._text("organization_and_title")
        if not both or employer:
            return employer, title
        organization, post = employer_and_title(both)
        if post:
            facts = {"organization": organization, "title": post}
            self._warnings.append(str(EMPLOYER_TAKEN_APART) % facts)
        elif not is_house(organization):
            self._warnings.append(EMPLOYER_NOT_TAKEN_APART)
        return organization, " ".join(dict.fromkeys(text for text in (post, title) if text))

    def _unmasked(self, name: str) -> str:
        """A masked value comes from our own export and says nothing."""
        text = self._text(name)
        if "**" not in text:
            return text
        label = self._header.label_of(name)
        self._warnings.append(str(MASKED_IGNORED) % {"column": label})
        return ""

    def _number(self, name: str) -> str | int | float:
        """The very value of a numeric cell, so that the checks see what a spreadsheet spoiled."""
        cell = self._first(name)
        if cell and cell.kind == "number" and isinstance(cell.value, (int, float)):
            return cell.value
        return self._unmasked(name)

    def _identity(self) -> str | int | float:
        number = self._number("identity")
        if isinstance(number, (int, float)):
            self._warnings.append(PAPER_AS_NUMBER)
        elif _ZEROS.fullmatch(number.replace(" ", "")):
            if self._typed:
                self._warnings.append(ZEROS_DOUBTFUL)
            else:
                self._problems["identity"] = ZEROS_LOST
        return number

    def _city(self) -> int:
        text = self._text("city")
        if not text:
            if not self._home:
                self._problems.setdefault("city", CITY_MISSING)
            return self._home
        city = self._cities.get(city_word(text)) or self._city_around(text)
        if city is None:
            self._problems.setdefault("city", str(CITY_UNKNOWN) % {"value": text})
        return city or 0

    def _city_around(self, text: str) -> int | None:
        """The city of a district or county that was written instead of it."""
        bare = _CITY_HEAD.sub("", normalized(text))
        for word, city in self._cities.items():
            if bare.startswith(word) and _CITY_PART.fullmatch(bare[len(word) :]):
                self._warnings.append(str(CITY_AROUND) % {"value": text, "city": word})
                return city
        return None

    def _birth(self) -> BirthDate | None:
        cell = self._first("birth_on")
        if cell is None or "**" in cell.text or "birth_on" in self._problems:
            return None
        found = birth_date(cell)
        if found is None:
            self._problems["birth_on"] = str(BIRTH_UNREADABLE) % {"value": cell.text}
        return found

    def _word(self, name: str, words: Mapping[str, Meaning], problem: Text) -> Meaning | None:
        """What the word means; None when the cell is empty."""
        text = self._text(name)
        if not text:
            return None
        if normalized(text) not in words:
            self._problems.setdefault(name, str(problem) % {"value": text})
        return words.get(normalized(text))

    def _paper_kind(self, identity: str | int | float) -> str:
        """As given, else as the number looks like."""
        given = self._word("paper_kind", PAPER_WORDS, PAPER_KIND_UNKNOWN)
        if given or isinstance(identity, (int, float)):
            return given or ""
        kind = likely_kind(identity)
        if kind == PaperKind.PASSPORT and not _PASSPORTS.search(self._header.label_of("identity")):
            self._warnings.append(PASSPORT_ASSUMED)
        return "" if kind == PaperKind.RESIDENT_ID else kind


def _is_said(name: str, cell: Cell) -> bool:
    """Signs for an empty cell are none; in a column for consent they are an answer."""
    if not cell.filled:
        return False
    answers = name in {"name", "directory_consent"}
    return answers or cell.kind != "text" or not says_nothing(cell.text)


def _is_several(name: str) -> bool:
    """Two people in one cell. Chinese names with spaces are one: 张 三, 欧阳 娜娜."""
    if not any(map(is_han, name)) or DOT in normalize_name(name):
        return bool(any(map(is_han, name)) and _SEVERAL.search(name))
    if _SEVERAL.search(name):
        return True
    pieces = [piece for piece in name.split() if all(map(is_han, piece))]
    whole = [piece for piece in pieces if len(piece) > 1]
    return len(whole) > 1 and pieces[0] not in COMPOUND_SURNAMES


def _odd_signs(name: str) -> Iterator[str]:
    """Figures and signs that no name has, each once."""
    for sign in dict.fromkeys(name):
        plain = sign in _SIGNS_OF_NAMES or is_han(sign)
        if not plain and unicodedata.category(sign)[0] in "NPS":
            yield sign


def _bare(text: str) -> str:
    match = _AS_FORMULA.fullmatch(text) or _GUARDED.fullmatch(text)
    return (match[1] if match else text).strip()


def _is_long_number(cell: Cell) -> bool:
    return cell.kind == "number" and len(f"{float(cell.value):.0f}") > _SAFE_DIGITS  # type: ignore[arg-type]
