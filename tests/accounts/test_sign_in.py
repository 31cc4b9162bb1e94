"""Signing in: by password, by code, the lock-out, the second factor of administrators."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from g60portal.common.sealing import SealBroken
from g60portal.notices.account_mails import compose
from g60portal.notices.models import Notice
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def mailed_text(address: str) -> str:
    notice = Notice.objects.filter(address=address).latest("pk")
    return compose([notice])[notice.pk].text


def mailed_code(address: str) -> str:
    found = re.search(
        r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mailed_text(address), re.MULTILINE
    )
    assert found
    return found.group(1)


def test_sign_in_with_password_when_right_then_session_is_new(client):
    user = UserFactory()
    before = client.session
    before["seen"] = "page"
    before.save()
    client.cookies["sessionid"] = before.session_key
    response = sign_in(client, user.email.upper())
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before.session_key


def test_sign_out_when_done_then_old_cookie_opens_nothing(client):
    user = UserFactory()
    sign_in(client, user.email)
    old = client.cookies["sessionid"].value
    assert client.get(reverse("account-own")).status_code == 200
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["sessionid"] = old
    assert stolen.get(reverse("account-own")).status_code == 302
    assert stolen.get("/api/v1/me/").status_code == 401


def test_sign_out_when_page_is_only_opened_then_still_signed_in(client):
    sign_in(client, UserFactory().email)
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session


def test_sign_in_when_five_times_wrong_then_locked_even_with_right_password(client):
    user = UserFactory()
    for _attempt in range(5):
        last = sign_in(client, user.email, "wrong")
    assert last.status_code == 429
    locked = sign_in(client, user.email)
    assert locked.status_code == 429
    assert "_auth_user_id" not in client.session


def test_sign_in_when_four_times_wrong_then_right_password_opens(client):
    user = UserFactory()
    for _attempt in range(4):
        sign_in(client, user.email, "wrong")
    assert sign_in(client, user.email).status_code == 302


def test_lock_out_when_forwarded_address_changes_then_still_locked(client):
    user = UserFactory()
    for attempt in range(5):
        sign_in(client, user.email, "wrong", headers={"x-forwarded-for": f"10.0.0.{attempt}"})
    response = sign_in(client, user.email, headers={"x-forwarded-for": "10.9.9.9"})
    assert response.status_code == 429


def test_sign_in_by_code_when_code_from_mail_then_signed_in(client):
    user = UserFactory()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = mailed_code(user.email)
    assert code not in str(Notice.objects.get(address=user.email).context)
    response = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert not mail.outbox  # written, not sent by the page


def test_sign_in_by_code_when_locked_out_then_still_open(client):
    user = UserFactory()
    for _attempt in range(5):
        sign_in(client, user.email, "wrong")
    client.post(reverse("account_request_login_code"), {"email": user.email})
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code(user.email)})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_sign_in_by_code_when_five_times_wrong_then_code_is_void(client):
    user = UserFactory()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    for _attempt in range(5):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG"})
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code(user.email)})
    assert "_auth_user_id" not in client.session


def test_sign_in_by_code_when_address_unknown_then_same_answer(client):
    known = client.post(reverse("account_request_login_code"), {"email": UserFactory().email})
    unknown = Client().post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


def test_account_mail_when_row_is_copied_then_text_does_not_open(client):
    user = UserFactory()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    notice = Notice.objects.get(address=user.email)
    notice.dedupe_key = "account_mail:other"
    with pytest.raises(SealBroken):
        compose([notice])


def test_sign_up_when_tried_then_closed(client):
    response = client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": "long enough pass"}
    )
    assert b"new@example.org" not in response.content
    assert not Notice.objects.exists()


def test_administrator_when_second_factor_required_then_led_to_set_up(client, settings):
    settings.ADMIN_SECOND_FACTOR = True
    client.force_login(user_with("administrator"))
    assert client.get("/console/").headers["Location"] == reverse("mfa_index")


def test_organizer_when_second_factor_required_of_admins_then_not_asked(client, settings):
    settings.ADMIN_SECOND_FACTOR = True
    client.force_login(user_with("lead"))
    assert client.get("/console/").status_code == 200


def test_admin_when_anonymous_then_portal_sign_in(client):
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)"]
)
def test_sign_in_when_next_leads_away_then_ignored(client, target):
    user = UserFactory()
    response = client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": target}
    )
    assert "evil" not in response.headers["Location"]
    assert "javascript" not in response.headers["Location"]


def test_lock_out_when_spelling_of_address_changes_then_still_counted(client):
    user = UserFactory()
    spellings = [user.email, user.email.upper(), user.email.title(), f" {user.email}", user.email]
    for spelling in spellings:
        last = sign_in(client, spelling, "wrong")
    assert last.status_code == 429
    assert last.headers["Retry-After"] == "1800"


def test_lock_out_when_address_is_unknown_then_same_answers_as_for_a_known_one(client):
    known, unknown = UserFactory().email, "stranger@example.org"
    answers = [
        [sign_in(Client(), who, "wrong").status_code for _n in range(6)] for who in (known, unknown)
    ]
    assert answers[0] == answers[1] == [200] * 4 + [429] * 2


def test_sign_in_when_one_network_asks_too_often_then_429_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    answers = [sign_in(client, f"user{n}@example.org", "wrong") for n in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"


def test_password_reset_when_link_from_mail_then_new_password_opens(client):
    user = UserFactory()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(
        r"http://testserver(/accounts/password/reset/key/\S+)", mailed_text(user.email)
    )
    form = client.get(link.group(1), follow=True)
    new = "another horse battery"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(Client(), user.email, new).status_code == 302
    assert sign_in(Client(), user.email).status_code == 200
    again = Client().get(link.group(1), follow=True)
    assert "password1" not in again.content.decode()


def test_password_reset_when_address_unknown_then_same_answer(client):
    known = client.post(reverse("account_reset_password"), {"email": UserFactory().email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]


def test_password_reset_link_when_host_header_is_forged_then_configured_address(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = UserFactory()
    client.post(
        reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.example"}
    )
    assert "evil.example" not in mailed_text(user.email)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_request_login_code",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
        "account_signup",
    ],
)
def test_page_of_sign_in_when_anonymous_then_shown(client, name, language):
    client.cookies["django_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "placeholder" not in response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "account_logout", "account_reauthenticate", "mfa_index"],
)
def test_page_of_account_when_signed_in_then_shown(client, name):
    sign_in(client, UserFactory().email)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/signup/passkey/"]
)
def test_page_of_the_package_when_not_offered_then_404(client, path):
    assert client.get(path).status_code == 404


def test_account_page_when_no_password_then_leads_to_set_one(client):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    assert reverse("account_set_password") in client.get(reverse("account-own")).content.decode()


def test_pages_of_signed_in_user_then_not_kept_by_caches(client):
    sign_in(client, UserFactory().email)
    assert "no-store" in client.get(reverse("account-own")).headers["Cache-Control"]
