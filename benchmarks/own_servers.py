"""A Postgres database and a Redis number that belong to this run alone."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from g60portal.embedded.urls import database_url, redis_url
from g60portal.settings.env import database

REDIS_NUMBER = 15


@contextmanager
def own_database() -> Iterator[str]:
    """The address of an empty database beside the configured one; dropped at the end."""
    base = os.environ.get("DATABASE_URL") or database_url()
    name = f"g60_bench_{os.getpid()}"
    _execute(base, "CREATE DATABASE {}", name)
    try:
        yield urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
    finally:
        _execute(base, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def copied_database(url: str) -> Iterator[str]:
    """The address of a copy of that database, to which nobody may be connected; dropped at the
    end."""
    source = urlsplit(url).path.lstrip("/")
    name = f"{source}_copy"
    _execute(url, "CREATE DATABASE {} TEMPLATE {}", name, source)
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _execute(url, "DROP DATABASE {} WITH (FORCE)", name)


def own_redis_url() -> str:
    base = os.environ.get("REDIS_URL") or redis_url()
    if base.startswith("unix://"):
        return f"{base.partition('?')[0]}?db={REDIS_NUMBER}"
    return f"{re.sub(r'/[0-9]*$', '', base)}/{REDIS_NUMBER}"


def _execute(url: str, statement: str, *names: str) -> None:
    facts = database(url)
    connection = psycopg2.connect(
        dbname=facts["NAME"],
        user=facts["USER"],
        password=facts["PASSWORD"],
        host=facts["HOST"],
        port=facts["PORT"] or None,
        **facts["OPTIONS"],
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    finally:
        connection.close()
