"""The certificate as a file: text, fonts, code, same bytes; and what user text cannot do."""

import dataclasses
import datetime as dt
import io

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from participants.documents import certificate
from participants.documents.certificate import (
    CertificateFacts,
    GlyphsMissing,
    Signatory,
    render_certificate,
)
from participants.documents.fonts import FontsMissing, font_set, missing_glyphs

URL = "https://portal.example.org/verify/K7QX2MPD9RTA4WNC6HEJ/"
FACTS = CertificateFacts(
    number="G60研字〔2026〕01-0045号",
    name="欧阳娜",
    name_latin="Ouyang Na",
    cohort_title="九城市高层次人才研修班（第一期）",
    cohort_title_en="First Training Class for High-Level Talents",
    edition=1,
    hosts=(("松江区人才局", "Songjiang Talent Office"), ("合肥市人才局", "Hefei Talent Office")),
    starts_on=dt.date(2026, 6, 8),
    ends_on=dt.date(2026, 6, 13),
    hours="42",
    issued_on=dt.date(2026, 6, 13),
    verify_url=URL,
    signatories=(Signatory("班主任", "Class Director", "周立行", "Zhou Lixing"),),
    legs=("松江", "合肥"),
    sample_seal=True,
)


@pytest.fixture(scope="module", autouse=True)
def _fonts():
    try:
        font_set()
    except FontsMissing as missing:
        pytest.skip(str(missing))


def facts(**changes):
    return dataclasses.replace(FACTS, **changes)


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf):
    return "".join(page.extract_text() for page in read(pdf).pages)


def squeezed(pdf):
    return "".join(text_of(pdf).split())


def test_certificate_then_one_page_with_all_facts_in_both_languages():
    pdf = render_certificate(FACTS)

    assert len(read(pdf).pages) == 1
    text = squeezed(pdf)
    for fact in (
        "G60研字〔2026〕01-0045号",
        "欧阳娜",
        "OuyangNa",
        "2026年6月8日至6月13日",
        "42",
        "周立行",
        "样章",
    ):
        assert fact in text
    assert "8–13June2026" in text


def test_certificate_when_rendered_again_then_the_same_bytes():
    assert render_certificate(FACTS) == render_certificate(facts())


def test_certificate_then_its_code_leads_to_the_verify_page():
    modules = certificate._qr_svg(URL)
    assert modules.startswith("<svg")
    picture = _page_picture(FACTS)

    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [URL]


@pytest.mark.parametrize(
    "name",
    [
        "王䶮",
        "阿卜杜热合曼·艾尔肯江·买买提明·吐尔",
        "𬭎",
        '#panic(1) $x$ *b* \\ `r` [y] "q" // z',
        "<b>&amp;",
    ],
)
def test_certificate_when_names_are_unusual_then_printed_as_they_are_on_one_page(name):
    pdf = render_certificate(facts(name=name))

    assert len(read(pdf).pages) == 1
    assert "".join(name.split()) in squeezed(pdf)


def test_certificate_when_a_name_cannot_be_printed_then_refused_by_character():
    with pytest.raises(GlyphsMissing) as caught:
        render_certificate(facts(name="王\ue000"))
    assert caught.value.characters == ["\ue000"]


def test_missing_glyphs_then_only_those_no_font_has():
    assert missing_glyphs("王小明·Ouyang Nà é 䶮㛃") == []
    assert missing_glyphs("王\ue863\U000e0041王\ue863") == ["\ue863", "\U000e0041"]


def test_certificate_when_a_real_seal_is_given_then_no_sample_mark():
    seal = io.BytesIO()
    Image.new("RGBA", (200, 200), (200, 0, 0, 128)).save(seal, "PNG")

    pdf = render_certificate(facts(seal=seal.getvalue(), sample_seal=False))

    assert "样章" not in squeezed(pdf)
    assert len(pdf) != len(render_certificate(facts(sample_seal=False)))


def test_certificate_when_the_seal_is_no_picture_then_refused():
    with pytest.raises(ValueError, match="PNG or JPEG"):
        render_certificate(facts(seal=b"<svg onload='x'/>"))


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (dt.date(2026, 6, 8), dt.date(2026, 6, 8), "2026年6月8日", "8 June 2026"),
        (
            dt.date(2026, 6, 28),
            dt.date(2026, 7, 3),
            "2026年6月28日至7月3日",
            "28 June – 3 July 2026",
        ),
        (
            dt.date(2026, 12, 28),
            dt.date(2027, 1, 2),
            "2026年12月28日至2027年1月2日",
            "28 December 2026 – 2 January 2027",
        ),
    ],
)
def test_span_of_days_then_said_as_people_do(first, last, zh, en):
    assert certificate._chinese_span(first, last) == zh
    assert certificate._english_span(first, last) == en


def _page_picture(which):
    """The page as a picture, through the same compiler."""
    printer = certificate._printer()
    inputs = {
        "facts": certificate.json.dumps(certificate._texts(which)),
        "qr": certificate._qr_svg(which.verify_url),
        "seal": "",
        "families": printer._families,
    }
    png = printer._compiler.compile(format="png", ppi=110, sys_inputs=inputs)
    return Image.open(io.BytesIO(png))
