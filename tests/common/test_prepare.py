"""`manage.py prepare`: static files when a source changed, and only then; nothing done twice."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path, settings) -> Path:
    """A portal whose only static file is one we may change."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "page.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.BASE_DIR = tmp_path
    return folder


def prepare() -> str:
    said = StringIO()
    call_command("prepare", no_demo=True, stdout=said)
    return said.getvalue()


def test_prepare_when_done_again_then_nothing_to_do(source: Path, settings) -> None:
    assert prepare() == "Collecting static files\n"
    assert (settings.STATIC_ROOT / "page.css").exists()
    assert prepare() == ""


def test_prepare_when_a_source_changed_then_collects_it(source: Path, settings) -> None:
    prepare()
    (source / "page.css").write_text("a { color: blue }")
    assert prepare() == "Collecting static files\n"
    assert "blue" in (settings.STATIC_ROOT / "page.css").read_text()


def test_prepare_when_only_the_time_of_a_source_changed_then_collects(source: Path) -> None:
    """A checkout may keep size but not content; the time is what tells."""
    prepare()
    os.utime(source / "page.css", (1, 1))
    assert prepare() == "Collecting static files\n"


def test_prepare_when_npm_packages_appear_later_then_collects_them(
    source: Path, tmp_path: Path, settings
) -> None:
    prepare()
    package = tmp_path / "node_modules" / "jsqr" / "dist"
    package.mkdir(parents=True)
    (package / "jsQR.js").write_text("export default 1;")
    settings.STATICFILES_DIRS = [source, ("vendor/jsqr", package)]
    assert prepare() == "Collecting static files\n"
    assert (settings.STATIC_ROOT / "vendor" / "jsqr" / "jsQR.js").exists()


def test_prepare_when_catalogue_is_there_then_compiled_once(source: Path, tmp_path: Path) -> None:
    catalogue = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr ""\n\nmsgid "Timetable"\nmsgstr "Timetable"\n')
    prepare()
    compiled = catalogue.with_suffix(".mo")
    first = compiled.stat().st_mtime_ns
    prepare()
    assert compiled.stat().st_mtime_ns == first
