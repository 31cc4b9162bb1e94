"""Phone numbers in one spelling: eleven digits for mainland mobiles, E.164 for all others.

A stored number is therefore digits with at most a leading "+": it can never be a formula.
"""

import math
import re
import unicodedata
from typing import ClassVar

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from g60portal.common.value_problems import ValueProblem

# 13800000000.0 is how programs write a number that a spreadsheet kept as one.
_AS_FLOAT = re.compile(r"(?<=\d)\.0+$")
_SEVERAL = re.compile(r"\d{7}\s*[/、,;|或\n]\s*\+?\d")
_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")


class PhoneProblem(ValueProblem):
    """The text is no phone number we could call."""

    messages: ClassVar[dict[str, str | Promise]] = {
        "phone_empty": _("The phone number is missing."),
        "phone_typed_as_number": _(
            "The spreadsheet has spoiled this phone number. "
            "Set the column to text and type it again."
        ),
        "phone_two": _("Two numbers stand here. Keep the one for messages."),
        "phone_unknown": _(
            "This is not a mobile number of the mainland. "
            "Other numbers begin with + and the country code."
        ),
    }


def normalize_phone(raw: str | int | float) -> str:
    """The number in its stored spelling; numeric cells (13800000000.0) are accepted."""
    text = _plain(raw)
    if not text:
        raise PhoneProblem("phone_empty")
    match = _MAINLAND.fullmatch(text)
    if match:
        return match[1]
    if text.startswith("00"):
        text = f"+{text[2:]}"
    if not text.startswith("+"):
        raise PhoneProblem("phone_unknown")
    return _international(text)


def _plain(raw: str | int | float) -> str:
    if isinstance(raw, (int, float)):
        if not math.isfinite(raw) or raw != int(raw) or raw < 0:
            raise PhoneProblem("phone_typed_as_number")
        return str(int(raw))
    written = unicodedata.normalize("NFKC", raw).strip()
    if _SEVERAL.search(written):
        raise PhoneProblem("phone_two")
    text = re.sub(
        r"[\s()'’.\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\ufeff]",
        "",
        _AS_FLOAT.sub("", written),
    )
    if re.fullmatch(r"\d+E\+?\d+", text, re.IGNORECASE):
        raise PhoneProblem("phone_typed_as_number")
    return text


def _international(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise PhoneProblem("phone_unknown") from None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise PhoneProblem("phone_unknown")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
