"""Printing a document: a layout and its facts in, a PDF out.

One compiler and one set of fonts a process, kept warm. What somebody typed travels as data and
never becomes markup; a character that no font has stops the printing, by name.
"""

import datetime as dt
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from g60portal.common import clock
from participants.documents.certificate import GlyphsMissing
from participants.documents.fonts import FontSet, font_set, missing_glyphs

_LAYOUTS = Path(__file__).parent
# Tagged and archivable; both also refuse a missing glyph that our own look has overlooked.
_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
# The compiler takes fixed offsets and whole seconds only.
_ZONE = dt.timezone(dt.timedelta(hours=8))
# From so many characters of facts on (some thousand people) a document is printed apart.
_LARGE = 100_000
_PATIENCE = 180
Layout = Literal["sheets", "badges", "table_cards", "seat_plan", "nomination_forms"]


def print_document(
    layout: Layout, facts: Mapping[str, Any], pictures: Mapping[str, str] | None = None
) -> bytes:
    """The PDF. `pictures` are SVG by name. Raises GlyphsMissing and FontsMissing."""
    missing = missing_glyphs("".join(texts_in(facts)))
    if missing:
        raise GlyphsMissing(missing)
    inputs = {
        "facts": json.dumps(facts, ensure_ascii=False),
        "pictures": json.dumps(pictures or {}),
    }
    return _printer().print(layout, inputs, clock.now())


def unprintable(texts: Iterable[str]) -> dict[str, list[str]]:
    """The texts that cannot be printed, each with the characters that no font has. One look at all
    of them together when nothing is missing."""
    found = list(texts)
    missing = set(missing_glyphs("".join(found)))
    if not missing:
        return {}
    return {
        text: [character for character in dict.fromkeys(text) if character in missing]
        for text in found
        if not missing.isdisjoint(text)
    }


def texts_in(value: Any) -> Iterator[str]:
    """All texts of a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


class _Printer:
    """One compiler for the process. It keeps state, so threads take turns."""

    def __init__(self, fonts: FontSet) -> None:
        self._lock = threading.Lock()
        self._families = json.dumps({"serif": fonts.serif, "sans": fonts.sans})
        self._folders = sorted(
            {str(Path(info.path).parent) for info in fonts.fonts.fonts() if info.path}
        )
        self._compiler = typst.Compiler(
            input=str(_LAYOUTS / "sheets.typ"), root=str(_LAYOUTS), font_paths=fonts.fonts
        )

    def print(self, layout: Layout, inputs: Mapping[str, str], at: dt.datetime) -> bytes:
        """The PDF; what is large is printed apart from this process."""
        given = {**inputs, "families": self._families}
        path = str(_LAYOUTS / f"{layout}.typ")
        moment = at.astimezone(_ZONE).replace(microsecond=0)
        if len(inputs["facts"]) > _LARGE:
            return self._apart(path, given, moment)
        with self._lock:
            pdf = self._compiler.compile(
                input=path,
                format="pdf",
                sys_inputs=given,
                pdf_standards=[*_STANDARDS],
                timestamp=moment,
            )
        if not isinstance(pdf, bytes):
            raise TypeError("A document is one file.")
        return pdf

    def _apart(self, path: str, inputs: Mapping[str, str], at: dt.datetime) -> bytes:
        order = {
            "layout": path,
            "root": str(_LAYOUTS),
            "fonts": self._folders,
            "inputs": inputs,
            "standards": _STANDARDS,
            "at": at.isoformat(),
        }
        done = subprocess.run(  # noqa: S603 - our own program, nothing typed in its arguments
            [sys.executable, str(_LAYOUTS / "large_print.py")],
            input=json.dumps(order).encode(),
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        return done.stdout


@cache
def _printer() -> _Printer:
    return _Printer(font_set())
