"""Who a session belongs to, asked once for every request of a signed-in user."""

from functools import lru_cache

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from g60portal.accounts.models import User


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in as allauth does. The user's row is read by a statement that is written once: making
    and compiling a query each time costs more than running it."""

    def get_user(self, user_id: int) -> User | None:
        columns, statement = _reading()
        with connection.cursor() as cursor:
            cursor.execute(statement, [user_id])
            row = cursor.fetchone()
        user = User.from_db(connection.alias, columns, row) if row else None
        return user if user is not None and self.user_can_authenticate(user) else None


@lru_cache(maxsize=1)
def _reading() -> tuple[list[str], str]:
    """The names of the columns, and the statement that reads them for one id."""
    meta = User._meta  # noqa: SLF001 - Django documents it
    names = [field.attname for field in meta.concrete_fields]
    columns = ", ".join(map(connection.ops.quote_name, names))
    return names, f"SELECT {columns} FROM {meta.db_table} WHERE id = %s"  # noqa: S608 - our own names
