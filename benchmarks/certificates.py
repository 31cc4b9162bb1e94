"""Printing certificates, against typst alone with the same document and everything prepared.

Counted in CPU time of this process. Each page bears another name and number, as in a real run.
"""

import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import TypeVar

import typst

from benchmarks.line import Line
from benchmarks.rounds import ROUNDS, in_turns
from participants.documents.certificate import (
    _STANDARDS,
    _TEMPLATE,
    CertificateFacts,
    _qr_svg,
    _texts,
    render_certificate,
)
from participants.documents.fonts import FontsMissing, font_set

N = 40
Item = TypeVar("Item")
_FACTS = CertificateFacts(
    number="G60研字〔2026〕01-0001号",
    name="欧阳娜",
    name_latin="Ouyang Na",
    cohort_title="长三角G60科创走廊九城市高层次人才研修班",
    cohort_title_en="G60 Corridor Training for Leading Talents",
    edition=1,
    hosts=(("上海市松江区", "Songjiang, Shanghai"), ("合肥市", "Hefei")),
    starts_on=dt.date(2026, 6, 8),
    ends_on=dt.date(2026, 6, 13),
    hours="38",
    issued_on=dt.date(2026, 6, 13),
    verify_url="https://portal.example.org/verify/ABCD-EFGH-JKLM-NPQR/",
    legs=("松江", "合肥"),
    sample_seal=True,
)
_NAMES = ("欧阳娜", "司马明远", "王强", "阿依古丽·买买提", "单立", "陈思齐", "上官云", "吕宁")
_ISSUED_AT = dt.datetime(2026, 6, 13, tzinfo=dt.UTC)


def lines() -> Iterator[Line]:
    try:
        compiler = _compiler()
    except FontsMissing as missing:
        print(f"certificates: not measured. {missing}", file=sys.stderr)
        return
    people = _people()

    def ours() -> float:
        return _rate(list(islice(people, N)), render_certificate)

    def bare() -> float:
        inputs = [_inputs(facts) for facts in islice(people, N)]
        return _rate(inputs, lambda one: _page(compiler, one))

    figures = in_turns({"ours": ours, "bare": bare})
    yield Line(
        name="certificates",
        value=figures["ours"],
        unit="certificates/CPU s",
        limit=figures["bare"],
        limit_name="typst alone, same document",
        cpu_ms=1000 / figures["ours"],
        n=N,
        runs=ROUNDS,
    )


def _people() -> Iterator[CertificateFacts]:
    for number in count(1):
        yield replace(
            _FACTS,
            name=_NAMES[number % len(_NAMES)],
            number=f"G60研字〔2026〕01-{number:04}号",
            verify_url=f"https://portal.example.org/verify/ABCD-EFGH-JKLM-{number:04}/",
        )


def _rate(items: Sequence[Item], render: Callable[[Item], object]) -> float:
    """Items a second of CPU."""
    begun = time.process_time()
    for item in items:
        render(item)
    return len(items) / (time.process_time() - begun)


def _inputs(facts: CertificateFacts) -> dict[str, str]:
    """What the template gets; made outside of the time that counts."""
    fonts = font_set()
    return {
        "facts": json.dumps(_texts(facts), ensure_ascii=False),
        "qr": _qr_svg(facts.verify_url),
        "seal": "",
        "families": json.dumps({"serif": fonts.serif, "sans": fonts.sans}),
    }


def _compiler() -> typst.Compiler:
    return typst.Compiler(
        input=str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=font_set().fonts
    )


def _page(compiler: typst.Compiler, inputs: dict[str, str]) -> bytes:
    return compiler.compile(
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=[*_STANDARDS],
        timestamp=_ISSUED_AT,
    )
