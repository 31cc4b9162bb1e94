"""Texts with placeholders such as `{name}`: checked when saved, filled when sent. Pure.

Nothing that a person typed becomes markup, a link or a header: values and texts are escaped, marks
that change the direction of writing and other invisible controls are dropped, addresses are made
inert. A block placeholder stands alone in its paragraph and is filled with what the kind has built.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.html import escape
from django.utils.safestring import SafeString

from g60portal.notices.kinds import Message
from g60portal.notices.templatetags.mails import inert

_NAME = re.compile(r"[a-z][a-z_]*")
_BRACES = re.compile(r"\{([^{}\n]*)\}|[{}]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# Categories of characters that show nothing: controls, marks of direction, private ones. The
# joiners U+200C and U+200D are part of some scripts and of emoji and stay.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_JOINERS = frozenset("\u200c\u200d")


class ProblemKind(Enum):
    UNKNOWN = "unknown"
    MISSING = "missing"
    BROKEN = "broken"
    NOT_ALONE = "not_alone"


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: line and column count from 1; 0 for what is nowhere."""

    kind: ProblemKind
    word: str
    line: int = 0
    column: int = 0


def problems_of(
    text: str,
    *,
    allowed: Collection[str],
    required: Collection[str] = (),
    blocks: Collection[str] = (),
) -> list[Problem]:
    """Everything that is wrong, in the order of the text; what is missing comes last."""
    found: list[Problem] = []
    used: set[str] = set()
    for match in _BRACES.finditer(text):
        place = _place(text, match.start())
        word = match.group(1)
        if word is None:
            found.append(Problem(ProblemKind.BROKEN, match.group(0), *place))
        elif word not in allowed:
            broken = not _NAME.fullmatch(word)
            kind = ProblemKind.BROKEN if broken and not word.strip() else ProblemKind.UNKNOWN
            found.append(Problem(kind, word, *place))
        else:
            used.add(word)
            if word in blocks and not _alone(text, match):
                found.append(Problem(ProblemKind.NOT_ALONE, word, *place))
    missing = [word for word in required if word not in used]
    return found + [Problem(ProblemKind.MISSING, word) for word in missing]


def filled_line(text: str, values: Mapping[str, str]) -> str:
    """One line with its placeholders filled, for subjects."""
    return plain(_line(text, values)).strip()


def filled(text: str, values: Mapping[str, str], blocks: Mapping[str, Message]) -> Message:
    """Both bodies. A paragraph of which nothing is left is left out."""
    texts, htmls = [], []
    for paragraph in _paragraphs(text):
        block = _block_of(paragraph, blocks)
        if block is not None:
            texts.append(block.text.strip("\n"))
            htmls.append(block.html)
            continue
        lines = [inert(plain(_line(line, values))) for line in paragraph.split("\n")]
        lines = [line for line in lines if line]
        if lines:
            texts.append("\n".join(lines))
            htmls.append(f"<p>{'<br>'.join(escape(line) for line in lines)}</p>")
    # Every piece of it is escaped above, or was rendered by a template.
    html = SafeString("\n".join(filter(None, htmls)))
    return Message(text="\n\n".join(filter(None, texts)), html=html)


def plain(text: str) -> str:
    """Without characters that show nothing; line breaks and tabs become blanks."""
    spaced = re.sub(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+", " ", text)
    return "".join(
        mark for mark in spaced if mark in _JOINERS or unicodedata.category(mark) not in _INVISIBLE
    )


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in _BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        if paragraph.strip():
            yield paragraph.strip("\n")


def _line(line: str, values: Mapping[str, str]) -> str:
    return _BRACES.sub(lambda match: values.get(match.group(1) or "", ""), line)


def _block_of(paragraph: str, blocks: Mapping[str, Message]) -> Message | None:
    match = _BRACES.fullmatch(paragraph.strip())
    return blocks.get(match.group(1) or "") if match else None


def _alone(text: str, match: re.Match[str]) -> bool:
    """Whether the placeholder is a paragraph of its own."""
    normal = text.replace("\r\n", "\n")
    return any(paragraph.strip() == match.group(0) for paragraph in _paragraphs(normal))


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")
