"""Every route of the portal, read from Django's resolver: name, methods, parameters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

# Routes of packages, covered by rules of their own in the matrix.
FOREIGN_PREFIXES = ("admin/",)


@dataclass(frozen=True)
class Route:
    """`name` as for `reverse`, with its namespace."""

    name: str
    path: str


@cache
def all_routes() -> list[Route]:
    """Ours and those of packages, without the admin's."""
    found = _walk(get_resolver().url_patterns, "", "")
    return [route for route in found if not route.path.startswith(FOREIGN_PREFIXES)]


def _walk(patterns: list[URLPattern | URLResolver], path: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, here, inner)
        else:
            yield Route(f"{namespace}{entry.name}", here)


def parameters_of(name: str) -> tuple[str, ...]:
    """The parameters that a route of ours takes, as its converters name them."""
    route = next(route for route in all_routes() if route.name == name)
    return tuple(re.findall(r"<(?:\w+:)?(\w+)>", route.path))
