"""The admin as a whole: it offers no door past our actions and the audit."""

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.management import call_command
from django.test import Client, RequestFactory

from g60portal.audit.models import AuditEvent
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db

# What an administrator may write here: accounts, and (by the action) roles outside of a cohort.
WRITABLE = {
    "accounts.user": {"add", "change"},
    "cohorts.cohortrole": {"add"},
}
GONE = ["knox/authtoken", "account/emailaddress", "mfa/authenticator", "auth/group"]
GONE_TOO = ["django_celery_beat/periodictask", "axes/accessfailurelog"]


def sign_in(user, password: str) -> int:
    body = {"login": user.email, "password": password}
    return Client().post("/accounts/login/", body).status_code


def test_admin_when_all_it_registers_is_looked_at_then_only_these_are_written():
    request = RequestFactory().get("/admin/")
    request.user = user_with("administrator")
    offered = {}
    for model, site in admin.site._registry.items():
        perms = site.get_model_perms(request)
        allowed = {name for name in ("add", "change", "delete") if perms[name]}
        if allowed:
            offered[model._meta.label_lower] = allowed
    assert offered == WRITABLE


@pytest.mark.parametrize("path", [*GONE, *GONE_TOO])
def test_admin_when_a_package_would_write_then_not_there(client, path):
    client.force_login(user_with("administrator"))
    assert client.get(f"/admin/{path}/").status_code == 404
    assert client.get(f"/admin/{path}/add/").status_code == 404


def test_admin_when_sign_ins_failed_then_shown_without_what_was_sent_and_unlocked_by_command(
    client,
):
    user = UserFactory()
    for _attempt in range(5):
        sign_in(user, "wrong")
    assert sign_in(user, "correct horse battery") == 429
    client.force_login(user_with("administrator"))
    attempt = AccessAttempt.objects.get()
    page = f"/admin/axes/accessattempt/{attempt.pk}/"
    assert user.email in client.get("/admin/axes/accessattempt/").text
    shown = client.get(f"{page}change/").text
    assert user.email in shown
    assert "post_data" not in shown
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    call_command("axes_reset_username", user.email)
    assert sign_in(user, "correct horse battery") == 302


def test_admin_when_opened_then_its_pages_stand(client):
    client.force_login(user_with("administrator"))
    for model in admin.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(path).status_code == 200, path


def test_admin_when_a_user_is_made_administrator_then_in_the_audit(client):
    administrator, user = user_with("administrator"), UserFactory()
    client.force_login(administrator)
    body = {"email": user.email, "name": user.name, "language": "en", "is_active": "on"}
    response = client.post(
        f"/admin/accounts/user/{user.pk}/change/", {**body, "is_superuser": "on"}
    )
    assert response.status_code == 302
    event = AuditEvent.objects.get(verb="user.changed")
    assert (event.actor_id, event.target_id) == (administrator.pk, str(user.pk))
    assert event.after["is_superuser"] is True
    assert event.after["email"] == "***"
