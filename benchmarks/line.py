"""One measured line, in the shape that `make bench` promises."""

import json
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Line:
    """`ratio` = value / limit is the figure to read (1 = the limit); the others as they apply."""

    name: str
    value: float
    unit: str
    limit: float
    limit_name: str
    n: int
    runs: int
    cpu_ms: float | None = None
    sql: int | None = None
    peak_mib: float | None = None
    first_byte_s: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.limit

    def as_json(self) -> str:
        facts: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        facts["ratio"] = self.ratio
        order = (
            "name", "value", "unit", "limit", "limit_name", "ratio", "cpu_ms", "sql",
            "peak_mib", "first_byte_s", "n", "runs",
        )  # fmt: skip
        known = {key: _short(facts[key]) for key in order if facts[key] is not None}
        return json.dumps(known, ensure_ascii=False)


def _short(value: Any) -> Any:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}") if isinstance(value, float) else value
