"""Lists of a leg: rooms, the hotel's own, meals, arrivals; each once, for print and for XLSX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from g60portal.common.tables.xlsx import stream_xlsx
from participants.documents.facts import (
    PrintedCohort,
    PrintedGuest,
    PrintedLegLogistics,
    PrintedTraveller,
)
from participants.documents.sheets import Block, Break, Column, Heading, Paper, Sheet, Table, Text
from participants.documents.words import (
    people_words,
    sheet_of,
    short_day,
    span_words,
    title_of,
    weekday_words,
)

Row = list[str]


@dataclass(frozen=True)
class Part:
    """A table of a list, with its heading where there are several."""

    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]


@dataclass(frozen=True)
class ListKind:
    """`for_desk`: the check-in desk may have it too. `papers`, `diet`, `travel` say what it is read
    from; without any of them it is about rooms."""

    name: str
    title: str | Promise
    note: str | Promise
    parts: Callable[[PrintedLegLogistics], list[Part]]
    paper: Paper = "a4"
    for_desk: bool = False
    papers: bool = False
    diet: bool = False
    travel: bool = False

    def personal(self, *, contacts: bool, reveal: bool = False) -> tuple[str, ...]:
        """The personal columns that are written down when somebody takes the list."""
        if self.papers:
            return ("identity",) if reveal else ()
        if self.diet:
            return ("diet",)
        return ("phone",) if contacts else ()


def list_sheet(kind: ListKind, cohort: PrintedCohort, legs: Sequence[PrintedLegLogistics]) -> Sheet:
    """A part for each leg, beginning on a new page."""
    text = str(kind.title)
    blocks: list[Block] = []
    for number, leg in enumerate(legs):
        if number:
            blocks.append(Break())
        blocks += _leg_blocks(kind, cohort, leg, text)
    return sheet_of(cohort, text, blocks, paper=kind.paper)


def list_xlsx(kind: ListKind, leg: PrintedLegLogistics) -> bytes:
    """The same tables on one sheet, one below the other; the first begins with its header."""
    first, *others = kind.parts(leg)
    header = [column.header for column in first.columns]
    return b"".join(stream_xlsx(header, _lines(first, others), title=str(kind.title)))


def _lines(first: Part, others: Sequence[Part]) -> Iterator[Sequence[str]]:
    width = max(len(part.columns) for part in (first, *others))
    yield from (_wide(row, width) for row in first.rows)
    for part in others:
        yield _wide([], width)
        yield _wide([part.heading], width)
        yield _wide([column.header for column in part.columns], width)
        yield from (_wide(row, width) for row in part.rows)


def _wide(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _leg_blocks(
    kind: ListKind, cohort: PrintedCohort, leg: PrintedLegLogistics, text: str
) -> list[Block]:
    parts = kind.parts(leg)
    dates = span_words(leg.starts_on, leg.ends_on)
    blocks: list[Block] = [title_of(cohort, text, f"{leg.city} · {dates}")]
    if not any(part.rows for part in parts):
        return [*blocks, Text(_("Nothing to print yet for this leg."))]
    for part in parts:
        if part.rows:
            if part.heading:
                blocks.append(Heading(part.heading))
            blocks.append(Table(part.columns, part.rows))
    return [*blocks, Text(str(kind.note), small=True)]


def _room_parts(leg: PrintedLegLogistics) -> list[Part]:
    phones = any(one.phone for one in leg.guests)
    columns = [
        Column(_("No."), 9, align="right", quiet=True),
        Column(_("Room"), 18, strong=True),
        Column(pgettext("person", "Name"), 32, strong=True),
        Column(_("Gender"), 14),
        Column(_("Organization"), share=1),
        Column(_("Shares with"), 36),
        Column(_("In"), 22),
        Column(_("Out"), 22),
        *([Column(_("Mobile phone"), 30)] if phones else []),
    ]
    return _by_hotel(leg.guests, columns, lambda guests: _room_rows(guests, phones=phones))


def _room_rows(guests: Sequence[PrintedGuest], *, phones: bool) -> list[Row]:
    return [
        [
            str(number), one.room, one.name, one.gender, one.organization,
            ", ".join(one.roommates), short_day(one.comes_on), short_day(one.leaves_on),
            *([one.phone] if phones else []),
        ]
        for number, one in enumerate(guests, 1)
    ]  # fmt: skip


def _by_hotel(
    guests: Sequence[PrintedGuest],
    columns: Sequence[Column],
    rows: Callable[[Sequence[PrintedGuest]], list[Row]],
) -> list[Part]:
    """A table for each hotel, under its name; an empty one where nobody has a bed."""
    hotels = list(dict.fromkeys(one.hotel for one in guests))
    return [
        Part(hotel, columns, rows([one for one in guests if one.hotel == hotel]))
        for hotel in hotels
    ] or [Part("", columns, [])]


def _hotel_parts(leg: PrintedLegLogistics) -> list[Part]:
    """Names, papers and nights; nothing else is the hotel's business."""
    columns = [
        Column(_("No."), 9, align="right", quiet=True),
        Column(pgettext("person", "Name"), 36, strong=True),
        Column(_("Kind of paper"), 44),
        Column(_("Number of the paper"), share=1),
        Column(_("In"), 22),
        Column(_("Out"), 22),
    ]
    return _by_hotel(leg.guests, columns, _hotel_rows)


def _hotel_rows(guests: Sequence[PrintedGuest]) -> list[Row]:
    return [
        [
            str(number), one.name, one.paper_kind, one.paper, short_day(one.comes_on),
            short_day(one.leaves_on),
        ]
        for number, one in enumerate(guests, 1)
    ]  # fmt: skip


def _meal_parts(leg: PrintedLegLogistics) -> list[Part]:
    meals = leg.meals
    if meals is None:
        return []
    width = 20
    columns = [
        Column(_("Day"), 40, strong=True),
        Column(_("Meal"), share=1),
        *(Column(diet, width, align="right") for diet in meals.diets),
        Column(_("Of these with allergies or needs"), 30, align="right"),
        Column(_("In all"), width, align="right", strong=True),
    ]
    rows = [
        [
            f"{short_day(one.day)} {weekday_words(one.day)}", one.meal, *map(str, one.by_diet),
            str(one.allergic), str(one.total),
        ]
        for one in meals.meals
    ]  # fmt: skip
    special = [
        Column(pgettext("person", "Name"), 36, strong=True),
        Column(_("Diet"), 34),
        Column(_("What to mind"), share=1),
    ]
    return [
        Part(_("Numbers"), columns, rows),
        Part(_("Special wishes"), special, [list(one) for one in meals.special]),
    ]


def _arrival_parts(leg: PrintedLegLogistics) -> list[Part]:
    return [
        Part(f"{_('Arrivals')} · {people_words(len(leg.arrivals))}", *_travel(leg.arrivals)),
        Part(f"{_('Departures')} · {people_words(len(leg.departures))}", *_travel(leg.departures)),
    ]


def _travel(travellers: Sequence[PrintedTraveller]) -> tuple[list[Column], list[Row]]:
    phones = any(one.phone for one in travellers)
    columns = [
        Column(_("Day"), 20),
        Column(_("Time"), 14, strong=True),
        Column(pgettext("person", "Name"), 26, strong=True),
        Column(_("Organization"), share=1),
        Column(pgettext("travel", "By"), 18),
        Column(pgettext("travel", "Number"), 20),
        Column(pgettext("travel", "Place"), 40),
        Column(_("Pick-up"), 17),
        *([Column(_("Mobile phone"), 27)] if phones else []),
    ]
    rows = [
        [
            short_day(one.at.date()), f"{one.at:%H:%M}", one.name, one.organization, one.mode,
            one.number, one.place, _("yes") if one.pickup else "",
            *([one.phone] if phones else []),
        ]
        for one in travellers
    ]  # fmt: skip
    return columns, rows


LISTS = (
    ListKind(
        "room-list",
        gettext_lazy("Room list"),
        gettext_lazy("By hotel and room."),
        _room_parts,
        paper="a4-landscape",
        for_desk=True,
    ),
    ListKind(
        "hotel-list",
        gettext_lazy("List for the hotel"),
        gettext_lazy("For the registration of guests only; to be destroyed afterwards."),
        _hotel_parts,
        papers=True,
    ),
    ListKind(
        "meal-list",
        gettext_lazy("Meals"),
        gettext_lazy("Named are only those with a special wish who agreed to it."),
        _meal_parts,
        diet=True,
    ),
    ListKind(
        "arrival-list",
        gettext_lazy("Arrivals and departures"),
        gettext_lazy("As the participants have said; whoever is to be met is marked."),
        _arrival_parts,
        paper="a4-landscape",
        travel=True,
    ),
)


def list_named(name: str) -> ListKind | None:
    return next((kind for kind in LISTS if kind.name == name), None)
