"""The parameters of a document's address: language, order, the rows and columns of a hall."""

from collections.abc import Mapping
from typing import cast

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from participants.forms.numbers import whole_number
from participants.queries.roster import ORDERINGS, Ordering
from sessions.documents.catalogue import MOST_COLUMNS, MOST_ROWS, USUAL_COLUMNS, Wish
from sessions.refusals import DocumentParameterWrong

USUAL_ORDERING: Ordering = "stroke"
LONGEST_REASON = 300
LANGUAGES = tuple(code for code, _label in settings.LANGUAGES)


def document_language(params: Mapping[str, str]) -> str:
    """The language asked for, else that of the page. Raises DocumentParameterWrong."""
    language = params.get("language", "") or get_language() or settings.LANGUAGE_CODE
    if language not in LANGUAGES:
        raise _wrong("language", language)
    return language


def document_wish(params: Mapping[str, str]) -> Wish:
    """Raises DocumentParameterWrong."""
    ordering = params.get("ordering", "") or USUAL_ORDERING
    if ordering not in ORDERINGS:
        raise _wrong("ordering", ordering)
    return Wish(
        ordering=cast("Ordering", ordering),
        rows=_count(params, "rows", 0, MOST_ROWS),
        columns=_count(params, "columns", USUAL_COLUMNS, MOST_COLUMNS),
        reason=params.get("reason", "").strip()[:LONGEST_REASON],
    )


def _count(params: Mapping[str, str], name: str, usual: int, most: int) -> int:
    raw = params.get(name, "").strip()
    if not raw:
        return usual
    count = whole_number(raw, 0)
    if not 1 <= count <= most:
        raise _wrong(name, raw)
    return count


def _wrong(name: str, value: str) -> DocumentParameterWrong:
    text = _("“%(value)s” is not known here.") % {"value": value[:60]}
    return DocumentParameterWrong(fields={name: text}, facts={"parameter": name})
