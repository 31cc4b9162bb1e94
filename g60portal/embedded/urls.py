"""Addresses of the embedded servers, for settings that were given none.

Pure of side effects except for making the two passwords on first use.
"""

from urllib.parse import quote

from g60portal.embedded.layout import Layout, current

DATABASE = "g60"
ROLE = "g60"


def database_url(layout: Layout | None = None) -> str:
    """`postgres://` with the socket folder as `host` in the query."""
    layout = layout or current()
    host = quote(str(layout.sockets), safe="")
    return f"postgres://{ROLE}:{layout.secret('postgres')}@/{DATABASE}?host={host}&port=5432"


def redis_url(layout: Layout | None = None) -> str:
    """`unix://` as redis-py reads it."""
    layout = layout or current()
    return f"unix://:{layout.secret('redis')}@{layout.redis_socket}?db=0"


def celery_broker_url(layout: Layout | None = None) -> str:
    """The same Redis as kombu spells it."""
    layout = layout or current()
    return f"redis+socket://:{layout.secret('redis')}@{layout.redis_socket}?virtual_host=0"
