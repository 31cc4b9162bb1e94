"""Lists of people on paper: rosters, the contact list, the groups."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from g60portal.common import clock
from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.sheets import Block, Column, Group, Sheet, Table, Text
from participants.documents.words import (
    ORDER_NOTES,
    city_column,
    day_words,
    latin_of,
    name_cell,
    name_column,
    people_words,
    sheet_of,
    span_words,
    title_of,
)


def roster_sheet(cohort: PrintedCohort, people: Sequence[PrintedPerson], ordering: str) -> Sheet:
    """For everybody: no phone, no address."""
    text = _("Roster")
    return sheet_of(cohort, text, [*roster_blocks(cohort, people, ordering, text)])


def roster_blocks(
    cohort: PrintedCohort,
    people: Sequence[PrintedPerson],
    ordering: str,
    text: str,
    *,
    small: bool = False,
) -> list[Block]:
    """`small` for the pages of a booklet."""
    table = _booklet_table(people) if small else _public_table(people)
    return [
        title_of(
            cohort,
            text,
            f"{span_words(cohort.starts_on, cohort.ends_on)} · {people_words(len(people))}",
        ),
        table,
        Text(str(ORDER_NOTES[ordering]), small=True),
    ]


def internal_roster_sheet(
    cohort: PrintedCohort, people: Sequence[PrintedPerson], ordering: str
) -> Sheet:
    """With phones and e-mail addresses: for those who run the cohort."""
    text = _("Internal roster")
    columns = [
        Column(_("No."), 10, align="right", quiet=True),
        name_column(26),
        Column(_("Gender"), 13),
        city_column(19),
        Column(_("Organization"), share=1),
        Column(_("Post and title"), 32),
        Column(_("Group"), 20),
        Column(_("Mobile phone"), 28),
        Column(_("E-mail"), 44, quiet=True),
        Column(_("Remarks"), 15),
    ]
    rows = [
        [
            str(number), name_cell(one), one.gender, one.city, one.organization, one.title,
            one.group, one.phone, one.email, "",
        ]
        for number, one in enumerate(people, 1)
    ]  # fmt: skip
    blocks: list[Block] = [
        title_of(
            cohort,
            text,
            f"{span_words(cohort.starts_on, cohort.ends_on)} · {people_words(len(people))}",
            _("For those who run the cohort. Not to be passed on."),
        ),
        Table(columns, rows),
        Text(str(ORDER_NOTES[ordering]), small=True),
    ]
    return sheet_of(cohort, text, blocks, paper="a4-landscape")


def contact_sheet(
    cohort: PrintedCohort, people: Sequence[PrintedPerson], ordering: str, viewer: str
) -> Sheet:
    """Only those who agreed to be listed; every page bears the name of who had it printed."""
    text = _("Contact list")
    columns = [
        Column(_("No."), 9, align="right", quiet=True),
        name_column(27),
        Column(_("Organization and post"), share=1),
        Column(_("Mobile phone"), 29),
        Column(_("E-mail"), 50),
    ]
    rows = [
        [
            str(number), name_cell(one),
            (one.organization, " · ".join(word for word in (one.title, one.post) if word)),
            one.phone, one.email,
        ]
        for number, one in enumerate(people, 1)
    ]  # fmt: skip
    blocks: list[Block] = [
        title_of(
            cohort,
            text,
            people_words(len(people)),
            _("Only those who agreed to be listed. Printed for %(name)s; not to be passed on.")
            % {"name": viewer},
        ),
        Table(columns, rows),
        Text(str(ORDER_NOTES[ordering]), small=True),
    ]
    watermark = f"{viewer} {day_words(clock.today())}"
    return sheet_of(cohort, text, blocks, watermark=watermark)


def group_sheet(
    cohort: PrintedCohort, people: Sequence[PrintedPerson], names: Sequence[str]
) -> Sheet:
    text = pgettext("printed list", "Groups")
    return sheet_of(cohort, text, group_blocks(cohort, people, names, text))


def group_blocks(
    cohort: PrintedCohort, people: Sequence[PrintedPerson], names: Sequence[str], text: str
) -> list[Block]:
    """The groups in their order, those without one at the end; people in the order given."""
    blocks: list[Block] = [title_of(cohort, text, people_words(len(people)))]
    for name in (*names, ""):
        members = [one for one in people if one.group == name]
        if members:
            blocks.append(_group(name or _("Without a group"), members, led=bool(name)))
    return blocks


def _group(name: str, members: Sequence[PrintedPerson], *, led: bool) -> Group:
    """Where no leader has been chosen yet there is room to write the name; the leader comes
    first."""
    members = sorted(members, key=lambda one: not one.leads)
    count = people_words(len(members))
    leader = next((one.name for one in members if one.leads), "＿" * 6)
    note = f"{count} · " + _("Leader: %(room)s") % {"room": leader} if led else count
    rows = [
        [
            str(number), one.name, latin_of(one), one.organization,
            " · ".join(word for word in (one.title, one.post) if word), one.city,
        ]
        for number, one in enumerate(members, 1)
    ]  # fmt: skip
    return Group(name, note, rows)


def _public_table(people: Sequence[PrintedPerson]) -> Table:
    columns = [
        Column(_("No."), 10, align="right", quiet=True),
        name_column(27),
        Column(_("Gender"), 13),
        city_column(19),
        Column(_("Organization"), share=1),
        Column(_("Post and title"), 34),
        Column(_("Group"), 19),
    ]
    return Table(
        columns,
        [
            [
                str(number), name_cell(one), one.gender, one.city, one.organization, one.title,
                one.group,
            ]
            for number, one in enumerate(people, 1)
        ],
    )  # fmt: skip


def _booklet_table(people: Sequence[PrintedPerson]) -> Table:
    columns = [
        Column(_("No."), 8, align="right", quiet=True),
        name_column(23),
        Column(_("Organization and post"), share=1),
        city_column(17),
        Column(_("Group"), 16),
    ]
    return Table(
        columns,
        [
            [str(number), name_cell(one), (one.organization, one.title), one.city, one.group]
            for number, one in enumerate(people, 1)
        ],
    )
