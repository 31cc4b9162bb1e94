"""Headers as text: UTF-8 that came as Latin-1, percent-encoding, and nothing that breaks a line."""

from urllib.parse import quote

import pytest

from g60portal.common.headers import header_text

REASON = "入园登记"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("park entry", "park entry"),
        (REASON.encode().decode("latin-1"), REASON),
        (quote(REASON), REASON),
        (f"{quote(REASON)}%20A", f"{REASON} A"),
        ("café", "café"),
        ("a 100 % sure reason", "a 100 % sure reason"),
        ("%E5%85", "%E5%85"),
        ("%00", ""),
        ("one%0D%0Atwo\x00", "one two"),
        ("  wide \t blank ", "wide blank"),
        ("𬭎".encode().decode("latin-1"), "𬭎"),
    ],
)
def test_header_when_read_then_the_text_that_was_meant(sent: str, read: str) -> None:
    assert header_text({"X-Reason": sent}, "X-Reason") == read


def test_header_when_missing_then_empty() -> None:
    assert header_text({}, "X-Reason") == ""
