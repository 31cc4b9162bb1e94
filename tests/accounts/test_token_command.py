"""`manage.py token EMAIL` prints a token that works, alone on a line."""

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_token_command_when_user_is_known_then_token_works(capsys):
    user = UserFactory()
    call_command("token", user.email.upper())
    (token,) = capsys.readouterr().out.split()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/me/").json()["email"] == user.email


@pytest.mark.parametrize("active", [True, False])
def test_token_command_when_user_is_unknown_or_closed_then_refused(active):
    address = "nobody@example.org" if active else UserFactory(is_active=False).email
    with pytest.raises(CommandError, match="No active user"):
        call_command("token", address)


def test_token_when_account_is_closed_later_then_401(capsys):
    user = UserFactory()
    call_command("token", user.email)
    (token,) = capsys.readouterr().out.split()
    user.is_active = False
    user.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/me/").status_code == 401
