"""Check-in codes: short signed texts that say who stands at the door. Pure functions on values.

A code reads `2F-8KQX-M3TP7`: the enrollment, 40 bits of a signature over cohort, enrollment and
version, and a check character. It is what a badge prints, what its QR code holds, and what somebody
types when neither can be read; capitals and digits that cannot be taken for each other, so that
hand scanners, people and Chinese keyboards all get it right. Raising the version revokes what was
printed before. Nobody can guess the code of the next seat; and whoever has a code can do nothing
with it, because only a signed-in desk may mark.

Which version is in force, and the portal's secret, come from `sessions.queries.check_in_codes`.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

# Crockford's alphabet: no I, L, O and U. 32 characters, 5 bits each.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNATURE_CHARACTERS = 8
# Characters of an enrollment's number: 45 bits, more than a badge has room for.
MOST_NUMBER_CHARACTERS = 9
_BASE = len(ALPHABET)
_BITS = 5
_CHECK_PRIME = 31
_VALUES = {mark: value for value, mark in enumerate(ALPHABET)}
_READ_AS = str.maketrans("OILU", "011V")
_PURPOSE = b"g60/check-in-code/1"
_TAIL = SIGNATURE_CHARACTERS + 1


@dataclass(frozen=True)
class ReadCode:
    """What a code says about itself, not yet believed: see `is_code_of`."""

    enrollment_id: int
    signature: str


def check_in_code(*, cohort_id: int, enrollment_id: int, version: int, secret: str) -> str:
    """The code of an enrollment, in groups for the eye: `2F-8KQX-M3TP7`."""
    number = _number_text(enrollment_id)
    signature = _signature(cohort_id, enrollment_id, version, secret)
    check = _check_character(number + signature)
    half = SIGNATURE_CHARACTERS // 2
    return f"{number}-{signature[:half]}-{signature[half:]}{check}"


def read_check_in_code(text: str) -> ReadCode | None:
    """What somebody typed or scanned; None when it is no code or one with a slip of a finger.

    Blanks, hyphens, small letters and the full-width characters of Chinese keyboards are taken; of
    an address only what follows the last slash.
    """
    plain = _plain(text)
    number, tail = plain[:-_TAIL], plain[-_TAIL:]
    if not 0 < len(number) <= MOST_NUMBER_CHARACTERS or not set(plain) <= _VALUES.keys():
        return None
    if _check_character(plain[:-1]) != plain[-1]:
        return None
    return ReadCode(_number(number), tail[:-1])


def is_code_of(
    code: ReadCode, *, cohort_id: int, enrollment_id: int, version: int, secret: str
) -> bool:
    """Whether the portal itself wrote that code for this seat in this version."""
    signature = _signature(cohort_id, enrollment_id, version, secret)
    return code.enrollment_id == enrollment_id and hmac.compare_digest(signature, code.signature)


def _plain(text: str) -> str:
    last = unicodedata.normalize("NFKC", text).strip().rstrip("/").rpartition("/")[2]
    kept = "".join(mark for mark in last.upper() if mark.isalnum())
    return kept.translate(_READ_AS)


def _signature(cohort_id: int, enrollment_id: int, version: int, secret: str) -> str:
    key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
    facts = f"{cohort_id}/{enrollment_id}/{version}".encode()
    digest = hmac.new(key, facts, hashlib.sha256).digest()
    value = int.from_bytes(digest[: SIGNATURE_CHARACTERS * _BITS // 8], "big")
    return _number_text(value).rjust(SIGNATURE_CHARACTERS, ALPHABET[0])


def _check_character(text: str) -> str:
    """Finds a wrong character and two neighbors that changed places, so that a slip of a finger is
    not taken for a forgery. Weights that differ modulo a prime; 0 for Z alone gets by, and fails
    at the signature."""
    total = sum(weight * _VALUES[mark] for weight, mark in enumerate(reversed(text), 1))
    return ALPHABET[total % _CHECK_PRIME]


def _number_text(value: int) -> str:
    marks = ALPHABET[value % _BASE]
    while value := value // _BASE:
        marks = ALPHABET[value % _BASE] + marks
    return marks


def _number(text: str) -> int:
    value = 0
    for mark in text:
        value = value * _BASE + _VALUES[mark]
    return value
