"""Phone numbers in one spelling."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.rules.phones import PhoneProblem, normalize_phone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("'13812345678", "13812345678"),
        ("\u202a13812345678\u202c", "13812345678"),
        (13812345678.0, "13812345678"),
        (13812345678, "13812345678"),
        ("+852 9123 4567", "+85291234567"),
        ("00852 91234567", "+85291234567"),
        ("+49 (0)30 901820", "+4930901820"),
        ("+86 21 6769 1234", "+862167691234"),
    ],
)
def test_phone_when_typed_in_many_ways_then_stored_in_one(typed, stored):
    assert normalize_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_empty"),
        ("12812345678", "phone_unknown"),
        ("1381234567", "phone_unknown"),
        ("91234567", "phone_unknown"),
        ("+999 123456", "phone_unknown"),
        ("call me", "phone_unknown"),
        ("1.38123E+10", "phone_typed_as_number"),
        (13812345678.5, "phone_typed_as_number"),
        (-13812345678, "phone_typed_as_number"),
    ],
)
def test_phone_when_wrong_then_the_reason_is_named(typed, code):
    with pytest.raises(PhoneProblem) as caught:
        normalize_phone(typed)
    assert caught.value.code == code


@given(st.text(alphabet="0123456789+-= ()@E.\t", max_size=25))
def test_any_text_then_what_is_stored_is_never_a_formula(text):
    try:
        stored = normalize_phone(text)
    except PhoneProblem:
        return
    assert re.fullmatch(r"1\d{10}|\+\d{6,15}", stored)
