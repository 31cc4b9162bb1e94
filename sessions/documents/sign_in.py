"""Sign-in sheets: one a half-day, or one a session. Signed, they are financial vouchers."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.sheets import Block, Break, Column, Sheet, Signatures, Table, Text
from participants.documents.words import (
    ORDER_NOTES,
    day_words,
    name_cell,
    name_column,
    sheet_of,
    title_of,
    weekday_words,
)
from sessions.documents.facts import PrintedRelease, PrintedSession
from sessions.documents.timetables import half_day_word

# Where people are counted; on the way, at table and by themselves they are not.
SIGNED_KINDS = frozenset({"lecture", "site_visit", "exhibition", "discussion", "ceremony"})
_ROW_HEIGHT = 8.6
# More of a half-day would push its people off the first page.
_NAMED_SESSIONS = 5


def half_day_sheets(
    cohort: PrintedCohort,
    release: PrintedRelease,
    people: Sequence[PrintedPerson],
    ordering: str,
    *,
    phones: bool,
) -> Sheet:
    """Everybody signs once a half-day."""
    text = _("Sign-in sheet")
    blocks: list[Block] = []
    for sessions in _half_days(release):
        first = sessions[0]
        when = f"{_day(first)} {half_day_word(first.half_day)}"
        lines = [_line(one) for one in sessions[:_NAMED_SESSIONS]]
        blocks += _page(cohort, text, [when, *lines], people, ordering, phones=phones)
    return sheet_of(cohort, text, blocks[1:])


def session_sheets(
    cohort: PrintedCohort,
    release: PrintedRelease,
    people: Sequence[PrintedPerson],
    ordering: str,
    *,
    phones: bool,
) -> Sheet:
    """The people of each session sign on its own sheet."""
    text = _("Sign-in sheet")
    blocks: list[Block] = []
    for one in release.sessions:
        if one.kind in SIGNED_KINDS:
            expected = [person for person in people if not one.groups or person.group in one.groups]
            lines = [_day(one), _line(one)]
            blocks += _page(cohort, text, lines, expected, ordering, phones=phones)
    return sheet_of(cohort, text, blocks[1:])


def _half_days(release: PrintedRelease) -> Iterator[list[PrintedSession]]:
    found: dict[tuple[object, str], list[PrintedSession]] = {}
    for one in release.sessions:
        if one.kind in SIGNED_KINDS:
            found.setdefault((one.day, one.half_day), []).append(one)
    yield from found.values()


def _page(
    cohort: PrintedCohort,
    text: str,
    lines: Sequence[str],
    people: Sequence[PrintedPerson],
    ordering: str,
    *,
    phones: bool,
) -> list[Block]:
    """Begins with a page break."""
    columns = [
        Column(_("No."), 11, align="center"),
        name_column(28),
        Column(_("Organization"), share=1),
        *([Column(_("Mobile phone"), 27)] if phones else []),
        Column(_("Signature"), 34),
        Column(_("Time"), 20),
    ]
    rows = [
        [
            str(number),
            name_cell(one),
            one.organization,
            *([one.phone] if phones else []),
            "",
            "",
        ]
        for number, one in enumerate(people, 1)
    ]
    due = _("Expected: %(count)s") % {"count": len(people)}
    return [
        Break(),
        title_of(cohort, text, *lines),
        Table(columns, rows, boxed=True, row_height=_ROW_HEIGHT),
        Text(f"{due} · {ORDER_NOTES[ordering]}", small=True),
        Signatures(
            [_("Present"), _("On leave"), _("Absent"), _("Class teacher"), _("Filled in by")]
        ),
    ]


def _day(one: PrintedSession) -> str:
    return f"{day_words(one.day)} {weekday_words(one.day)}"


def _line(one: PrintedSession) -> str:
    parts = [f"{one.times}  {one.title}", one.place, *one.groups]
    return " · ".join(filter(None, parts))
