"""Which named constraint of the database a write has broken. What it means, the action says."""

from django.db import IntegrityError


def broken_constraint(error: IntegrityError) -> str:
    """The constraint's name as Postgres reports it, or an empty text."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
