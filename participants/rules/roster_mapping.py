"""How a person said that a roster file is to be read, and what of it can be used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from participants.rules.roster_words import FIELDS

_MOST_COLUMNS = 60
_MOST_SHEETS = 60
_LONGEST_WORD = 300


class MappingUnusable(ValueError):
    """This is not a mapping; nothing of it was used."""


@dataclass(frozen=True)
class RosterMapping:
    """`columns` gives fields by key, label or letter of a column, empty = leave out; no `sheets`
    means those that look like a roster; `city` is the code of the city of all rows."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    city: str = ""
    hidden_rows: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "sheets": list(self.sheets),
            "city": self.city,
            "hidden_rows": self.hidden_rows,
        }


def mapping_from(raw: Any) -> RosterMapping:
    """From JSON as text or as values. Raises MappingUnusable."""
    if isinstance(raw, str):
        raw = _parsed(raw)
    if not isinstance(raw, Mapping) or not set(raw) <= {"columns", "sheets", "city", "hidden_rows"}:
        raise MappingUnusable
    columns, sheets = raw.get("columns", {}), raw.get("sheets", [])
    city, hidden_rows = raw.get("city", ""), raw.get("hidden_rows", False)
    if not isinstance(columns, Mapping) or len(columns) > _MOST_COLUMNS:
        raise MappingUnusable
    if not isinstance(sheets, (list, tuple)) or len(sheets) > _MOST_SHEETS:
        raise MappingUnusable
    words = [*columns, *sheets, city]
    if not all(isinstance(word, str) and len(word) <= _LONGEST_WORD for word in words):
        raise MappingUnusable
    if not all(name == "" or name in FIELDS for name in columns.values()):
        raise MappingUnusable
    if not isinstance(hidden_rows, bool):
        raise MappingUnusable
    return RosterMapping(dict(columns), tuple(sheets), city, hidden_rows)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise MappingUnusable from error
