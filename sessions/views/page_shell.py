"""A page around its own texts: the template rendered once, with holes for what differs.

For pages that many open at once. Head, navigation, forms and foot are the same for everybody who
reads one language; names, addresses, tokens and the page's own parts are filled in for each answer.
Nothing of a person is ever kept.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from participants.views.my_tabs import my_tabs

# Private-use characters: no template holds them, and escaping leaves them alone.
_OPEN, _CLOSE = "\ue000", "\ue001"
_HOLE = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
# What the frame of every page says about the one who reads it.
_READER = ("csrf_token", "reader", "full_path")


class _Reader:
    """Stands for the signed-in user while the shell is made."""

    is_authenticated = True

    def __str__(self) -> str:
        return _hole("reader")


class _Request:
    """Stands for the request, of which the frame shows the address."""

    def get_full_path(self) -> str:
        return _hole("full_path")


def filled_page(
    request: HttpRequest, template: str, parts: Mapping[str, str], *, current: str
) -> HttpResponse:
    """One of my pages with `parts` (texts, or safe HTML) in its holes; `current` is its tab.

    A page that has messages to show is rendered as any other.
    """
    if len(get_messages(request)):
        return render(request, template, {"tabs": my_tabs(current), **parts})
    values = {
        **parts,
        "csrf_token": get_token(request),
        "reader": str(request.user),
        "full_path": request.get_full_path(),
    }
    pieces = _shell(template, get_language() or "", tuple(parts), current)
    filled = [
        conditional_escape(values[piece]) if number % 2 else piece
        for number, piece in enumerate(pieces)
    ]
    return HttpResponse("".join(filled))


@lru_cache(maxsize=32)
def _shell(template: str, language: str, names: tuple[str, ...], current: str) -> tuple[str, ...]:
    """Text, hole, text, …, text. `language` is the active one; it is named for the cache's sake."""
    context = {name: _hole(name) for name in (*names, *_READER)}
    stand_ins = {"request": _Request(), "user": _Reader(), "messages": ()}
    html = render_to_string(template, {"tabs": my_tabs(current), **context, **stand_ins})
    return tuple(_HOLE.split(html))


def _hole(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"
