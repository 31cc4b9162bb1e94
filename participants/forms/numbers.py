"""Numbers out of addresses and posted fields, where anything may stand."""

# Beyond these a text is no id that a database column holds.
MOST_DIGITS = 18


def whole_number(raw: str, default: int = 0) -> int:
    """The number, or the default for anything that is none."""
    if raw.isascii() and raw.isdecimal() and len(raw) <= MOST_DIGITS:
        return int(raw)
    return default
