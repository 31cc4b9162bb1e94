"""Production refuses to start without each of its secrets, and is strict when it has them."""

import os
import subprocess
import sys

import pytest

from g60portal.embedded.layout import ROOT

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "g60portal.settings.production",
    "SECRET_KEY": "Vq3v0kQ2nWm8cTz1yXb7LrJd5hFs9GpA4eUi6oKxN-Zw_BtYjRf",
    "FIELD_KEYS": "1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    "CERTIFICATE_KEY": "EjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8=",
    "PORTAL_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org, www.example.org",
    "DATABASE_URL": "postgres://portal@localhost/portal",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost",
}
SECRETS = [name for name in COMPLETE if name != "DJANGO_SETTINGS_MODULE"]
SHOW = """
from django.conf import settings as s
print(s.DEBUG, s.DEMO, s.ALLOWED_HOSTS, s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE,
      s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.ADMIN_SECOND_FACTOR, s.CSRF_TRUSTED_ORIGINS)
"""


def python(*words: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    values = {name: value for name, value in (COMPLETE | changed).items() if value is not None}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=ROOT,
        env=kept | values,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", None), *((name, "") for name in SECRETS)]
)
def test_production_when_a_secret_is_missing_then_refuses_and_names_it(
    name: str, value: str | None
) -> None:
    done = python("-c", SHOW, **{name: value})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        f"{name} is not set. See docs/deployment.md, “Secrets”."
    )


def test_production_when_complete_then_strict() -> None:
    done = python("-c", SHOW, DEBUG="1")
    assert done.stdout.strip() == (
        "False False ['portal.example.org', 'www.example.org'] 31536000 True True True True "
        "['https://portal.example.org']"
    ), done.stderr


CHECK = ("manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING")


def test_check_deploy_when_production_then_no_complaint_about_security() -> None:
    done = python(*CHECK)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_check_deploy_when_secret_key_is_weak_then_fails() -> None:
    """The control: the check above can fail."""
    done = python(*CHECK, SECRET_KEY="weak")
    assert done.returncode == 1
    assert "security.W009" in done.stderr
