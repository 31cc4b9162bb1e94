"""Words that printed documents share: orders, dates, page numbers, names in both writings."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from g60portal.common import clock
from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.sheets import Block, Column, Paper, Sheet, Title

ORDER_NOTES: Mapping[str, str | Promise] = {
    "seat": gettext_lazy("In the order of seat numbers."),
    "stroke": gettext_lazy("In the order of the strokes of the surname."),
    "stroke-full": gettext_lazy("In the order of the strokes of the full name."),
    "pinyin": gettext_lazy("In the order of pinyin."),
    "city": gettext_lazy("In the order of the cities, each by the strokes of the surname."),
    "group": gettext_lazy("In the order of the groups, each by the strokes of the surname."),
}


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def language() -> str:
    return "en" if in_english() else "zh"


def page_words() -> str:
    return _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"}


def day_words(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


def short_day(day: dt.date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def weekday_words(day: dt.date) -> str:
    return date_format(day, "l")


def span_words(first: dt.date, last: dt.date) -> str:
    """The dates of a cohort in one line."""
    if first == last:
        return day_words(first)
    if in_english():
        return f"{day_words(first)} – {day_words(last)}"
    end = short_day(last) if first.year == last.year else day_words(last)
    return f"{day_words(first)}至{end}"


def people_words(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def latin_of(person: PrintedPerson) -> str:
    """The second writing of a name in English documents, where it is another one."""
    return person.name_latin if in_english() and person.name_latin != person.name else ""


def name_column(width: float) -> Column:
    """Both writings of a name need more room."""
    return Column(pgettext("person", "Name"), width + 7 if in_english() else width, strong=True)


def city_column(width: float) -> Column:
    return Column(_("City"), width + 5 if in_english() else width)


def name_cell(person: PrintedPerson) -> str | tuple[str, str]:
    latin = latin_of(person)
    return (person.name, latin) if latin else person.name


def title_of(cohort: PrintedCohort, text: str, *lines: str) -> Title:
    return Title(text, over=cohort.title, lines=[line for line in lines if line])


def sheet_of(
    cohort: PrintedCohort,
    text: str,
    blocks: Sequence[Block],
    *,
    paper: Paper = "a4",
    watermark: str = "",
) -> Sheet:
    """Pages of the cohort, with its name, the document's and the day at the bottom."""
    return Sheet(
        title=f"{text} · {cohort.title}",
        language=language(),
        foot=foot_of(cohort, text),
        page=page_words(),
        blocks=blocks,
        paper=paper,
        watermark=watermark,
        author=cohort.hosts[0] if cohort.hosts else "",
    )


def foot_of(cohort: PrintedCohort, text: str) -> str:
    printed = _("printed %(day)s") % {"day": day_words(clock.today())}
    return f"{cohort.code} · {text} · {printed}"
