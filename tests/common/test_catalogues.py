"""Catalogues of texts: collected from code and templates, merged, checked, compiled."""

import gettext
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from g60portal.common import catalogues
from g60portal.common.catalogues import Key

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

TITLE = _("Timetable")
def seats(count):
    return ngettext("%(count)s seat", "%(count)s seats", count) % {"count": count}
MONTH = pgettext("month", "May")
"""
TEMPLATE = """{% load i18n %}
{% translate "Timetable" %}
{% blocktranslate trimmed with name=person.name %}
  Dear {{ name }},
  welcome.
{% endblocktranslate %}
"""
CHINESE = {
    "Timetable": "课程表",
    "%(count)s seat||%(count)s seats": "%(count)s 个名额",
    "month§May": "五月",
    "Dear %(name)s, welcome.": "%(name)s，欢迎。",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one module and one template."""
    for name, text in (("cohorts/names.py", CODE), ("templates/hello.html", TEMPLATE)):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def fragment(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of translations."""

    def write(words: dict[str, str], name: str = "one.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(words), encoding="utf-8")
        return path

    return write


@pytest.fixture
def complete(root: Path, fragment: Callable[..., Path]) -> Path:
    """The project with both catalogues as they should be."""
    catalogues.update(root, catalogues.collect(root), [fragment(CHINESE)])
    return root


def problems(root: Path) -> list[str]:
    return catalogues.problems(root, catalogues.collect(root))


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_collect_when_code_and_templates_then_every_text_with_its_files(root: Path) -> None:
    assert catalogues.collect(root) == {
        Key("%(count)s seat", plural="%(count)s seats"): ["cohorts/names.py"],
        Key("Dear %(name)s, welcome."): ["templates/hello.html"],
        Key("May", context="month"): ["cohorts/names.py"],
        Key("Timetable"): ["cohorts/names.py", "templates/hello.html"],
    }


@pytest.mark.parametrize("key", [Key("a"), Key("a", "c"), Key("a", "", "b"), Key("a", "c", "b")])
def test_key_when_spelled_and_parsed_then_the_same(key: Key) -> None:
    assert Key.parse(str(key)) == key


def test_update_when_fragments_cover_all_then_nothing_is_wrong(complete: Path) -> None:
    assert problems(complete) == []


def test_update_when_done_again_then_files_do_not_change(complete: Path) -> None:
    before = [catalogues.po_path(complete, language).read_bytes() for language in ("zh_Hans", "en")]
    catalogues.update(complete, catalogues.collect(complete))
    after = [catalogues.po_path(complete, language).read_bytes() for language in ("zh_Hans", "en")]
    assert before == after
    assert str(complete).encode() not in b"".join(after)


def test_update_when_text_vanished_from_code_then_it_is_dropped(complete: Path) -> None:
    rewrite(complete / "cohorts/names.py", 'MONTH = pgettext("month", "May")', "")
    assert problems(complete) == [f"{lang}: used nowhere: month§May" for lang in ("zh_Hans", "en")]
    catalogues.update(complete, catalogues.collect(complete))
    assert problems(complete) == []
    assert Key("May", "month") not in catalogues.load(complete, "zh_Hans")


def test_update_when_fragments_disagree_or_are_unused_then_reported_and_the_first_wins(
    root: Path, fragment: Callable[..., Path]
) -> None:
    second = fragment({"Timetable": "日程", "Nobody says this": "没人说"}, "two.json")
    report = catalogues.update(root, catalogues.collect(root), [fragment(CHINESE), second])
    assert report.unused == ["two.json: Nobody says this"]
    assert report.contradictions == ["two.json: Timetable: “日程”, not “课程表”"]
    assert catalogues.load(root, "zh_Hans")[Key("Timetable")].string == "课程表"


def test_problems_when_nothing_collected_then_each_text_in_both_languages(root: Path) -> None:
    assert len(problems(root)) == 4 * 2
    assert "zh_Hans: not collected yet: Timetable" in problems(root)


def test_problems_when_new_text_in_code_then_stale(complete: Path) -> None:
    rewrite(complete / "cohorts/names.py", '_("Timetable")', '_("Program")')
    assert problems(complete) == [
        "zh_Hans: not collected yet: Program",
        "en: not collected yet: Program",
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("课程表", "", "zh_Hans: not translated: Timetable"),
        (
            "%(count)s 个名额",
            "个名额",
            "zh_Hans: placeholders differ: %(count)s seat||%(count)s seats",
        ),
        (
            "%(name)s，欢迎",
            "%(nane)s，欢迎",
            "zh_Hans: placeholders differ: Dear %(name)s, welcome.",
        ),
        (
            'msgid "Timetable"',
            '#, fuzzy\nmsgid "Timetable"',
            "zh_Hans: marked as uncertain: Timetable",
        ),
    ],
)
def test_problems_when_translation_is_faulty_then_named(
    complete: Path, old: str, new: str, found: str
) -> None:
    rewrite(catalogues.po_path(complete, "zh_Hans"), old, new)
    assert problems(complete) == [found]


def test_problems_when_text_in_code_is_chinese_then_refused(complete: Path) -> None:
    rewrite(complete / "cohorts/names.py", '_("Timetable")', '_("课程表")')
    assert "cohorts/names.py: texts in code are English: 课程表" in problems(complete)


def test_compile_when_po_is_newer_then_gettext_reads_it(complete: Path) -> None:
    assert len(catalogues.compile_all(complete)) == 2
    assert catalogues.compile_all(complete) == []
    chinese = gettext.translation("django", complete / "locale", ["zh_Hans"])
    assert chinese.gettext("Timetable") == "课程表"
    assert chinese.ngettext("%(count)s seat", "%(count)s seats", 2) == "%(count)s 个名额"
    assert chinese.pgettext("month", "May") == "五月"


def test_messages_command_when_merging_then_check_passes_until_code_moves_on(
    root: Path, fragment: Callable[..., Path], settings
) -> None:
    settings.BASE_DIR = root
    said = StringIO()
    call_command("messages", merge=[fragment(CHINESE)], stdout=said)
    call_command("messages", check=True, stdout=said)
    assert said.getvalue().splitlines() == [
        "4 texts, 0 without a translation, 0 unused fragments, 0 contradictions.",
        "4 texts, all translated.",
    ]
    rewrite(root / "cohorts/names.py", '_("Timetable")', '_("Program")')
    with pytest.raises(CommandError, match="not collected yet: Program"):
        call_command("messages", check=True)
