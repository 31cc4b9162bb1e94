"""What carries a name large: badges, table cards, the seat plan."""

import io
from collections.abc import Mapping, Sequence

import segno
from django.utils.translation import gettext as _

from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.printing import print_document
from participants.documents.words import (
    ORDER_NOTES,
    foot_of,
    language,
    latin_of,
    page_words,
    people_words,
)
from participants.rules.seat_plan import seat_rows


def badges(
    cohort: PrintedCohort,
    people: Sequence[PrintedPerson],
    groups: Sequence[str],
    codes: Mapping[int, str],
) -> bytes:
    """90 × 130 mm, four on a page. `codes` are what the desk scans or types, by enrollment; who has
    none gets no picture. Each of the `groups` has its color."""
    text = _("Badges")
    hues = {name: number for number, name in enumerate(groups)}
    facts = {
        **_document(cohort, text),
        "cohort": cohort.title,
        "cities": cohort.cities,
        "people": [
            {
                "name": one.name,
                "latin": one.name_latin if one.name_latin != one.name else "",
                "organization": one.organization,
                "title": one.title,
                "city": one.city,
                "group": one.group,
                "hue": hues.get(one.group, 0),
                "seat": f"{one.seat:02}",
                "code": codes.get(one.enrollment, ""),
            }
            for one in people
        ],
    }
    return print_document("badges", facts, {code: _qr_svg(code) for code in codes.values()})


def table_cards(cohort: PrintedCohort, people: Sequence[PrintedPerson]) -> bytes:
    """200 × 100 mm, to be folded: the name stands on both sides."""
    text = _("Table cards")
    facts = {
        **_document(cohort, text),
        "people": [
            {"name": one.name, "latin": latin_of(one), "organization": one.organization}
            for one in people
        ],
    }
    return print_document("table_cards", facts)


def seat_plan(
    cohort: PrintedCohort,
    people: Sequence[PrintedPerson],
    ordering: str,
    *,
    rows: int,
    columns: int,
) -> bytes:
    """People in the order given take the ranks of `participants.rules.seat_plan`."""
    text = _("Seat plan")
    plan = seat_rows(len(people), rows, columns)
    facts = {
        **_document(cohort, text),
        "over": cohort.title,
        "title_word": text,
        "note": f"{people_words(len(people))} · "
        + _("Ranks from the middle of the front row, left and right in turn.")
        + " "
        + str(ORDER_NOTES[ordering]),
        "front": _("Front"),
        "foot": foot_of(cohort, text),
        "page": page_words(),
        "columns": columns,
        "rows": [[_seat(people, rank) for rank in row] for row in plan],
    }
    return print_document("seat_plan", facts)


def _qr_svg(text: str) -> str:
    """Medium error correction, for badges get scratched; a fixed mask, for the best takes long."""
    code = segno.make(text, error="m", mask=0, boost_error=False, micro=False)
    out = io.BytesIO()
    code.save(out, kind="svg", border=0, xmldecl=False, svgns=True, dark="#0d1f33")
    return out.getvalue().decode()


def _seat(people: Sequence[PrintedPerson], rank: int | None) -> dict[str, str] | None:
    if rank is None:
        return None
    one = people[rank - 1]
    return {"rank": str(rank), "name": one.name, "note": one.group or one.city}


def _document(cohort: PrintedCohort, text: str) -> dict[str, str]:
    return {
        "title": f"{text} · {cohort.title}",
        "author": cohort.hosts[0] if cohort.hosts else "",
        "language": language(),
    }
