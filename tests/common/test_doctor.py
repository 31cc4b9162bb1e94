"""`manage.py doctor`: one line a subject; exit code 1 exactly when a need is unmet."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from g60portal.common import diagnosis
from g60portal.common.diagnosis import Finding, Level

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


def findings(check: diagnosis.Check) -> list[tuple[Level, str]]:
    return [(found.level, found.text) for found in check()]


@pytest.mark.django_db
def test_database_and_redis_when_up_then_versions_are_named() -> None:
    [database] = findings(diagnosis.check_database)
    assert database[0] is Level.OK
    assert database[1].startswith("PostgreSQL 1")
    assert findings(diagnosis.check_migrations) == [(Level.OK, "all applied")]
    assert findings(diagnosis.check_redis)[0][1].startswith("Redis ")


def test_redis_when_away_then_fails_and_says_what_still_works(settings) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = NOBODY_LISTENS
    [(level, text)] = findings(diagnosis.check_redis)
    assert level is Level.FAIL
    assert "Pages work" in text
    assert findings(diagnosis.check_workers)[0][0] is Level.WARN


def test_secrets_when_one_is_short_then_it_alone_fails_and_no_value_is_shown(settings) -> None:
    settings.CERTIFICATE_KEY = "too-short"
    found = findings(diagnosis.check_secrets)
    assert [level for level, _ in found] == [Level.OK, Level.OK, Level.FAIL]
    assert not any(settings.SECRET_KEY in text or "too-short" in text for _, text in found)


def test_folders_when_static_files_are_missing_then_says_the_command(
    settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    assert findings(diagnosis.check_folders)[-1] == (
        Level.FAIL,
        "static files are not collected: python manage.py prepare",
    )
    (tmp_path / "staticfiles.json").write_text("{}")
    assert [level for level, _ in findings(diagnosis.check_folders)] == [Level.OK]


def test_folders_when_static_files_are_missing_in_development_then_only_a_warning(
    settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT, settings.DEBUG = tmp_path, True
    assert findings(diagnosis.check_folders)[-1][0] is Level.WARN


def test_packages_when_npm_brought_nothing_then_says_what_is_lost(settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    assert findings(diagnosis.check_browser_packages) == [
        (Level.WARN, "jsqr is missing (the QR reader of the check-in page): npm ci --omit=dev"),
        (
            Level.WARN,
            "@expo-google-fonts/noto-serif-sc is missing (the fonts of certificates): "
            "npm ci --omit=dev",
        ),
    ]


@pytest.fixture
def only_check():
    """Puts one check of our own in the place of all others."""
    kept = dict(diagnosis._CHECKS)

    def put(finding: Finding) -> None:
        diagnosis._CHECKS.clear()
        diagnosis.register("subject", lambda: iter([finding]))

    yield put
    diagnosis._CHECKS.clear()
    diagnosis._CHECKS.update(kept)


@pytest.mark.parametrize("level", [Level.OK, Level.WARN])
def test_doctor_when_no_need_is_unmet_then_ends_well(only_check, level: Level) -> None:
    only_check(Finding(level, "as it should be"))
    said = StringIO()
    call_command("doctor", stdout=said, no_color=True)
    assert said.getvalue() == f"{level:<5} subject     as it should be\n"


def test_doctor_when_a_need_is_unmet_then_exit_code_1(only_check) -> None:
    only_check(Finding(Level.FAIL, "gone"))
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said, no_color=True)
    assert ended.value.code == 1
    assert said.getvalue() == "FAIL  subject     gone\n"
