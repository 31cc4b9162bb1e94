"""Identity papers: what a number of each kind looks like, what it tells, and how it is masked.

A resident's number is checked for length, date and check digit only. The county code is not
checked: codes change over the decades. Nothing here encrypts or stores; see `common.sealing`.
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from g60portal.common.value_problems import ValueProblem
from participants.choices import Gender, PaperKind

EARLIEST_BIRTH = dt.date(1900, 1, 1)

# GB 11643: weights of the first 17 digits, and the check character for each remainder of 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# Beyond 15 digits a spreadsheet cell of type number has already lost the last ones.
_SAFE_DIGITS = 15

_EIGHTEEN = re.compile(r"\d{17}[\dX]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
_PERMIT_PREFIXES = ("810000", "820000", "830000")
_HOME_RETURN = re.compile(r"([HM]\d{8})(\d{2})?")
_TAIWAN = re.compile(r"\d{8}|\d{10}[A-Z]")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_OLD_FOREIGN_CARD = re.compile(r"[A-Z]{3}\d{12}")
_LOOKS = (
    (re.compile(r"8[123]0000\d{11}[\dX]"), PaperKind.RESIDENCE_PERMIT),
    (_HOME_RETURN, PaperKind.HOME_RETURN_PERMIT),
    (_OLD_FOREIGN_CARD, PaperKind.FOREIGN_RESIDENT_CARD),
    (re.compile(r"[A-Z]{1,2}\d{7,8}"), PaperKind.PASSPORT),
)
_OTHER_LENGTH = range(4, 31)
# From this length on a masked number shows its first three and last four characters.
_LONG_NUMBER = 12
_OLD_LENGTH = 15
_MOBILE_LENGTH = 11
_SHORTEST_MASKED_PHONE = 8


class PaperProblem(ValueProblem):
    """The number cannot be that of such a paper."""

    messages: ClassVar[dict[str, str | Promise]] = {
        "paper_empty": _("The number is missing."),
        "paper_kind": _("This kind of paper is not known."),
        "paper_typed_as_number": _(
            "The spreadsheet kept this as a number and has lost its last digits. "
            "Set the column to text and type the number again."
        ),
        "paper_old": _(
            "This is an old number of 15 digits. Please use the 18 digits of the present card."
        ),
        "paper_length": _("An identity number has 18 characters: 17 digits and a check character."),
        "paper_date": _("The date of birth in this number does not exist or lies in the future."),
        "paper_check": _(
            "The check character does not fit. Please compare the number with the card."
        ),
        "paper_permit_number": _(
            "Use the kind “residence permit” for numbers beginning with 81, 82 or 83."
        ),
        "paper_residence_permit": _(
            "A residence permit number begins with 810000, 820000 or 830000."
        ),
        "paper_home_return": _("This permit has H or M and then 8 digits."),
        "paper_taiwan": _("This permit has 8 digits (old cards: 10 digits and a letter)."),
        "paper_passport": _("A passport number has 5 to 20 letters and digits."),
        "paper_foreign_card": _(
            "This card has 18 digits beginning with 9, or in its old form 3 letters and 12 digits."
        ),
        "paper_other": _("The number of this paper must have 4 to 30 characters."),
    }


@dataclass(frozen=True)
class Paper:
    """A checked identity paper; birth date and gender where the number tells them."""

    kind: PaperKind
    number: str
    birth_date: dt.date | None = None
    gender: Gender | None = None


def check_paper(kind: str, number: str | int | float, *, today: dt.date | None = None) -> Paper:
    """The paper with its number in normal form, or a PaperProblem.

    Pass the value of a numeric cell as int or float: a long number that a spreadsheet kept as a
    number is refused although its digits might pass the check by accident. `today` bounds the date
    of birth when the caller gives it.
    """
    try:
        paper_kind = PaperKind(kind)
    except ValueError:
        raise PaperProblem("paper_kind") from None
    text = normalize_number(number)
    if not text:
        raise PaperProblem("paper_empty")
    return _CHECKS[paper_kind](paper_kind, text, today)


def normalize_number(number: str | int | float) -> str:
    """Half-width capitals and digits without spaces, apostrophes or dashes between them."""
    if isinstance(number, (int, float)):
        if not math.isfinite(number) or number != int(number) or number < 0:
            raise PaperProblem("paper_typed_as_number")
        if len(str(int(number))) > _SAFE_DIGITS:
            raise PaperProblem("paper_typed_as_number")
        return str(int(number))
    text = unicodedata.normalize("NFKC", number).upper()
    text = re.sub(r"[\s'’`\u200b-\u200f\ufeff]", "", text)
    if _SCIENTIFIC.fullmatch(text):
        raise PaperProblem("paper_typed_as_number")
    return text


def check_character(first_seventeen: str) -> str:
    """The 18th character of an identity number (GB 11643)."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_seventeen, strict=True)
    )
    return _CHECK_CHARACTERS[total % 11]


def likely_kind(number: str) -> str:
    """The kind that a number looks like; a resident's card when nothing speaks against it."""
    text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
    found = (kind for pattern, kind in _LOOKS if pattern.fullmatch(text))
    return next(found, PaperKind.RESIDENT_ID)


def mask_paper(number: str) -> str:
    """First three and last four characters; of short numbers the last two only."""
    if len(number) >= _LONG_NUMBER:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    return (
        "*" * max(len(number) - 2, 0) + number[-2:]
        if len(number) > _OTHER_LENGTH.start
        else "*" * len(number)
    )


def mask_phone(phone: str) -> str:
    """138****5678; of other numbers the country's sign and the last four digits."""
    if len(phone) == _MOBILE_LENGTH and phone.isdigit():
        return f"{phone[:3]}****{phone[-4:]}"
    if len(phone) < _SHORTEST_MASKED_PHONE:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_email(address: str) -> str:
    """a***@example.org; the length of the hidden part is not told."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else "***" if address else ""


def _resident(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if text.isdigit() and len(text) == _OLD_LENGTH:
        raise PaperProblem("paper_old")
    if _EIGHTEEN.fullmatch(text) and text[:2] in {"81", "82", "83"}:
        raise PaperProblem("paper_permit_number")
    return _eighteen_digits(kind, text, today)


def _residence_permit(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if _EIGHTEEN.fullmatch(text) and not text.startswith(_PERMIT_PREFIXES):
        raise PaperProblem("paper_residence_permit")
    return _eighteen_digits(kind, text, today)


def _foreign_card(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    """Cards since December 2023 carry 18 digits beginning with 9; older ones tell nothing to us."""
    if _OLD_FOREIGN_CARD.fullmatch(text):
        return Paper(kind, text)
    if not _EIGHTEEN.fullmatch(text) or text[0] != "9":
        raise PaperProblem("paper_foreign_card")
    return _eighteen_digits(kind, text, today)


def _eighteen_digits(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if not _EIGHTEEN.fullmatch(text):
        raise PaperProblem("paper_length")
    birth_date = _birth_date(text[6:14], today)
    if check_character(text[:17]) != text[17]:
        raise PaperProblem("paper_check")
    return Paper(kind, text, birth_date, Gender.MALE if int(text[16]) % 2 else Gender.FEMALE)


def _birth_date(digits: str, today: dt.date | None) -> dt.date:
    try:
        birth_date = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise PaperProblem("paper_date") from None
    if birth_date < EARLIEST_BIRTH or (today and birth_date > today):
        raise PaperProblem("paper_date")
    return birth_date


def _home_return(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    """Cards may print two more digits, the count of issues: they are not part of the number."""
    match = _HOME_RETURN.fullmatch(text)
    if not match:
        raise PaperProblem("paper_home_return")
    return Paper(kind, match[1])


def _taiwan(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if not _TAIWAN.fullmatch(text):
        raise PaperProblem("paper_taiwan")
    return Paper(kind, text)


def _passport(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if not _PASSPORT.fullmatch(text):
        raise PaperProblem("paper_passport")
    return Paper(kind, text)


def _other(kind: PaperKind, text: str, today: dt.date | None) -> Paper:
    if len(text) not in _OTHER_LENGTH:
        raise PaperProblem("paper_other")
    return Paper(kind, text)


_CHECKS = {
    PaperKind.RESIDENT_ID: _resident,
    PaperKind.RESIDENCE_PERMIT: _residence_permit,
    PaperKind.HOME_RETURN_PERMIT: _home_return,
    PaperKind.TAIWAN_PERMIT: _taiwan,
    PaperKind.PASSPORT: _passport,
    PaperKind.FOREIGN_RESIDENT_CARD: _foreign_card,
    PaperKind.OTHER: _other,
}
