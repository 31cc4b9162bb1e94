"""The tabs of the participants' pages. A page that is not there yet leaves its tab out."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# In the order of the bar: (key, URL name, label). The key names the icon too.
TABS = (
    ("itinerary", "my-itinerary", _("Itinerary")),
    ("people", "my-people", _("People")),
    ("connect", "my-connect", _("Connect")),
    ("logistics", "my-logistics", _("Logistics")),
    ("certificate", "my-certificate", _("Certificate")),
)


def my_tabs(current: str) -> list[dict[str, Any]]:
    tabs = []
    for key, url_name, label in TABS:
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        tabs.append({"label": label, "url": url, "current": key == current, "icon": key})
    return tabs
