"""The form of a cohort's code."""

import pytest

from cohorts.rules.codes import fits_as_code


@pytest.mark.parametrize("text", ["G60-2026-01", "G60", "1", "A-1", "X" * 40])
def test_code_when_well_formed_then_fits(text):
    assert fits_as_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "g60-2026-01",
        "G60_2026",
        "-G60",
        "G60-",
        "G60--01",
        "G60 01",
        "班次",
        "A/B",
        "A\n",
        "X" * 41,
    ],
)
def test_code_when_malformed_then_does_not_fit(text):
    assert not fits_as_code(text)
