"""Dates of birth as spreadsheets hold them: real dates, day numbers, 1980.05, 19800512, 1980年5月.

Only a whole date is kept. Year and month alone serve to compare with the identity paper.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from g60portal.common.tables import Cell

# Day 0 of spreadsheets as it counts for every day after February 1900.
_DAY_ZERO = dt.date(1899, 12, 30)
# Day numbers of 1910 and of 2064: shorter figures are years, longer ones dates in one word.
_DAYS = range(3_654, 60_000)
_YEARS = range(1900, 2100)
_MONTHS = range(1, 13)

_MARKED = re.compile(
    r"(\d{4})[-./、年](\d{1,2})(?:[-./、月](\d{1,2})[日.]?|[月.])?(?:T?00:00:00)?(?:出?生)?"
)
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR = re.compile(r"(\d{4})年?")
_NUMBER = re.compile(r"\d{5}(\.0+)?")


@dataclass(frozen=True)
class BirthDate:
    """`months` are those that may be meant (1980.1 in a number may stand for October); no `day`
    and no months when they were not told."""

    year: int
    months: tuple[int, ...] = ()
    day: int | None = None

    @property
    def date(self) -> dt.date | None:
        return dt.date(self.year, self.months[0], self.day) if self.day else None

    def agrees_with(self, other: dt.date) -> bool:
        if self.year != other.year or (self.months and other.month not in self.months):
            return False
        return self.day is None or self.day == other.day


def birth_date(cell: Cell) -> BirthDate | None:
    """What the cell says; None when that is no date."""
    if isinstance(cell.value, dt.date):
        return BirthDate(cell.value.year, (cell.value.month,), cell.value.day)
    if cell.kind == "number" and isinstance(cell.value, (int, float)):
        return _from_number(float(cell.value))
    return _from_text(re.sub(r"[\s'’]", "", unicodedata.normalize("NFKC", cell.text)))


def _from_number(value: float) -> BirthDate | None:
    whole = int(value)
    if value == whole:
        if whole in _DAYS and whole not in _YEARS:
            return _whole(_DAY_ZERO + dt.timedelta(days=whole))
        return _from_text(str(whole))
    if whole not in _YEARS:
        return None
    hundredths = round((value - whole) * 100)
    if abs(value - whole - hundredths / 100) > 1e-6:  # noqa: PLR2004 - what a float may be off
        return None
    months = {hundredths, hundredths // 10} if hundredths % 10 == 0 else {hundredths}
    possible = tuple(sorted(month for month in months if month in _MONTHS))
    return BirthDate(whole, possible) if possible else None


def _from_text(text: str) -> BirthDate | None:
    match = _MARKED.fullmatch(text) or _RUN.fullmatch(text)
    if match:
        return _checked(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    if match := _YEAR.fullmatch(text):
        return BirthDate(int(match[1])) if int(match[1]) in _YEARS else None
    if _NUMBER.fullmatch(text) and int(float(text)) in _DAYS:
        return _whole(_DAY_ZERO + dt.timedelta(days=int(float(text))))
    return None


def _checked(year: int, month: int, day: int | None) -> BirthDate | None:
    if year not in _YEARS or month not in _MONTHS:
        return None
    if day is None:
        return BirthDate(year, (month,))
    try:
        return _whole(dt.date(year, month, day))
    except ValueError:
        return None


def _whole(date: dt.date) -> BirthDate:
    return BirthDate(date.year, (date.month,), date.day)
