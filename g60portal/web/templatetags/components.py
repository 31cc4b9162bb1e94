"""Small parts of pages: badges, marks, icons, words about languages. No queries, no rules."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import to_locale

register = template.Library()

DEFAULT_LOOK = ("plain", "open")
TONE_MARKS = {"plain": "open", "blue": "now", "green": "done", "amber": "alert", "red": "stop"}
STATE_LOOKS = {
    "draft": ("plain", "open"),
    "planned": ("blue", "open"),
    "approved": ("blue", "open"),
    "announced": ("blue", "open"),
    "nominating": ("blue", "now"),
    "confirmed": ("blue", "done"),
    "running": ("amber", "now"),
    "finishing": ("amber", "now"),
    "completed": ("green", "done"),
    "done": ("green", "done"),
    "archived": ("plain", "done"),
    "postponed": ("amber", "alert"),
    "cancelled": ("red", "stop"),
    "open": ("amber", "open"),
    "accepted": ("green", "done"),
    "submitted": ("blue", "now"),
    "returned": ("amber", "alert"),
    "checked": ("blue", "done"),
    "admitted": ("green", "done"),
    "waitlisted": ("amber", "open"),
    "declined": ("plain", "stop"),
    "withdrawn": ("plain", "stop"),
    "replaced": ("plain", "stop"),
    "held": ("amber", "open"),
    "received": ("blue", "open"),
    "in_work": ("blue", "now"),
    "queued": ("blue", "open"),
    "sending": ("blue", "now"),
    "sent": ("green", "done"),
    "retrying": ("amber", "now"),
    "failed": ("red", "alert"),
    "bounced": ("red", "alert"),
    "needs_person": ("red", "alert"),
    "in_review": ("amber", "now"),
    "scheduled": ("blue", "open"),
    "stopped": ("plain", "stop"),
    "void": ("plain", "stop"),
    "missed": ("amber", "alert"),
    "issued": ("green", "done"),
    "superseded": ("plain", "stop"),
    "revoked": ("red", "stop"),
    "unasked": ("plain", "open"),
    "changed": ("amber", "alert"),
    "asked": ("blue", "now"),
    "pencilled": ("amber", "open"),
    "list_sent": ("green", "done"),
    "refused": ("red", "stop"),
}
MESSAGE_MARKS = {"success": "done", "warning": "alert", "error": "alert"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line drawing of `img/icons.svg`; always beside a word or in a labeled button."""
    return _symbol("icon", name)


@register.simple_tag
def mark(name: str) -> SafeString:
    """The small sign before a state's word: open, now, done, alert, stop."""
    return _symbol("mark", f"mark-{name or 'open'}")


@register.simple_tag
def message_mark(level: str) -> SafeString:
    return _symbol("mark", f"mark-{MESSAGE_MARKS.get(level, 'now')}")


@register.simple_tag
def badge(label: str, tone: str = "plain", mark_name: str = "") -> SafeString:
    """A word with its mark on a quiet ground; tone plain, blue, green, amber or red."""
    sign = mark(mark_name or TONE_MARKS.get(tone, "open"))
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, sign, label)


@register.simple_tag
def state_badge(state: str, label: str) -> SafeString:
    """The badge of any state of the model; the look is chosen here, the word by the model."""
    tone, sign = STATE_LOOKS.get(state, DEFAULT_LOOK)
    return badge(label, tone, sign)


@register.filter
def language_tag(code: str) -> str:
    """The code as HTML wants it: zh-hans → zh-Hans."""
    return to_locale(code).replace("_", "-")


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands beside the control instead of above."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def pair(columns: Iterable[Any], cells: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Columns with the cells of a row, side by side."""
    return list(zip(columns, cells, strict=False))


def _symbol(css_class: str, name: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" viewBox="0 0 {} {}"><use href="{}#{}"/></svg>',
        css_class,
        *((24, 24) if css_class == "icon" else (12, 12)),
        static("img/icons.svg"),
        name,
    )
