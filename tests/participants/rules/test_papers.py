"""Identity papers: what is accepted, what is refused and why, what is shown of them."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.choices import Gender, PaperKind
from participants.rules.papers import (
    Paper,
    PaperProblem,
    check_character,
    check_paper,
    mask_email,
    mask_paper,
    mask_phone,
)


def numbered(first_seventeen):
    return first_seventeen + check_character(first_seventeen)


# 310199 is not an assigned county.
MAN = numbered("31019919800229001")
WOMAN = numbered("31019919951103002")
WITH_X = next(
    number for n in range(1000) if (number := numbered(f"31019919900101{n:03}"))[-1] == "X"
)


def code_of(kind, number, **options):
    with pytest.raises(PaperProblem) as caught:
        check_paper(kind, number, **options)
    assert str(caught.value)
    return caught.value.code


def test_resident_number_then_birth_date_and_gender_are_told():
    assert check_paper("resident_id", MAN) == Paper(
        PaperKind.RESIDENT_ID, MAN, dt.date(1980, 2, 29), Gender.MALE
    )
    assert check_paper("resident_id", WOMAN).gender == Gender.FEMALE


@pytest.mark.parametrize(
    "typed",
    [
        WITH_X.lower(),
        f" {WITH_X[:6]} {WITH_X[6:]} ",
        f"'{WITH_X}",
        WITH_X.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
        f"\u200b{WITH_X}\ufeff",
    ],
)
def test_resident_number_when_typed_otherwise_then_normalized(typed):
    assert check_paper("resident_id", typed).number == WITH_X


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "paper_empty"),
        ("  ", "paper_empty"),
        (MAN[:-1], "paper_length"),
        (MAN + "0", "paper_length"),
        ("310199800229001", "paper_old"),
        (numbered("31019919810229001"), "paper_date"),
        (numbered("31019918991231001"), "paper_date"),
        (MAN[:-1] + ("0" if MAN[-1] != "0" else "1"), "paper_check"),
        ("3.10199E+17", "paper_typed_as_number"),
        ("3.10199198002290E17", "paper_typed_as_number"),
        (3.10199198002290e17, "paper_typed_as_number"),
        (310199198002290010, "paper_typed_as_number"),
        (numbered("81000019900101001"), "paper_permit_number"),
        ("ABCDEFGHIJKLMNOPQR", "paper_length"),
    ],
)
def test_resident_number_when_wrong_then_the_reason_is_named(number, code):
    assert code_of("resident_id", number) == code


def test_number_cell_when_the_digits_pass_by_accident_then_still_refused():
    accident = next(
        n for n in range(1, 500) if numbered(f"310199198001{n % 28 + 1:02}000"[:17])[-1] == "0"
    )
    digits = numbered(f"310199198001{accident % 28 + 1:02}000")

    assert check_paper("resident_id", digits).number == digits
    assert code_of("resident_id", float(digits)) == "paper_typed_as_number"


def test_birth_date_when_after_today_then_refused():
    number = numbered("31019920260101001")

    assert check_paper("resident_id", number).birth_date == dt.date(2026, 1, 1)
    assert code_of("resident_id", number, today=dt.date(2025, 12, 31)) == "paper_date"


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("residence_permit", numbered("83000019900101002"), numbered("83000019900101002")),
        ("home_return_permit", "h12345678", "H12345678"),
        ("home_return_permit", "M1234567801", "M12345678"),
        ("taiwan_permit", "01234567", "01234567"),
        ("taiwan_permit", 12345678.0, "12345678"),
        ("taiwan_permit", "0123456789a", "0123456789A"),
        ("passport", "e1234567", "E1234567"),
        ("foreign_resident_card", "can110182052907", "CAN110182052907"),
        ("foreign_resident_card", numbered("91134419900101001"), numbered("91134419900101001")),
        ("other", "AB-12/3", "AB-12/3"),
    ],
)
def test_paper_of_each_kind_when_right_then_accepted(kind, typed, stored):
    assert check_paper(kind, typed).number == stored


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("residence_permit", MAN, "paper_residence_permit"),
        ("home_return_permit", "A12345678", "paper_home_return"),
        ("taiwan_permit", "1234567", "paper_taiwan"),
        ("passport", "E12", "paper_passport"),
        ("passport", "E123456!", "paper_passport"),
        ("foreign_resident_card", MAN, "paper_foreign_card"),
        ("other", "abc", "paper_other"),
        ("other", "x" * 31, "paper_other"),
        ("library_card", "12345", "paper_kind"),
    ],
)
def test_paper_of_each_kind_when_wrong_then_refused(kind, number, code):
    assert code_of(kind, number) == code


def test_new_foreign_card_tells_birth_date_and_gender():
    paper = check_paper("foreign_resident_card", numbered("91134419900101001"))

    assert (paper.birth_date, paper.gender) == (dt.date(1990, 1, 1), Gender.MALE)


@given(st.text(max_size=40), st.sampled_from(PaperKind.values))
def test_any_text_then_a_paper_or_a_problem(text, kind):
    with contextlib.suppress(PaperProblem):
        paper = check_paper(kind, text)
        assert check_paper(kind, paper.number) == paper


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("310199198002290014", "310***********0014"),
        ("H12345678", "*******78"),
        ("AB12", "****"),
        ("", ""),
    ],
)
def test_paper_when_masked_then_the_middle_is_hidden(number, masked):
    assert mask_paper(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+85291234567", "+85*****4567"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_phone_when_masked_then_the_middle_is_hidden(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [("anna@example.org", "a***@example.org"), ("a@x", "a***@x"), ("", ""), ("odd", "***")],
)
def test_email_when_masked_then_its_length_is_hidden(address, masked):
    assert mask_email(address) == masked
