"""The OpenAPI 3.1 document: made once a process for each language, open to everybody (no data)."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from g60portal.api.negotiation import FormatParameter


def document() -> dict[str, Any]:
    """The whole description, in the language of the request."""
    return _document(get_language() or "")


class SchemaView(APIView):
    """JSON unless YAML is asked for, by `Accept` or `?format=yaml`."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer)
    content_negotiation_class = FormatParameter

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document())


@lru_cache(maxsize=4)
def _document(language: str) -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    return schema
