"""The house keeps its own rules: imports one way, one label, one word, no script in templates."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("g60portal", "cohorts", "participants", "sessions")
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# What escapes nothing, each with its reason: SVG drawn from numbers, texts escaped before.
REVIEWED_MARKS = {
    "g60portal/web/corridor.py",
    "g60portal/web/templatetags/components.py",
    "g60portal/web/templatetags/corridor.py",
    "g60portal/notices/templatetags/mails.py",
    # Parts of the itinerary page, kept ready: every text goes through format_html or escape, which
    # test_escaping.py proves with texts that are markup.
    "sessions/views/itinerary.py",
    "sessions/views/itinerary_picture.py",
    "sessions/views/itinerary_places.py",
    "sessions/views/itinerary_rides.py",
    "sessions/views/itinerary_stops.py",
    # Paragraphs of a filled template, each escaped there or rendered by a template.
    "g60portal/notices/template_text.py",
    # A QR code of the check-in code, which is made of letters and digits.
    "sessions/views/my_code.py",
}
# `field.help_text` comes from our own forms and Django's list of password rules, never from data.
REVIEWED_SAFE = {"templates/components/field.html": 1}
_HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
_STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_POST_FORM = re.compile(
    r"<form\b[^>]*\bmethod\s*=\s*[\"']post[\"'][^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL
)
_COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def pages() -> list[Path]:
    return [path for path in TEMPLATES if path.suffix == ".html"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_training_sessions_when_asked_for_label_then_apart_from_djangos():
    assert apps.get_app_config("training_sessions").name == "sessions"
    assert apps.get_app_config("sessions").name == "django.contrib.sessions"
    ours = {
        model._meta.app_label for model in apps.get_app_config("training_sessions").get_models()
    }
    assert ours == {"training_sessions"}


def test_training_session_when_named_in_code_then_never_session():
    """`request.session` is Django's; a name of our own called `session` would mean either. Fields
    of the API are named for the outside, where there is only one kind."""
    found = []
    for path in sources():
        tree = ast.parse(path.read_text())
        fields = set()
        if "api" in path.parts:
            classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
            fields = {id(name) for each in classes for name in _fields(each)}
        for node in ast.walk(tree):
            if id(node) in fields:
                continue
            named = {
                ast.arg: lambda n: n.arg,
                ast.keyword: lambda n: n.arg,
                ast.Name: lambda n: n.id if isinstance(n.ctx, ast.Store) else None,
            }.get(type(node))
            if named and named(node) == "session":
                found.append(f"{name_of(path)}:{node.lineno}")
    assert found == []


def _fields(node: ast.ClassDef) -> Iterator[ast.expr]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield from statement.targets


def test_imports_when_checked_then_one_way_only():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_modules_when_opened_then_say_what_they_are():
    silent = [
        name_of(path)
        for path in sources()
        if path.stat().st_size and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_when_loaded_then_compiles(path):
    get_template(path.relative_to(ROOT / "templates").as_posix())


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_page_when_read_then_policy_holds(path):
    if (
        path.parts[-2] == "notices"
        or path.stem.endswith("_mail")
        or path.stem.startswith("notice_")
    ):
        pytest.skip("mails carry their style inline and are never served")
    text = _COMMENT.sub("", path.read_text())
    assert not _HANDLER.search(text), "event handler"
    assert not _STYLE.search(text), "inline style"
    for attributes, body in _SCRIPT.findall(text):
        assert "src=" in attributes, "inline script"
        assert not body.strip(), "inline script"
    assert "javascript:" not in text


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_post_form_when_read_then_carries_the_csrf_token(path):
    text = _COMMENT.sub("", path.read_text())
    for form in _POST_FORM.findall(text):
        assert "csrf_token" in form


def test_safe_texts_when_marked_then_reviewed():
    marked = {
        name_of(path)
        for path in sources()
        if re.search(r"\bmark_safe\b|\bSafeString\(|\bautoescape off", path.read_text())
    }
    assert marked <= REVIEWED_MARKS
    for path in pages():
        text = _COMMENT.sub("", path.read_text())
        count = len(re.findall(r"\|\s*safe\b|autoescape off", text))
        assert count == REVIEWED_SAFE.get(name_of(path), 0), name_of(path)
