"""Small parts of the pages about nominations: bars drawn by the server, automatic reasons."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from participants.choices import told as told_text

register = template.Library()

WIDTH = 100


@register.filter
def told(reason: str) -> str:
    """A reason as people read it."""
    return told_text(reason)


@register.filter
def at(found: Mapping[int, Any], key: int) -> Any:
    """The value under a key that only the loop knows."""
    return found.get(key)


@register.simple_tag
def quota_gauge(seats: int, admitted: int, nominated: int) -> SafeString:
    """How far a quota is filled; the figures stand in the row beside it."""
    whole = max(seats, nominated, 1)
    return format_html(
        '<svg class="gauge" viewBox="0 0 {w} 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="gauge-ground" width="{offered}" height="10"/>'
        '<rect class="gauge-nominated" width="{all}" height="10"/>'
        '<rect class="gauge-admitted" width="{in_}" height="10"/>'
        '<line class="gauge-limit" x1="{offered}" x2="{offered}" y1="0" y2="10"/></svg>',
        w=WIDTH,
        offered=_part(seats, whole),
        all=_part(nominated, whole),
        in_=_part(admitted, whole),
    )


@register.simple_tag
def share_bar(percent: int) -> SafeString:
    return format_html(
        '<svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="gauge-ground" width="100" height="10"/>'
        '<rect class="gauge-admitted" width="{}" height="10"/></svg>',
        percent,
    )


def _part(count: int, whole: int) -> int:
    return round(WIDTH * count / whole)
