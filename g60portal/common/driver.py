"""The database driver we count on: psycopg2, whose COPY streams the exports."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.db.backends.postgresql.psycopg_any import is_psycopg3


def check_driver(**kwargs: Any) -> list[CheckMessage]:
    """Django prefers psycopg 3 when it can be imported; `copy_expert` would be gone then."""
    if not is_psycopg3:
        return []
    return [
        Error(
            "psycopg 3 is installed; exports need psycopg2.",
            hint="pip uninstall psycopg",
            id="common.E001",
        )
    ]
