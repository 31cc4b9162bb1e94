"""The demo's logins: one for each role, one password for all, written down under `var/`."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from g60portal.accounts.models import User

# E-mail, role as printed, name, is administrator.
LOGINS = (
    ("admin@example.org", "administrator", "平台管理员", True),
    ("lead@example.org", "lead organizer", "班次负责人", False),
    ("hefei@example.org", "leg organizer, Hefei", "合肥段组织者", False),
    ("jiaxing@example.org", "city coordinator, Jiaxing", "嘉兴联络员", False),
    ("desk@example.org", "check-in desk", "签到台", False),
    ("reader@example.org", "read-only", "查阅人员", False),
    ("participant@example.org", "participant, this week", "", False),
    ("graduate@example.org", "participant, edition 1, with certificate", "", False),
)
PARTICIPANT = "participant@example.org"
GRADUATE = "graduate@example.org"


def demo_password() -> str:
    """DEMO_PASSWORD, else one made once and kept in `var/demo-password` (0600)."""
    given = os.environ.get("DEMO_PASSWORD")
    if given:
        return given
    file = Path(settings.VAR_DIR) / "demo-password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9))
    return file.read_text().strip()


def make_staff() -> dict[str, User]:
    """The accounts of the staff, by the part of the address before the @."""
    made = {}
    for email, _role, name, administrator in LOGINS:
        if not name:
            continue
        user, _new = User.objects.get_or_create(
            email=email,
            defaults={"name": name, "is_superuser": administrator, "is_staff": administrator},
        )
        made[email.partition("@")[0]] = user
    return made


def set_passwords() -> None:
    """The same password for every demo login, those of participants included."""
    password = demo_password()
    for user in User.objects.filter(email__in=[email for email, *_rest in LOGINS]):
        user.set_password(password)
        user.save(update_fields=["password"])


def write_down() -> None:
    """For `make run`, which prints them."""
    accounts = [{"email": email, "role": role} for email, role, _name, _admin in LOGINS]
    file = Path(settings.VAR_DIR) / "demo-logins.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"accounts": accounts}))
