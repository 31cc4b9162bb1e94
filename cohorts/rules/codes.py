"""The form of a cohort's code: `G60-2026-01`. Whether it is free, the database says."""

import re

_CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
LONGEST_CODE = 40


def fits_as_code(text: str) -> bool:
    """Capital letters and digits in parts joined by single hyphens; safe in addresses as it is."""
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None
