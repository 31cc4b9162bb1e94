"""What is said about a person when entering or changing it, and whether that can be true.

The same checks serve the form, the API and every row of an import. Who the person is among those
already known is decided in `recognition`; seats and quotas in `seats`.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cohorts.rules.credit_code import check_credit_code
from g60portal.common.value_problems import ValueProblem
from participants.choices import Gender, PaperKind
from participants.rules.birth_dates import BirthDate
from participants.rules.derived_names import LATIN_LENGTH, DerivedNames, derived_names
from participants.rules.names import PRIVATE_USE, clean_name, code_warnings
from participants.rules.papers import EARLIEST_BIRTH, Paper, check_paper
from participants.rules.phones import normalize_phone

Text = str | Promise
Raw = TypeVar("Raw")
Clean = TypeVar("Clean")

NAME_LENGTH = 120
LATIN_NAME_LENGTH = LATIN_LENGTH
ORGANIZATION_LENGTH = 200
TITLE_LENGTH = 120
GROUP_LENGTH = 60
LANGUAGES = ("zh-hans", "en")

NAME_MISSING = _("The name is missing.")
NAME_UNREADABLE = _("A name consists of letters or Chinese characters.")
ORGANIZATION_MISSING = _("The organization is missing.")
CITY_MISSING = _("The city is missing.")
EMAIL_WRONG = _("This is no e-mail address.")
LANGUAGE_UNKNOWN = _("The language is Chinese or English.")
GENDER_WRONG = _("The gender is male or female.")
GENDER_DIFFERS = _("The number of the paper tells another gender.")
BIRTH_DIFFERS = _("The number of the paper tells another date of birth. Compare both.")
BIRTH_IMPOSSIBLE = _("A date of birth lies between 1900 and today.")
BIRTH_WITHOUT_DAY = _("Year and month of birth alone are compared with the paper, and not kept.")
CHARACTERS_FORBIDDEN = _("This holds characters that cannot be printed.")
TOO_LONG = _("This is too long: at most %(limit)s characters.")

_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_TELLING = frozenset({Gender.MALE, Gender.FEMALE})


@dataclass(frozen=True)
class PersonFacts:
    """As entered. Empty texts say nothing; `directory_consent` None leaves consents alone.

    `identity` may be the number of a spreadsheet cell: whether digits were lost shows only there.
    """

    name: str
    city_id: int
    organization_name: str
    title: str = ""
    latin_name: str = ""
    gender: str = ""
    phone: str | int | float = field(default="", repr=False)
    email: str = field(default="", repr=False)
    language: str = ""
    paper_kind: str = ""
    identity: str | int | float = field(default="", repr=False)
    credit_code: str = ""
    directory_consent: bool | None = None
    group_name: str = ""
    birth: BirthDate | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CheckedFacts:
    """In stored spelling. `warnings` are to be looked at by a person and hinder nothing;
    `birth_on` was said beside a paper that does not tell it."""

    name: str
    names: DerivedNames
    city_id: int
    organization_name: str
    title: str
    gender: str
    phone: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    paper: Paper | None = field(repr=False)
    credit_code: str
    directory_consent: bool | None
    group_name: str
    has_own_spelling: bool = False
    warnings: tuple[str, ...] = ()
    birth_on: dt.date | None = field(default=None, repr=False)

    @property
    def known_birth_on(self) -> dt.date | None:
        """As the paper tells it, else as said."""
        return (self.paper.birth_date if self.paper else None) or self.birth_on


class FactsUnusable(ValueError):
    """Every problem at its field."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        self.problems = dict(problems)
        super().__init__(", ".join(self.problems))


def checked_facts(
    facts: PersonFacts, *, today: dt.date, needs_organization: bool = True
) -> CheckedFacts:
    """The facts in stored spelling, or FactsUnusable with all that is wrong with them."""
    desk = _Desk()
    name = desk.name(facts.name)
    latin = desk.text("latin_name", facts.latin_name, LATIN_NAME_LENGTH)
    organization = desk.text("organization_name", facts.organization_name, ORGANIZATION_LENGTH)
    if needs_organization and not organization:
        desk.add("organization_name", ORGANIZATION_MISSING)
    paper = desk.paper(facts, today)
    gender = desk.gender(facts.gender, paper)
    checked = CheckedFacts(
        name=name,
        names=derived_names(name, latin),
        has_own_spelling=bool(latin),
        city_id=facts.city_id,
        organization_name=organization,
        title=desk.text("title", facts.title, TITLE_LENGTH),
        gender=gender,
        phone=desk.value("phone", normalize_phone, facts.phone) or "",
        email=desk.email(facts.email),
        language=desk.language(facts.language),
        paper=paper,
        credit_code=desk.value("credit_code", check_credit_code, facts.credit_code.strip()) or "",
        directory_consent=facts.directory_consent,
        group_name=desk.text("group_name", facts.group_name, GROUP_LENGTH),
        birth_on=desk.birth(facts.birth, paper, today),
        warnings=tuple(desk.warnings),
    )
    if desk.problems:
        raise FactsUnusable(desk.problems)
    return checked


class _Desk:
    """Takes the facts one by one and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: dict[str, Text] = {}
        self.warnings: list[str] = []

    def add(self, name: str, text: Text) -> None:
        self.problems.setdefault(name, text)

    def value(self, name: str, check: Callable[[Raw], Clean], raw: Raw) -> Clean | None:
        """What the check makes of a given value; nothing of an empty one."""
        if raw == "":
            return None
        try:
            return check(raw)
        except ValueProblem as problem:
            self.add(name, problem.message)
            return None

    def text(self, name: str, raw: str, limit: int) -> str:
        """One line with single spaces, old private codes replaced."""
        if not raw:
            return ""
        text = raw
        if not raw.isascii():
            text = unicodedata.normalize("NFC", raw.translate(PRIVATE_USE))
        text = _SPACES.sub(" ", text).strip()
        self.warnings += code_warnings(raw, text)
        if len(text) > limit:
            self.add(name, _too_long(limit))
        if _CONTROL.search(text):
            self.add(name, CHARACTERS_FORBIDDEN)
        return text

    def name(self, raw: str) -> str:
        clean = clean_name(raw)
        self.warnings += clean.warnings
        if not clean.name:
            self.add("name", NAME_MISSING)
        elif _CONTROL.search(clean.name) or not any(map(str.isalpha, clean.name)):
            self.add("name", NAME_UNREADABLE)
        elif len(clean.name) > NAME_LENGTH:
            self.add("name", _too_long(NAME_LENGTH))
        return clean.name

    def email(self, raw: str) -> str:
        address = unicodedata.normalize("NFKC", raw).strip().lower()
        if not address:
            return ""
        try:
            validate_email(address)
        except ValidationError:
            self.add("email", EMAIL_WRONG)
        return address

    def birth(self, raw: BirthDate | None, paper: Paper | None, today: dt.date) -> dt.date | None:
        """A date that the paper does not tell; one that contradicts it is a problem."""
        if raw is None:
            return None
        told = paper.birth_date if paper else None
        if told:
            if not raw.agrees_with(told):
                self.add("birth_on", BIRTH_DIFFERS)
            return None
        if raw.date is None:
            self.warnings.append(str(BIRTH_WITHOUT_DAY))
        elif not EARLIEST_BIRTH <= raw.date <= today:
            self.add("birth_on", BIRTH_IMPOSSIBLE)
        return raw.date

    def language(self, raw: str) -> str:
        if raw and raw not in LANGUAGES:
            self.add("language", LANGUAGE_UNKNOWN)
        return raw

    def paper(self, facts: PersonFacts, today: dt.date) -> Paper | None:
        kind = facts.paper_kind or PaperKind.RESIDENT_ID
        return self.value(
            "identity", lambda raw: check_paper(kind, raw, today=today), facts.identity
        )

    def gender(self, raw: str, paper: Paper | None) -> str:
        """As said, else as the number of the paper tells it; cards do not follow every change."""
        if raw and raw not in Gender.values:
            self.add("gender", GENDER_WRONG)
        told = paper.gender if paper else None
        if raw in _TELLING and told and raw != told:
            self.warnings.append(str(GENDER_DIFFERS))
        return raw if raw in _TELLING else told or raw


def _too_long(limit: int) -> str:
    """The text for a value that is too long."""
    return str(TOO_LONG) % {"limit": limit}
