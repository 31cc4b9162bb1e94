"""Which form an answer takes: JSON for whoever asks, browsers included."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JsonAnyway(DefaultContentNegotiation):
    """The view's first renderer where the caller names nothing that the view can answer."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        try:
            chosen: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, str(first.media_type)
        return chosen


class FormatParameter(JsonAnyway):
    """As above, and `?format=yaml` picks the renderer of that name."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        wanted = request.query_params.get("format")
        for renderer in renderers:
            if wanted == renderer.format:
                return renderer, str(renderer.media_type)
        return super().select_renderer(request, renderers, format_suffix)
