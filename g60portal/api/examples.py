"""Examples made from schemas of the OpenAPI document: one plausible value of each type.

Values stand by the name of the field where the name tells more than the type. Pure.
"""

from typing import Any

Schema = dict[str, Any]

_DEEPEST = 6
_PROGRAMME = "2026-06-08T09:00:00+08:00"

_BY_NAME: dict[str, Any] = {
    "attendance_percent": 85,
    "capacity": 60,
    "city": "songjiang",
    "code": "G60-2026-01",
    "cohort": "G60-2026-01",
    "credit_code": "91310000MA1FL0000X",
    "edition": 1,
    "email": "name@example.org",
    "ends_at": "2026-06-08T11:00:00+08:00",
    "ends_on": "2026-06-13",
    "hours": "2.0",
    "identity": "",
    "language": "zh-hans",
    "latitude": 31.03,
    "longitude": 121.22,
    "minutes": 40,
    "name": "示例",
    "name_en": "Example",
    "name_latin": "Ouyang Na",
    "next": None,
    "phone": "13800000000",
    "previous": None,
    "seats": 45,
    "starts_at": _PROGRAMME,
    "starts_on": "2026-06-08",
    "title": "示例",
    "title_en": "Example",
    "version": 1,
    "year": 2026,
}
_BY_FORMAT: dict[str, Any] = {
    "date": "2026-06-08",
    "date-time": _PROGRAMME,
    "time": "09:00:00",
    "uuid": "0b0c2a52-6f5e-4a7e-9f0d-2f6f3f8c9a10",
    "email": "name@example.org",
    "uri": "https://portal.example.org/",
    "decimal": "2.0",
    "binary": "…",
}
_BY_TYPE: dict[str, Any] = {
    "string": "…",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


def example_of(schema: Schema, document: Schema, name: str = "", depth: int = 0) -> Any:
    """One value that the schema allows; references are looked up in the document."""
    schema = _resolved(schema, document)
    kind = _type_of(schema)
    if kind == "object" or "properties" in schema:
        return _object(schema, document, depth)
    if kind == "array":
        inner = schema.get("items", {})
        return [] if depth > _DEEPEST else [example_of(inner, document, name, depth + 1)]
    return _plain(schema, kind, name)


def reference_name(schema: Schema) -> str:
    """What a schema is called: its component, `[component]` for a list, or its type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if _type_of(schema) == "array":
        return f"[{reference_name(schema.get('items', {}))}]"
    for part in _parts(schema):
        return reference_name(part)
    return _type_of(schema) if schema else ""


def _object(schema: Schema, document: Schema, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    return {
        name: example_of(inner, document, name, depth + 1)
        for name, inner in schema.get("properties", {}).items()
    }


def _plain(schema: Schema, kind: str, name: str) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    value = _BY_NAME.get(name)
    if name in _BY_NAME and _fits(value, kind):
        return value
    return _BY_FORMAT.get(str(schema.get("format")), _BY_TYPE.get(kind))


def _fits(value: Any, kind: str) -> bool:
    wanted = {"string": str, "integer": int, "number": int | float, "boolean": bool}
    return value is None or isinstance(value, wanted.get(kind, object))


def _resolved(schema: Schema, document: Schema) -> Schema:
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        elif parts := _parts(schema):
            schema = parts[0]
        else:
            return schema


def _parts(schema: Schema) -> list[Schema]:
    parts: list[Schema] = schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf") or []
    return [part for part in parts if part.get("type") != "null"]


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    if isinstance(kind, list):
        return next((each for each in kind if each != "null"), "null")
    return str(kind)
