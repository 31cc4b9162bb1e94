"""What is wrong with a text with placeholders, in words: what, where, and how to mend it."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from g60portal.notices.template_text import Problem, ProblemKind


def problem_text(problem: Problem, allowed: Collection[str]) -> str:
    """In the active language."""
    facts = {
        "line": problem.line,
        "column": problem.column,
        "word": "{" + problem.word + "}",
        "mark": problem.word,
        "allowed": ", ".join("{" + word + "}" for word in allowed),
    }
    return _TEXTS[problem.kind]() % facts


_TEXTS = {
    ProblemKind.UNKNOWN: lambda: _(
        "Line %(line)s, column %(column)s: there is no placeholder %(word)s. "
        "There are: %(allowed)s."
    ),
    ProblemKind.MISSING: lambda: _("%(word)s is missing: without it the message says nothing."),
    ProblemKind.BROKEN: lambda: _(
        "Line %(line)s, column %(column)s: a single brace. Placeholders are written as {name}; "
        "other braces cannot stand in the text."
    ),
    ProblemKind.NOT_ALONE: lambda: _(
        "Line %(line)s, column %(column)s: %(word)s fills a paragraph of its own. Leave an empty "
        "line before and after it."
    ),
}
