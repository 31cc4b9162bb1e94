"""The catalogues of texts in locale/: collecting texts from code and templates, comparing,
merging, compiling. Pure Python, so that no gettext tools are needed on the machine.

Texts in code are English; the English catalogue repeats them, the Chinese one translates them.
What to print about it is the business of `manage.py messages`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGES = ("zh_Hans", "en")
CODE_FOLDERS = ("g60portal", "cohorts", "participants", "sessions")
TEMPLATE_SUFFIXES = (".html", ".txt")
CONTEXT_MARK = "§"
PLURAL_MARK = "||"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
HAN = re.compile(r"[\u3400-\u9fff]")
CHANGING_HEADERS = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|'
    rb"Report-Msgid-Bugs-To|Project-Id-Version):.*\n",
    re.MULTILINE,
)
_PLAIN: dict[str, None] = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **_PLAIN,
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


@dataclass(frozen=True, order=True)
class Key:
    """What identifies a text: English singular, context, and English plural when it has one."""

    singular: str
    context: str = ""
    plural: str = ""

    def __str__(self) -> str:
        context = f"{self.context}{CONTEXT_MARK}" if self.context else ""
        plural = f"{PLURAL_MARK}{self.plural}" if self.plural else ""
        return f"{context}{self.singular}{plural}"

    @classmethod
    def parse(cls, word: str) -> "Key":
        """The spelling of translation fragments: `context§singular||plural`."""
        context, mark, rest = word.rpartition(CONTEXT_MARK)
        singular, _, plural = rest.partition(PLURAL_MARK)
        return cls(singular, context if mark else "", plural)


@dataclass
class Merge:
    """What became of the fragments: keys that no code uses, and keys translated twice."""

    unused: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def collect(root: Path) -> dict[Key, list[str]]:
    """Every text of the project with the files that use it."""
    found: dict[Key, set[str]] = {}
    for path in _sources(root):
        for key in _texts(path):
            found.setdefault(key, set()).add(path.relative_to(root).as_posix())
    for key in [key for key in found if key.plural]:
        # A catalogue has one entry for a singular; gettext finds the plural one for both uses.
        found[key] |= found.pop(Key(key.singular, key.context), set())
    return {key: sorted(found[key]) for key in sorted(found)}


def load(root: Path, language: str) -> dict[Key, Message]:
    """The kept catalogue, empty when there is none yet."""
    path = po_path(root, language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {_key(message): message for message in read_po(file, locale=language) if message.id}


def update(root: Path, texts: dict[Key, list[str]], fragments: Iterable[Path] = ()) -> Merge:
    """Write both catalogues: known translations kept, fragments put in, unused texts dropped."""
    given, report = _read_fragments(fragments, texts)
    for language in LANGUAGES:
        kept = load(root, language)
        catalogue = Catalog(locale=language, fuzzy=False)
        for key, files in texts.items():
            translation = _translation(language, key, kept.get(key), given.get(key, ""))
            fuzzy = key in kept and kept[key].fuzzy and key not in given and language != "en"
            catalogue.add(
                (key.singular, key.plural) if key.plural else key.singular,
                translation,
                locations=[(name, 0) for name in files],
                flags=["fuzzy"] if fuzzy else [],
                context=key.context or None,
            )
        _write(po_path(root, language), catalogue)
    return report


def problems(root: Path, texts: dict[Key, list[str]]) -> list[str]:
    """Everything that keeps the catalogues from being complete and true, one line each."""
    lines = [
        f"{files[0]}: texts in code are English: {key}"
        for key, files in texts.items()
        if HAN.search(str(key))
    ]
    for language in LANGUAGES:
        kept = load(root, language)
        lines += [f"{language}: not collected yet: {key}" for key in texts if key not in kept]
        lines += [f"{language}: used nowhere: {key}" for key in kept if key not in texts]
        for key, message in kept.items():
            lines += [f"{language}: {problem}: {key}" for problem in _faults(key, message)]
    return lines


def compile_all(root: Path) -> list[Path]:
    """Write the .mo beside each .po that is newer; the files written."""
    written = []
    for language in LANGUAGES:
        source = po_path(root, language)
        target = source.with_suffix(".mo")
        if not source.exists() or (
            target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns
        ):
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language)
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)
        written.append(target)
    return written


def translations(message: Message) -> list[str]:
    """The message in the catalogue's language, one text for each plural form."""
    found = message.string
    return [found or ""] if found is None or isinstance(found, str) else list(found)


def po_path(root: Path, language: str) -> Path:
    """Where Django looks for it."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def _sources(root: Path) -> Iterator[Path]:
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    for folder in ("templates", *CODE_FOLDERS):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
                yield path


def _texts(path: Path) -> Iterator[Key]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATE_SUFFIXES:
        marked = templatize(source, origin=str(path))
        source = "\n".join(line.strip() for line in marked.splitlines())
    stream = BytesIO(source.encode())
    for _, texts, _, context in extract("python", stream, KEYWORDS, options={"encoding": "utf-8"}):
        words = (texts,) if isinstance(texts, str) else texts
        if words[0]:
            yield Key(words[0], context or "", words[1] if len(words) > 1 else "")


def _key(message: Message) -> Key:
    singular, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
    return Key(str(singular), str(message.context or ""), str(plural))


def _translation(
    language: str, key: Key, kept: Message | None, given: str
) -> str | tuple[str, ...]:
    if language == "en":
        return (key.singular, key.plural) if key.plural else key.singular
    if given:
        return (given,) if key.plural else given
    if kept is None:
        return ("",) if key.plural else ""
    return tuple(kept.string) if isinstance(kept.string, list | tuple) else kept.string or ""


def _read_fragments(
    fragments: Iterable[Path], texts: dict[Key, list[str]]
) -> tuple[dict[Key, str], Merge]:
    """Translations by key; the first fragment wins where two disagree, and it is reported."""
    given: dict[Key, str] = {}
    report = Merge()
    plurals = {(key.singular, key.context): key for key in texts}
    for path in fragments:
        for word, translation in json.loads(path.read_text(encoding="utf-8")).items():
            key = Key.parse(word)
            key = key if key in texts else plurals.get((key.singular, key.context), key)
            if key not in texts:
                report.unused.append(f"{path.name}: {word}")
            elif given.setdefault(key, translation) != translation:
                report.contradictions.append(
                    f"{path.name}: {word}: “{translation}”, not “{given[key]}”"
                )
    return given, report


def _faults(key: Key, message: Message) -> Iterator[str]:
    words = translations(message)
    if not all(words):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked as uncertain"
    allowed = [_placeholders(key.singular), _placeholders(key.plural or key.singular)]
    if any(_placeholders(word) not in allowed for word in words):
        yield "placeholders differ"
    if any(word.startswith("\n") != key.singular.startswith("\n") for word in words):
        yield "line breaks differ"


def _placeholders(text: str) -> set[str]:
    return {first or f"{{{second}}}" for first, second in PLACEHOLDER.findall(text)}


def _write(path: Path, catalogue: Catalog) -> None:
    catalogue.header_comment = f"# Texts of G60 Portal, {catalogue.locale_identifier}."
    stream = BytesIO()
    write_po(stream, catalogue, width=0, sort_output=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CHANGING_HEADERS.sub(b"", stream.getvalue()))
