"""Certificates in words: the pattern of their numbers, and verification codes as people type them.

Pure. Giving numbers and making codes is done in `participants.actions.certificates`.
"""

import unicodedata

# Crockford's base 32: no I, L, O, U. 16 letters carry 80 bits.
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
CODE_GROUP = 4
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = str.maketrans(dict.fromkeys("-‐‑–—−_.· \t\r\n"))


def certificate_number(prefix: str, year: int, edition: int, serial: int) -> str:
    """`G60研字〔2026〕01-0007号`."""
    return f"{prefix}〔{year}〕{edition:02}-{serial:04}号"


def grouped_code(letters: str) -> str:
    """`7K3M9QXA2BTN5RWZ` as `7K3M-9QXA-2BTN-5RWZ`, the form that is stored and printed."""
    starts = range(0, len(letters), CODE_GROUP)
    return "-".join(letters[start : start + CODE_GROUP] for start in starts)


def code_from_typed(text: str) -> str | None:
    """The stored form of a code however it was typed (case, width, separators, O for 0, I and L
    for 1), or None when it cannot be one."""
    plain = unicodedata.normalize("NFKC", text).upper()
    letters = plain.translate(_SEPARATORS).translate(_MISREAD)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(CODE_LETTERS):
        return None
    return grouped_code(letters)
