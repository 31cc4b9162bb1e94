"""The colors of `static/css/tokens.css`: words keep 4.5:1 and signs 3:1 in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEET = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--([a-z-]+): light-dark\((#\w+, #\w+)\);", SHEET))
KINDS = ["lecture", "visit", "exhibition", "discussion", "ceremony", "plain"]
WORDS = [
    *[
        (text, ground)
        for text in ("ink", "ink-quiet", "blue", "blue-strong", "red", "green")
        for ground in ("ground", "paper", "sunken")
    ],
    *[(f"{tone}-text", f"{tone}-ground") for tone in ("amber", *KINDS)],
    *[(f"{tone}-text", ground) for tone in ("amber", *KINDS) for ground in ("ground", "paper")],
    *[("ink", f"{tone}-ground") for tone in ("amber", "blue", "green", "red", *KINDS)],
    *[("ink-quiet", f"{tone}-ground") for tone in ("amber", "blue")],
    *[(f"{kind}-text", "amber-ground") for kind in KINDS],
    ("blue-strong", "blue-ground"),
    ("green", "green-ground"),
    ("red", "red-ground"),
    ("red", "amber-ground"),
    ("on-blue", "blue"),
    ("on-blue", "blue-strong"),
    ("on-red", "red"),
]
SIGNS = [
    (sign, ground)
    for sign in ("blue", "amber-line", "line-strong", *[f"{kind}-line" for kind in KINDS])
    for ground in ("ground", "paper")
]


def luminance(color: str) -> float:
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, theme: int) -> float:
    low, high = sorted(luminance(PAIRS[name].split(", ")[theme]) for name in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_tokens_when_used_for_words_then_contrast_is_enough(theme: int) -> None:
    weak = {pair: contrast(*pair, theme) for pair in WORDS if contrast(*pair, theme) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_tokens_when_used_for_signs_then_contrast_is_enough(theme: int) -> None:
    weak = {pair: contrast(*pair, theme) for pair in SIGNS if contrast(*pair, theme) < 3}
    assert weak == {}


def test_tokens_when_light_dark_is_unknown_then_the_light_values_are_the_same() -> None:
    plain = dict(re.findall(r"^    --([a-z-]+): (#\w+);", SHEET, re.MULTILINE))
    assert plain == {name: pair.split(", ")[0] for name, pair in PAIRS.items()}
