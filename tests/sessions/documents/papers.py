"""Reading a printed document back as poppler sees it."""

import re
import subprocess

import pytest

from participants.documents.fonts import FontsMissing, font_set

_BOX = " ".join(f'{side}="([-\\d.]+)"' for side in ("xMin", "yMin", "xMax", "yMax"))
_WORD = re.compile(f"<word {_BOX}>(.*)</word>")


def needs_fonts() -> None:
    try:
        font_set()
    except FontsMissing as missing:
        pytest.skip(str(missing))


def text_of(pdf: bytes, *options: str) -> str:
    """The text in the order in which it was set."""
    return _run(["pdftotext", *(options or ("-raw",)), "-", "-"], pdf).decode()


def squeezed(pdf: bytes) -> str:
    return "".join(text_of(pdf).split()).replace("\u200b", "")


def page_count(pdf: bytes) -> int:
    found = re.search(rb"Pages:\s+(\d+)", _run(["pdfinfo", "-"], pdf))
    assert found
    return int(found[1])


def words_outside(pdf: bytes) -> list[str]:
    """Words whose boxes leave the page."""
    outside = []
    wide = high = 0.0
    for line in text_of(pdf, "-bbox").splitlines():
        page = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line)
        if page:
            wide, high = float(page[1]), float(page[2])
        word = _WORD.search(line)
        if word:
            left, top, right, bottom = map(float, word.groups()[:4])
            if left < 0 or top < 0 or right > wide + 0.5 or bottom > high + 0.5:
                outside.append(word[5])
    return outside


def positions(text: str, names: list[str]) -> list[int]:
    return [text.index(name) for name in names]


def _run(command: list[str], pdf: bytes) -> bytes:
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
