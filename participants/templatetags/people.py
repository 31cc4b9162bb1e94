"""Small parts of the pages about people. No queries, no rules."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def value_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a row under a name that only the loop knows."""
    return row.get(name, "")
