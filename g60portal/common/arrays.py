"""Long lists of ids for Postgres, as the text of an array: parsed there in a moment, where one
parameter for each would take longer than the statement itself.
"""

from collections.abc import Iterable


def array_text(ids: Iterable[int | None]) -> str:
    """`{1,2,NULL}`, for a parameter that the statement casts to `bigint[]`."""
    return "{" + ",".join("NULL" if pk is None else str(int(pk)) for pk in ids) + "}"
