"""What makes the participants' pages an app on a phone: manifest, service worker, offline page.

All three are public and say nothing of anybody. What the worker keeps stands in `static/js/sw.js`.
"""

import json
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override, to_locale
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Own pages that may be read without a network; documents below the last one as well.
KEPT_PAGES = ("my-home", "my-itinerary", "my-changes", "my-people", "my-code", "my-certificate")
ICON_SIZES = (192, 512)
PAPER, INK_BLUE = "#ffffff", "#0a5a92"


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """In the language of its address: browsers ask for it without cookies."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with override(language):
        facts = _manifest(language)
    return JsonResponse(facts, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """A few facts before the static script: a new build is a new worker."""
    facts = {
        "version": getattr(staticfiles_storage, "manifest_hash", "") or "unversioned",
        "pages": [reverse(name) for name in KEPT_PAGES],
        "documents": reverse("my-certificate"),
        "offline": reverse("install-offline"),
    }
    lines = (
        f"self.portal = {json.dumps(facts)};",
        f"importScripts({json.dumps(static('js/sw.js'))});",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What stands where a page was never read with a network."""
    return render(request, "web/offline.html")


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": reverse("my-home"),
        "name": _("G60 Portal"),
        "short_name": _("G60 Portal"),
        "description": _("Your itinerary, also without network"),
        "lang": to_locale(language).replace("_", "-"),
        "dir": "ltr",
        "start_url": reverse("my-home"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK_BLUE,
        "icons": [*_icons("icon", "any"), *_icons("icon-maskable", "maskable")],
        "shortcuts": [
            {"name": _("The whole itinerary"), "url": reverse("my-itinerary")},
            {"name": _("My check-in code"), "url": reverse("my-code")},
        ],
    }


def _icons(name: str, purpose: str) -> list[dict[str, str]]:
    return [
        {
            "src": static(f"img/{name}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in ICON_SIZES
    ]
