"""Setting columns of many rows, each to its own values, in one statement for each set of columns.

`QuerySet.bulk_update` says every value in a CASE of its own, which costs a second for some thousand
rows. Locks, rules and audit are the callers'.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from psycopg2 import sql

_TYPES: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (models.DateTimeField, "timestamptz"),
    (models.DateField, "date"),
    (models.BooleanField, "boolean"),
    (models.IntegerField, "bigint"),
    (models.ForeignKey, "bigint"),
    (models.BinaryField, "bytea"),
    # A cast to varchar(n) would cut what is too long; from text it is an error.
    (models.CharField, "text"),
    (models.TextField, "text"),
)
Columns = Mapping[str, Any]


def update_rows(model: type[models.Model], rows: Mapping[int, Columns]) -> None:
    """Set the columns (by the names of their fields or attributes) of rows by primary key."""
    groups: dict[tuple[str, ...], list[tuple[int, Columns]]] = {}
    for pk, columns in rows.items():
        if columns:
            groups.setdefault(tuple(sorted(columns)), []).append((pk, columns))
    for names, group in groups.items():
        _update(model, names, group)


def _update(
    model: type[models.Model], names: Sequence[str], group: Sequence[tuple[int, Columns]]
) -> None:
    fields = [_field(model, name) for name in names]
    statement = sql.SQL(
        "UPDATE {table} SET {assignments}"
        " FROM unnest(%s::bigint[], {arrays}) AS given (pk, {names})"
        " WHERE {table}.{pk} = given.pk"
    ).format(
        table=sql.Identifier(model._meta.db_table),  # noqa: SLF001 - Django documents it
        pk=sql.Identifier(model._meta.pk.column),  # noqa: SLF001
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = given.{0}").format(sql.Identifier(field.column)) for field in fields
        ),
        arrays=sql.SQL(", ").join(sql.SQL(f"%s::{_type(field)}[]") for field in fields),
        names=sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    values = [
        [field.get_db_prep_save(columns[name], connection) for _pk, columns in group]
        for name, field in zip(names, fields, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[pk for pk, _columns in group], *values])


def _field(model: type[models.Model], name: str) -> Any:
    found = (field for field in model._meta.concrete_fields if name in {field.name, field.attname})  # noqa: SLF001
    return next(found)


def _type(field: models.Field[Any, Any]) -> str:
    return next(name for kind, name in _TYPES if isinstance(field, kind))
