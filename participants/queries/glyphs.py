"""Which characters of a roster no font of ours can print, said while they can still be mended."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from participants.documents.fonts import FontsMissing, missing_glyphs
from participants.rules.name_order import unknown_characters
from participants.rules.names import unread_characters
from participants.rules.person_facts import CheckedFacts


class GlyphWarnings:
    """Asks the fonts only about characters beyond the common ones, each once."""

    def __init__(self) -> None:
        self._printable: dict[str, bool] = {}

    def of(self, facts: CheckedFacts) -> Iterator[str]:
        """A text for each line of a document that would lack a character, and for what is not
        known of the characters of a name."""
        yield from _unknown(facts)
        for text in (facts.name, facts.organization_name, facts.title):
            missing = [letter for letter in dict.fromkeys(text) if not self._can_print(letter)]
            if missing:
                yield _("No font of the portal can print %(characters)s in “%(text)s”.") % {
                    "characters": " ".join(missing),
                    "text": text,
                }

    def _can_print(self, letter: str) -> bool:
        if letter not in self._printable:
            self._printable[letter] = _is_common(letter) or _has_glyph(letter)
        return self._printable[letter]


def _unknown(facts: CheckedFacts) -> Iterator[str]:
    """Reading and strokes of rare characters."""
    if facts.name.isascii():
        return
    unread = [] if facts.has_own_spelling else unread_characters(facts.name)
    if unread:
        yield _("How %(characters)s is read is not known. Add the name in Latin letters.") % {
            "characters": " ".join(unread)
        }
    uncounted = unknown_characters(facts.name)
    if uncounted:
        yield _(
            "The strokes of %(characters)s are not known for certain; "
            "check the place of the name in lists ordered by strokes."
        ) % {"characters": " ".join(uncounted)}


def _is_common(letter: str) -> bool:
    """In the first national standard, which every Chinese font covers: no font is opened then."""
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _has_glyph(letter: str) -> bool:
    """True also when there are no fonts at all: `doctor` tells about that."""
    try:
        return not missing_glyphs(letter)
    except FontsMissing:
        return True
