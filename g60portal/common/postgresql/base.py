"""The connection that tells Postgres who is looking (`g60portal.common.row_walls`).

A session is told in the same round trip as the statement that needs it, and only when the scope
has changed since. What was told inside a transaction is forgotten with its rollback, here as
there.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg2 import Error, extensions

from g60portal.common.row_walls import scope, telling

# These may share their round trip; `told` must stand before them.
_READING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "EXPLAIN", "MERGE"})
# These look at no rows, and must be alone where a transaction has failed.
_STEERING = frozenset({"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET"})


class WalledCursor(extensions.cursor):  # type: ignore[misc]  # the driver is untyped
    """A cursor of Django's connection; `wrapper` is None for the driver's own. Of a server-side
    cursor the rows are found while they are fetched: in the `begun` scope of its statement."""

    wrapper: "DatabaseWrapper | None" = None
    begun = ""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - the driver's word
        wrapper = self.wrapper
        if wrapper is None:
            super().execute(query, vars)
            return
        word = _first_word(query)
        wanted = scope()
        if word in _STEERING or wrapper.told == wanted:
            super().execute(query, vars)
            if word == "ROLLBACK":
                wrapper.told = None
        elif word in _READING and self.name is None:
            wrapper.told = None
            super().execute(f"{telling(wanted)};{query}", vars)
            wrapper.told = wanted
        else:
            wrapper.tell(wanted)
            super().execute(query, vars)
        self.begun = wanted

    def fetchmany(self, size: int | None = None) -> Any:
        if self.name is not None:
            self._tell(self.begun)
        return super().fetchmany(self.arraysize if size is None else size)

    def executemany(self, query: Any, vars_list: Any) -> None:
        self._tell(scope())
        super().executemany(query, vars_list)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        self._tell(scope())
        super().copy_expert(sql, file, size)

    def callproc(self, procname: Any, parameters: Any = None) -> Any:
        self._tell(scope())
        return super().callproc(procname, parameters)

    def _tell(self, wanted: str) -> None:
        if self.wrapper is not None and self.wrapper.told != wanted:
            self.wrapper.tell(wanted)


class DatabaseWrapper(base.DatabaseWrapper):
    """`told` is the scope that the session was told last, None when that is not known."""

    told: str | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = WalledCursor
        return connection

    def init_connection_state(self) -> None:
        self.told = None
        super().init_connection_state()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        cursor.wrapper = self
        return cursor

    def is_usable(self) -> bool:
        """Django's health check of a kept connection, once a request: what it was told by the
        request before goes in the same round trip."""
        if self.connection is None:
            return False
        try:
            self.tell("")
        except Error:
            return False
        return True

    def tell(self, name: str) -> None:
        self.told = None
        with self.connection.cursor() as cursor:
            cursor.execute(telling(name))
        self.told = name

    def _rollback(self) -> None:
        self.told = None
        super()._rollback()  # type: ignore[misc]  # missing in the stubs


def _first_word(query: Any) -> str:
    """In capitals; empty for what is composed and not text yet."""
    words = query[:100].lstrip(" \n\t(").split(None, 1) if isinstance(query, str) else ()
    return words[0].upper() if words else ""
