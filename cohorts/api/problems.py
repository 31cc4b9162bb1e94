"""The shape of error answers, for the API description of every app."""

from typing import Any

from rest_framework import serializers


class ProblemOut(serializers.Serializer[Any]):
    """RFC 9457: what went wrong, with a code for programs and texts at the fields."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment] # a field shadows the property
        child=serializers.ListField(child=serializers.CharField())
    )


READ_PROBLEMS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut}
WRITE_PROBLEMS = {400: ProblemOut, **READ_PROBLEMS, 422: ProblemOut}
