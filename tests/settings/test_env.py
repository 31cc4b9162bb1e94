"""Environment variables into Django's words."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from g60portal.settings import env


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgres://portal:p%40ss@db.example.org:6432/portal?sslmode=require",
            ("portal", "portal", "p@ss", "db.example.org", "6432", {"sslmode": "require"}),
        ),
        (
            "postgresql://g60:x@/g60?host=%2Ftmp%2Fa%20b&port=5432",
            ("g60", "g60", "x", "/tmp/a b", "5432", {}),
        ),
        ("postgres://portal@localhost/portal", ("portal", "portal", "", "localhost", "", {})),
    ],
)
def test_database_when_url_then_settings(url: str, expected: tuple[object, ...]) -> None:
    found = env.database(url)
    keys = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert tuple(found[key] for key in keys) == expected


@pytest.mark.parametrize(("read", "url"), [(env.database, "mysql://x/y"), (env.email, "http://x")])
def test_url_when_of_another_kind_then_refused(read, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must begin with"):
        read(url)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://:p@cache:6379/3", "redis://:p@cache:6379/3"),
        ("unix://:p@/run/redis.sock?db=4", "redis+socket://:p@/run/redis.sock?virtual_host=4"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_broker_when_redis_url_then_in_the_spelling_of_kombu(url: str, broker: str) -> None:
    assert env.redis_broker(url) == broker


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtps://mail.example.org", 465, True, False),
        ("smtp://mail.example.org:587?tls=1", 587, False, True),
    ],
)
def test_email_when_url_then_settings(url: str, port: int, ssl: bool, tls: bool) -> None:
    found = env.email(url)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (port, ssl, tls)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("", False), ("nonsense", False)],
)
def test_flag_when_word_then_bool(monkeypatch, word: str, expected: bool) -> None:
    monkeypatch.setenv("G60_FLAG", word)
    assert env.flag("G60_FLAG", default=not expected) is expected


def test_flag_when_unset_then_default() -> None:
    assert env.flag("G60_UNSET", default=True)
    assert not env.flag("G60_UNSET")
