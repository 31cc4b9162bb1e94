"""Range expressions of the exclusion constraints, on core types only.

A host's Postgres may lack btree_gist, so equality of a key is the overlap of `[key, key]`.
Migrations spell out these expressions: changing them means a new migration.
"""

from typing import Any

from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeBoundary
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce

# The group number of "everyone" spans all group ids.
FIRST_KEY = 0
LAST_KEY = 2**62


def same(field: str) -> Func:
    """`int8range(field, field, '[]')`: overlaps where the keys are equal. Exclude NULL yourself."""
    return _int8range(F(field), F(field))


def same_or_all(field: str) -> Func:
    """As `same`, with NULL standing for every key."""
    return _int8range(Coalesce(F(field), Value(FIRST_KEY)), Coalesce(F(field), Value(LAST_KEY)))


def interval(start: str = "starts_at", end: str = "ends_at") -> Func:
    """The half-open interval `[start, end)` of two timestamps. Exclude NULL yourself."""
    return Func(
        F(start), F(end), RangeBoundary(), function="tstzrange", output_field=DateTimeRangeField()
    )


def _int8range(lower: Any, upper: Any) -> Func:
    return Func(
        lower, upper, Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )
