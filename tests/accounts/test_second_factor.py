"""The second factor: set up with an app, asked at sign-in, recovery codes, administrators."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from tests.accounts.test_sign_in import PASSWORD, sign_in
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up(client: Client) -> str:
    """Activates the app and answers its secret."""
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    again = {"password": PASSWORD, "next": reverse("mfa_activate_totp")}
    page = client.post(reverse("account_reauthenticate"), again, follow=True)
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    return secret


@pytest.fixture
def user():
    return UserFactory()


def test_app_when_set_up_then_asked_at_the_next_sign_in(client, user):
    sign_in(client, user.email)
    secret = set_up(client)
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert secret not in str(Authenticator.objects.get(user=user, type="totp").data)

    later = Client()
    response = sign_in(later, user.email)
    assert response.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in later.session
    assert later.get("/api/v1/me/").status_code == 401
    assert later.get(reverse("mfa_authenticate")).status_code == 200
    later.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "_auth_user_id" not in later.session


def test_app_when_code_is_right_then_signed_in(client, user):
    sign_in(client, user.email)
    codes = recovery_codes(client)
    later = Client()
    sign_in(later, user.email)
    later.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert later.session["_auth_user_id"] == str(user.pk)


def test_recovery_code_when_used_twice_then_refused(client, user):
    sign_in(client, user.email)
    codes = recovery_codes(client)
    for expected in (True, False):
        later = Client()
        sign_in(later, user.email)
        later.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert ("_auth_user_id" in later.session) is expected


def test_pages_of_second_factor_when_set_up_then_shown(client, user):
    sign_in(client, user.email)
    recovery_codes(client)
    for name in (
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
    ):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 200


def test_administrator_when_second_factor_required_then_api_by_cookie_is_403(client, settings):
    settings.ADMIN_SECOND_FACTOR = True
    client.force_login(
        user_with("administrator"), backend="g60portal.accounts.backends.PortalBackend"
    )
    response = client.get("/api/v1/me/")
    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"


def recovery_codes(client: Client) -> list[str]:
    set_up(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    return list(page.context["unused_codes"])
