"""Moving what refers to one row over to another, and the picture by which it is taken back.

Knows no app: whatever refers to a row is found through its model, so that a table of tomorrow
cannot be forgotten. Locks, rules and audit are the callers'.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from g60portal.common.locks import locked_rows

Columns = Mapping[str, Any]
# What a row that was compared is known by: label of its model, primary key as text.
Key = tuple[str, str]


@dataclass(frozen=True)
class Pointer:
    """A column that refers to rows of some model."""

    model: type[models.Model]
    field: models.ForeignKey[Any, Any]

    @property
    def label(self) -> str:
        return _label(self.model)

    def rows(self, pk: int) -> models.QuerySet[Any]:
        """Those that refer to this one, whatever their own managers hide."""
        return _all(self.model).filter(**{self.field.attname: pk})


def pointers_to(model: type[models.Model]) -> list[Pointer]:
    """Every column that refers to the model, those without a way back and those of tables between
    two models, too; in a fixed order."""
    found = [
        Pointer(relation.related_model, relation.field)
        for relation in model._meta.get_fields(include_hidden=True)  # noqa: SLF001 - documented
        if isinstance(relation, models.ManyToOneRel)
    ]
    return sorted(found, key=lambda one: (one.label, one.field.name))


def clashing(pointer: Pointer, *, gone: int, kept: int) -> set[Any]:
    """Rows of `gone` that cannot move, since `kept` has one of which there may be only one."""
    found: set[Any] = set()
    for names, condition in _unique_sets(pointer):
        mine = pointer.rows(gone).filter(condition)
        taken = set(pointer.rows(kept).filter(condition).values_list(*names))
        found |= {pk for pk, *values in mine.values_list("pk", *names) if tuple(values) in taken}
        if not names and taken:
            found |= set(mine.values_list("pk", flat=True))
    return found


@dataclass(frozen=True)
class Contradiction:
    """What stands in the way of taking back: a row of a model, and the field that was changed
    since; no field = the row is not there any more."""

    model: str
    pk: str
    field: str = ""


@dataclass
class Picture:
    """What a merge has written, step by step, with the values before. `steps` are JSON."""

    steps: list[dict[str, Any]] = field(default_factory=list)

    def move(self, pointer: Pointer, pks: Sequence[Any], kept: int) -> None:
        """Let these rows refer to another one."""
        if not pks:
            return
        _all(pointer.model).filter(pk__in=pks).update(**{pointer.field.attname: kept})
        self.steps.append(
            {
                "step": "moved",
                "model": pointer.label,
                "field": pointer.field.attname,
                "pks": [pk if isinstance(pk, int) else str(pk) for pk in sorted(pks)],
            }
        )

    def change(self, row: models.Model, columns: Columns) -> dict[str, tuple[Any, Any]]:
        """Set columns of a row, by their attribute names; answers those that differed."""
        differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
        before = plain_columns(row, differing)
        written = {name: (getattr(row, name), value) for name, value in differing.items()}
        for name, value in differing.items():
            setattr(row, name, value)
        if differing:
            _all(type(row)).filter(pk=row.pk).update(**differing)
            self.note_change(row, before)
        return written

    def note_change(self, row: models.Model, before: Columns) -> None:
        """A change that somebody else has written: `before` as `plain_columns` gave it."""
        after = plain_columns(row, before)
        columns = {name: [before[name], after[name]] for name in before}
        columns = {name: pair for name, pair in columns.items() if pair[0] != pair[1]}
        if columns:
            self.steps.append(
                {
                    "step": "changed",
                    "model": _label(type(row)),
                    "pk": str(row.pk),
                    "columns": columns,
                }
            )

    def remove(self, row: models.Model) -> None:
        step = {"step": "removed", "model": _label(type(row)), "row": plain_columns(row)}
        _all(type(row)).filter(pk=row.pk).delete()
        self.steps.append(step)

    def add(self, row: models.Model) -> None:
        row.save(force_insert=True)
        pk = str(row.pk)
        facts = plain_columns(row)
        self.steps.append({"step": "added", "model": _label(type(row)), "pk": pk, "row": facts})

    def counts(self) -> dict[str, int]:
        """How many rows moved, by model."""
        found: dict[str, int] = defaultdict(int)
        for step in self.steps:
            if step["step"] == "moved":
                found[step["model"]] += len(step["pks"])
        return dict(found)

    def contradictions(
        self, kept: int, ignoring: Mapping[str, Collection[str]] | None = None
    ) -> list[Contradiction]:
        """What is not any more as the merge has left it; locks what it looks at. `ignoring` names
        columns by model that may differ."""
        found: list[Contradiction] = []
        for label, expected in sorted(self._expected(kept).items()):
            rows = {
                str(row.pk): row for row in locked_rows(_all(_model(label)).filter(pk__in=expected))
            }
            for pk, columns in expected.items():
                if pk not in rows:
                    found.append(Contradiction(label, pk))
                    continue
                present = plain_columns(rows[pk], columns)
                found += [
                    Contradiction(label, pk, name)
                    for name in columns
                    if present[name] != columns[name]
                    and name not in (ignoring or {}).get(label, ())
                ]
        return found

    def take_back(self, gone: int) -> None:
        """The other way round, step by step, as if nothing had been. Ask for the contradictions
        first."""
        for step in reversed(self.steps):
            rows = _all(_model(step["model"]))
            match step["step"]:
                case "moved":
                    rows.filter(pk__in=step["pks"]).update(**{step["field"]: gone})
                case "changed":
                    before = {name: pair[0] for name, pair in step["columns"].items()}
                    rows.filter(pk=step["pk"]).update(**_values(step["model"], before))
                case "removed":
                    rows.bulk_create([row_of(step["model"], step["row"])])
                case "added":
                    rows.filter(pk=step["pk"]).delete()

    def _expected(self, kept: int) -> dict[str, dict[str, dict[str, Any]]]:
        """The last value that was written to each column, by model and row."""
        found: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        for step in self.steps:
            rows = found[step["model"]]
            match step["step"]:
                case "moved":
                    for pk in step["pks"]:
                        rows[str(pk)][step["field"]] = str(kept)
                case "changed":
                    rows[step["pk"]] |= {name: pair[1] for name, pair in step["columns"].items()}
                case "removed":
                    rows.pop(_pk_of(step), None)
                case "added":
                    rows[step["pk"]] |= step["row"]
        return found


def plain_columns(row: models.Model, names: Collection[str] | None = None) -> dict[str, Any]:
    """Columns of a row as JSON that gives the same value again; all of them by default."""
    return {
        one.attname: _plain(row, one)
        for one in row._meta.concrete_fields  # noqa: SLF001 - Django documents it
        if names is None or one.attname in names
    }


def _plain(row: models.Model, column: models.Field[Any, Any]) -> Any:
    value = getattr(row, column.attname)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()  # one instant, one text
    return None if value is None else column.value_to_string(row)


def row_of(label: str, columns: Columns) -> models.Model:
    """A row in memory from `plain_columns`."""
    return _model(label)(**_values(label, columns))


def _values(label: str, columns: Columns) -> dict[str, Any]:
    fields = {one.attname: one for one in _model(label)._meta.concrete_fields}  # noqa: SLF001
    return {
        name: None if value is None else fields[name].to_python(value)
        for name, value in columns.items()
    }


def _unique_sets(pointer: Pointer) -> Iterator[tuple[list[str], models.Q]]:
    """The other columns of each rule by which there is only one row, and when the rule holds."""
    name = pointer.field.name
    if pointer.field.unique:
        yield [], models.Q()
    meta = pointer.model._meta  # noqa: SLF001 - Django documents it
    for together in meta.unique_together:
        if name in together:
            yield [one for one in together if one != name], models.Q()
    for rule in meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and name in rule.fields:
            others = [one for one in rule.fields if one != name]
            yield others, rule.condition or models.Q()


def _pk_of(step: Mapping[str, Any]) -> str:
    return str(step["row"][_model(step["model"])._meta.pk.attname])  # noqa: SLF001


def _model(label: str) -> type[models.Model]:
    return apps.get_model(label)


def _label(model: type[models.Model]) -> str:
    return model._meta.label  # noqa: SLF001 - Django documents it


def _all(model: type[models.Model]) -> models.QuerySet[Any]:
    return model._base_manager.all()  # noqa: SLF001 - documented by Django, no filter applied


def counted_in_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """`Picture.counts` by the names of what the rows are."""
    return [
        (str(_model(label)._meta.verbose_name_plural), count)  # noqa: SLF001 - documented
        for label, count in sorted(counts.items())
    ]
