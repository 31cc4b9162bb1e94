"""The unified social credit code."""

import pytest

from cohorts.rules.credit_code import CreditCodeProblem, check_credit_code

VALID = "91110000600037341L"


@pytest.mark.parametrize(
    "typed", [VALID, VALID.lower(), f" {VALID[:9]} {VALID[9:]}", "９" + VALID[1:]]
)
def test_credit_code_when_typed_otherwise_then_normalized(typed):
    assert check_credit_code(typed) == VALID


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "credit_code_length"),
        (VALID[:-1], "credit_code_length"),
        (VALID[:-1] + "1", "credit_code_check"),
        (VALID[:9] + "I" + VALID[10:], "credit_code_characters"),
        ("A" + VALID[1:], "credit_code_characters"),
    ],
)
def test_credit_code_when_wrong_then_the_reason_is_named(typed, code):
    with pytest.raises(CreditCodeProblem) as caught:
        check_credit_code(typed)
    assert caught.value.code == code
    assert str(caught.value)
