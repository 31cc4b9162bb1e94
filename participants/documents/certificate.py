"""The certificate of completion: facts in, one A4 page as PDF/A out, the same bytes each time.

What a person's text says never becomes markup: all of it goes to the page as data. The layout is
in `certificate.typ`.
"""

import base64
import datetime as dt
import io
import json
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from participants.documents.fonts import FontSet, font_set, missing_glyphs

_TEMPLATE = Path(__file__).with_suffix(".typ")
_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_ZONE = dt.timezone(dt.timedelta(hours=8))
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

NINE_CITIES = (
    ("松江", "Songjiang"),
    ("嘉兴", "Jiaxing"),
    ("杭州", "Hangzhou"),
    ("金华", "Jinhua"),
    ("苏州", "Suzhou"),
    ("湖州", "Huzhou"),
    ("宣城", "Xuancheng"),
    ("芜湖", "Wuhu"),
    ("合肥", "Hefei"),
)


class GlyphsMissing(ValueError):
    """Characters that no font can print; a certificate never shows an empty box instead."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        super().__init__(" ".join(characters))


@dataclass(frozen=True)
class Signatory:
    """Who answers for the certificate: office and name in both languages."""

    office: str
    office_en: str
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class CertificateFacts:
    """All that is printed. `legs` are the Chinese names of the lit cities on the corridor."""

    number: str
    name: str
    name_latin: str
    cohort_title: str
    cohort_title_en: str
    edition: int
    hosts: tuple[tuple[str, str], ...]
    starts_on: dt.date
    ends_on: dt.date
    hours: str
    issued_on: dt.date
    verify_url: str
    signatories: tuple[Signatory, ...] = ()
    legs: tuple[str, ...] = ()
    cities: tuple[tuple[str, str], ...] = field(default=NINE_CITIES)
    seal: bytes | None = None
    sample_seal: bool = False


def render_certificate(facts: CertificateFacts) -> bytes:
    """The page as PDF/A-2a. Raises GlyphsMissing or FontsMissing, prints no empty boxes."""
    texts = _texts(facts)
    missing = missing_glyphs(_printed(texts))
    if missing:
        raise GlyphsMissing(missing)
    printer = _printer()
    inputs = {
        "facts": json.dumps(texts, ensure_ascii=False),
        "qr": _qr_svg(facts.verify_url),
        "seal": _seal_svg(facts.seal) if facts.seal else "",
    }
    issued_at = dt.datetime.combine(facts.issued_on, dt.time(), tzinfo=_ZONE)
    return printer.page(inputs, issued_at)


class _Printer:
    """One compiler for the process. It keeps state, so threads take turns."""

    def __init__(self, fonts: FontSet) -> None:
        self._lock = threading.Lock()
        self._families = json.dumps({"serif": fonts.serif, "sans": fonts.sans})
        self._compiler = typst.Compiler(
            input=str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts.fonts
        )

    def page(self, inputs: dict[str, str], issued_at: dt.datetime) -> bytes:
        with self._lock:
            pdf = self._compiler.compile(
                format="pdf",
                sys_inputs={**inputs, "families": self._families},
                pdf_standards=[*_STANDARDS],
                timestamp=issued_at,
            )
        if not isinstance(pdf, bytes):
            raise TypeError("A certificate is one page.")
        return pdf


@cache
def _printer() -> _Printer:
    return _Printer(font_set())


def _texts(facts: CertificateFacts) -> dict[str, Any]:
    return {
        "number": facts.number,
        "name": facts.name,
        "name_latin": facts.name_latin,
        "title": facts.cohort_title,
        "title_en": facts.cohort_title_en,
        "edition": facts.edition,
        "hosts": [list(host) for host in facts.hosts],
        "dates": _chinese_span(facts.starts_on, facts.ends_on),
        "dates_en": _english_span(facts.starts_on, facts.ends_on),
        "hours": facts.hours,
        "issued": _chinese_date(facts.issued_on),
        "issued_en": _english_date(facts.issued_on),
        "verify_url": facts.verify_url,
        "signatories": [
            [who.office, who.office_en, who.name, who.name_en] for who in facts.signatories
        ],
        "cities": [[zh, en, zh in facts.legs] for zh, en in facts.cities],
        "sample_seal": facts.sample_seal,
    }


def _printed(value: Any) -> str:
    """All texts of a nested value in one."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    return "".join(map(_printed, value)) if isinstance(value, (list, tuple)) else ""


def _chinese_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _chinese_span(first: dt.date, last: dt.date) -> str:
    if first == last:
        return _chinese_date(first)
    end = f"{last.month}月{last.day}日" if first.year == last.year else _chinese_date(last)
    return f"{_chinese_date(first)}至{end}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _english_date(day: dt.date) -> str:
    """Not by strftime: the page must not depend on the locale of the machine."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _english_span(first: dt.date, last: dt.date) -> str:
    if first == last:
        return _english_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_english_date(last)}"
    start = (
        f"{first.day} {_MONTHS[first.month - 1]}"
        if first.year == last.year
        else _english_date(first)
    )
    return f"{start} – {_english_date(last)}"


def _qr_svg(url: str) -> str:
    """A fixed mask: searching the best one takes longer than printing the page."""
    code = segno.make(url, error="m", mask=0, boost_error=False, micro=False)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=0,
        dark="#0d1f33",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    return out.getvalue().decode()


def _seal_svg(picture: bytes) -> str:
    """An uploaded seal, wrapped so that it travels as text."""
    kind = next((kind for start, kind in _PICTURES.items() if picture.startswith(start)), None)
    if kind is None:
        raise ValueError("A seal is a PNG or JPEG picture.")
    data = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<image width="100" height="100" href="data:{kind};base64,{data}"/></svg>'
    )
