"""Text that people write into headers of a request. What a header means is the caller's matter."""

from collections.abc import Mapping
from urllib.parse import unquote


def header_text(headers: Mapping[str, str], name: str) -> str:
    """The header as one line of text, empty without it.

    WSGI hands the bytes of a header over as Latin-1; those that are UTF-8 are read as such. What
    cannot send Chinese in a header writes it percent-encoded.
    """
    text = _percent_decoded(_utf8(headers.get(name, "")))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _utf8(raw: str) -> str:
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw


def _percent_decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
