"""The API described for people, made from the same OpenAPI document that programs read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from g60portal.api.description import family
from g60portal.api.examples import example_of, reference_name
from g60portal.api.schema import document

_METHODS = ("get", "post", "put", "patch", "delete")
_WITH_BODY = ("application/json", "multipart/form-data")

Facts = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Answer:
    status: str
    phrase: str
    schema: str
    good: bool


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    anchor: str
    description: str
    parameters: list[Parameter]
    answers: list[Answer]
    body: str
    call: str
    result: str


@dataclass(frozen=True)
class Family:
    name: str
    operations: list[Operation]


@require_safe
def readable(request: HttpRequest) -> HttpResponse:
    """Every operation with parameters, body, answers and an example; no script needed."""
    return render(request, "api/docs.html", {"families": _families(get_language() or "")})


@lru_cache(maxsize=4)
def _families(language: str) -> list[Family]:
    schema = document()
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = _operation(path, method, methods[method], schema)
                found.setdefault(family(path), []).append(operation)
    return [Family(name, operations) for name, operations in sorted(found.items())]


def _operation(path: str, method: str, facts: Facts, schema: Facts) -> Operation:
    body_type, body_schema = _body_of(facts)
    body = _text(example_of(body_schema, schema)) if body_schema else ""
    return Operation(
        method=method.upper(),
        path=path,
        anchor=facts["operationId"],
        description=facts.get("description", ""),
        parameters=[_parameter(each) for each in facts.get("parameters", [])],
        answers=[_answer(status, each) for status, each in facts["responses"].items()],
        body=reference_name(body_schema) if body_schema else "",
        call=_call(path, method, body_type, body),
        result=_result(facts["responses"], schema),
    )


def _body_of(facts: Facts) -> tuple[str, Facts | None]:
    content = facts.get("requestBody", {}).get("content", {})
    for kind in _WITH_BODY:
        if kind in content:
            return kind, content[kind].get("schema", {})
    return "", None


def _parameter(facts: Facts) -> Parameter:
    schema = facts.get("schema", {})
    values = schema.get("enum")
    return Parameter(
        name=facts["name"],
        place=facts["in"],
        kind=" | ".join(map(str, values)) if values else str(schema.get("type", "string")),
        required=bool(facts.get("required")),
        description=facts.get("description", ""),
    )


def _answer(status: str, facts: Facts) -> Answer:
    number = int(status)
    return Answer(
        status=status,
        phrase=HTTPStatus(number).phrase,
        schema=reference_name(_first_schema(facts)),
        good=number < HTTPStatus.BAD_REQUEST,
    )


def _result(responses: Facts, schema: Facts) -> str:
    """An example of what comes back when all goes well, as JSON."""
    for status, facts in responses.items():
        answer = _first_schema(facts)
        if int(status) < HTTPStatus.BAD_REQUEST and answer and answer.get("format") != "binary":
            return _text(example_of(answer, schema))
    return ""


def _first_schema(facts: Facts) -> Facts:
    contents: Iterable[Facts] = facts.get("content", {}).values()
    schema: Facts = next(iter(contents), {}).get("schema", {})
    return schema


def _call(path: str, method: str, body_type: str, body: str) -> str:
    """The same call by curl, with the headers that it takes."""
    lines = [f"curl {settings.PORTAL_URL}{path}"]
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {settings.PORTAL_URL}{path}"
    lines.append('  -H "Authorization: Token $TOKEN"')
    if body_type == "multipart/form-data":
        lines.append("  -F file=@roster.xlsx")
    elif body:
        lines += ['  -H "Content-Type: application/json"', f"  -d '{body}'"]
    return " \\\n".join(lines)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
