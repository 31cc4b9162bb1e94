"""Numbers that pass their check digits and belong to nobody: unassigned region codes and an
unassigned mobile range."""

import datetime as dt

from stdnum.cn import uscc

from participants.rules.papers import check_character

# 99 is no province; 154 is no operator's range.
REGION = "990199"
MOBILE_RANGE = "154"


def identity_number(serial: int, birth_on: dt.date, gender: str) -> str:
    """A resident identity number; the 17th digit is odd for men."""
    order = serial % 499 * 2 + (1 if gender == "1" else 0)
    body = f"{REGION}{birth_on:%Y%m%d}{order:03}"
    return body + check_character(body)


def credit_code(serial: int) -> str:
    """A unified social credit code of an enterprise."""
    body = f"91{REGION}MA{serial:07d}"[:17]
    return body + uscc.calc_check_digit(body)


def mobile(serial: int) -> str:
    return f"{MOBILE_RANGE}{serial:08d}"
