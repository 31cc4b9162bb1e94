"""Is a certificate genuine? Public, in one query, and sparing with the holder's name.

Wrong codes are counted by address, so that nobody tries thousands; right ones are never held up.
"""

import datetime as dt
from typing import Any

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from participants.models import Certificate
from participants.queries.certificates import (
    certificate_by_code,
    cities_then,
    frozen_cities,
)
from participants.rules.certificates import code_from_typed
from participants.rules.names import mask_name

WRONG_CODES_A_MINUTE = 30
MINUTE = 60


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """The form; `?code=` as typed, or the whole address of a certificate, goes on to its page."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return _page(request, {})
    stored = code_from_typed(typed.rstrip("/").rpartition("/")[2])
    return redirect("certificate-verify", code=stored) if stored else _wrong(request, typed)


@require_safe
def verdict(request: HttpRequest, code: str) -> HttpResponse:
    """What a code says. 404 for one that nobody holds, 429 after too many of those."""
    stored = code_from_typed(code)
    certificate = certificate_by_code(stored) if stored else None
    if certificate is not None:
        return _page(request, {"typed": stored, **_shown(certificate)})
    return _wrong(request, code)


def _wrong(request: HttpRequest, typed: str) -> HttpResponse:
    if _too_many_wrong(request):
        response = _page(request, {"too_many": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    return _page(request, {"typed": typed[:60], "wrong": True}, status=404)


def _shown(certificate: Certificate) -> dict[str, Any]:
    """The little that strangers are told, from the frozen facts."""
    facts = certificate.facts
    english = (get_language() or "").startswith("en")
    cities = cities_then(certificate)
    names = {city.code: city.name_en if english else city.name for city in cities}
    return {
        "cities": cities,
        "certificate": certificate,
        "masked_name": mask_name(certificate.name),
        "title": facts["title_en" if english else "title"],
        "hours": facts["hours"],
        "starts_on": dt.date.fromisoformat(facts["starts_on"]),
        "ends_on": dt.date.fromisoformat(facts["ends_on"]),
        "city_names": [names[code] for code in facts["legs"]],
        "legs": [
            {"city": code, "label": _("Leg %(number)s") % {"number": position}, "state": "past"}
            for position, code in enumerate(facts["legs"], 1)
        ],
    }


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    if "cities" not in context:
        context["cities"] = frozen_cities()
    response = render(request, "participants/verify_page.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


def _too_many_wrong(request: HttpRequest) -> bool:
    """Counts one wrong code. Without a cache nobody is held up."""
    key = f"verify-wrong:{get_client_ip_address(request)}"
    cache.add(key, 0, timeout=MINUTE)
    count = cache.get(key, 0) + 1
    cache.set(key, count, timeout=MINUTE)
    return bool(count > WRONG_CODES_A_MINUTE)
