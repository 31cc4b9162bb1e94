"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """`portal_url` for absolute links, `demo` to mark sample data."""
    return {"portal_url": settings.PORTAL_URL, "demo": settings.DEMO}
