"""The fonts that documents are printed with: where they lie, and which characters they lack.

Looked for in FONT_DIRS, in the font packages beside the project, then where Debian keeps the same
families. One set per process.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from participants.rules.names import is_private_use

# In the order of preference; the later ones help out where a character is missing.
SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "BabelStone Han")
SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "BabelStone Han")

# Two weights of each are used; loading all nine would only cost time.
_PACKAGE_FOLDERS = (
    "noto-serif-sc/400Regular",
    "noto-serif-sc/700Bold",
    "noto-sans-sc/400Regular",
    "noto-sans-sc/700Bold",
)
_SYSTEM_FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/truetype/babelstone"),
    Path("/usr/share/fonts/truetype/babelstone-han"),
)


class FontsMissing(RuntimeError):
    """No font for Chinese documents was found; the text says how to get one."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "No font for Chinese documents was found. Run “npm ci”, or set FONT_DIRS to "
                "folders with Noto Serif SC and Noto Sans SC."
            )
        )


@dataclass(frozen=True)
class FontSet:
    """The loaded fonts with the families to name in a document, best first."""

    fonts: typst.Fonts
    serif: tuple[str, ...]
    sans: tuple[str, ...]


@cache
def font_set() -> FontSet:
    """The fonts of this process, or FontsMissing."""
    folders = list(_folders())
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(path) for path in folders],
    )
    families = set(fonts.families())
    serif = tuple(family for family in SERIF if family in families)
    sans = tuple(family for family in SANS if family in families)
    if not serif and not sans:
        raise FontsMissing
    return FontSet(fonts, serif or sans, sans or serif)


def missing_glyphs(text: str) -> list[str]:
    """Characters of the text that no serif font of ours can print, each once, in their order."""
    covered = _covered_by_serif()
    return [
        character
        for character in dict.fromkeys(text)
        if ord(character) not in covered and not character.isspace()
    ]


def _folders() -> Iterator[Path]:
    """The first place that has fonts is enough, plus those for the rarest characters."""
    packages = settings.BASE_DIR / "node_modules" / "@expo-google-fonts"
    wanted: Iterable[Path] = (
        *map(Path, settings.FONT_DIRS),
        *(packages / folder for folder in _PACKAGE_FOLDERS),
        *_SYSTEM_FOLDERS,
    )
    return (path for path in wanted if path.is_dir())


@cache
def _covered_by_serif() -> frozenset[int]:
    families = set(font_set().serif)
    points: set[int] = set()
    for info in font_set().fonts.fonts():
        if info.family in families and info.weight == 400 and info.path:  # noqa: PLR2004 - regular
            with TTFont(info.path, fontNumber=info.index, lazy=True) as font:
                points.update(font.getBestCmap())
    return frozenset(point for point in points if not is_private_use(chr(point)))
