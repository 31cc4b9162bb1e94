"""Whom to call when something goes wrong: those on duty, then the emergency numbers."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sessions.queries.itinerary import Contact

# The same all over China.
EMERGENCY_NUMBERS = (("120", _("ambulance")), ("110", _("police")), ("119", _("fire brigade")))


def help_section(contacts: tuple[Contact, ...]) -> str:
    """The section as HTML; the same for everybody of a cohort."""
    return _drawn(contacts, get_language() or "")


@lru_cache(maxsize=256)
def _drawn(contacts: tuple[Contact, ...], language: str) -> str:
    """`language` is the active one; it is named for the cache's sake."""
    context = {"contacts": contacts, "numbers": EMERGENCY_NUMBERS}
    return render_to_string("sessions/_itinerary_help.html", context)
