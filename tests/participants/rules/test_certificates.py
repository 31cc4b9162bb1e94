"""Numbers and verification codes in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.rules.certificates import (
    CODE_LENGTH,
    CODE_LETTERS,
    certificate_number,
    code_from_typed,
    grouped_code,
)

CODE = "7K3M-9QXA-2BT0-5RW1"


def test_number_when_made_then_follows_the_pattern() -> None:
    assert certificate_number("G60研字", 2026, 1, 7) == "G60研字〔2026〕01-0007号"


@pytest.mark.parametrize(
    "typed",
    [
        "7k3m9qxa2bt05rw1",
        " 7K3M 9QXA 2BT0 5RW1 ",
        "７Ｋ３Ｍ－９ＱＸＡ－２ＢＴ０－５ＲＷ１",
        "7K3M–9QXA–2BTO–5RWI",
        "7k3m.9qxa.2bto.5rwl",
    ],
)
def test_code_when_typed_in_another_way_then_is_the_same(typed: str) -> None:
    assert code_from_typed(typed) == CODE


@pytest.mark.parametrize("typed", ["", "7K3M", CODE + "A", "UUUU-UUUU-UUUU-UUUU", "王小明" * 6])
def test_code_when_it_cannot_be_one_then_none(typed: str) -> None:
    assert code_from_typed(typed) is None


@given(st.text(alphabet=CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_code_when_grouped_then_is_read_back(letters: str) -> None:
    assert code_from_typed(grouped_code(letters)) == grouped_code(letters)
