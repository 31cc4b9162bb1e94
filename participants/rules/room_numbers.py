"""Numbers of rooms as somebody types them: `801-806, 810` or `A区3-5`. Pure."""

import re

MOST_ROOMS = 200
NUMBER_LENGTH = 20
_SEPARATORS = re.compile(r"[,，、;；\s]+")
_SPAN = re.compile(r"(?P<head>\D*)(?P<first>\d+)\s*[-–—~～至]\s*(?:(?P=head))?(?P<last>\d+)")


class RoomNumbersUnreadable(ValueError):
    """Nothing stands there, too many, or a number is too long."""


def room_numbers(text: str) -> list[str]:
    """Each number once, in the order given. Raises RoomNumbersUnreadable."""
    joined = re.sub(r"\s*([-–—~～至])\s*", r"\1", text.strip())
    numbers: list[str] = []
    for part in _SEPARATORS.split(joined):
        numbers += _numbers_in(part) if part else []
        if len(numbers) > MOST_ROOMS:
            raise RoomNumbersUnreadable
    unique = list(dict.fromkeys(numbers))
    if not unique or any(len(one) > NUMBER_LENGTH for one in unique):
        raise RoomNumbersUnreadable
    return unique


def _numbers_in(part: str) -> list[str]:
    span = _SPAN.fullmatch(part)
    if not span:
        return [part]
    first, last = int(span["first"]), int(span["last"])
    if last < first or last - first >= MOST_ROOMS:
        raise RoomNumbersUnreadable
    width = len(span["first"]) if span["first"].startswith("0") else 0
    return [f"{span['head']}{number:0{width}}" for number in range(first, last + 1)]
