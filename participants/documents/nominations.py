"""What goes between the cities and the committee: the quota table, the summary of the nominations,
and the form of each nominee."""

import base64
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from g60portal.common import clock
from participants.documents.facts import PrintedCohort, PrintedNomination, PrintedQuota
from participants.documents.printing import print_document
from participants.documents.sheets import Block, Column, Sheet, Signatures, Table
from participants.documents.words import (
    foot_of,
    language,
    people_words,
    sheet_of,
    span_words,
    title_of,
)


def quota_sheet(cohort: PrintedCohort, quotas: Sequence[PrintedQuota]) -> Sheet:
    text = _("Quotas by city")
    columns = [
        Column(_("No."), 12, align="right", quiet=True),
        Column(_("City"), 32, strong=True),
        Column(_("Quota"), 22, align="right"),
        Column(_("Reserve"), 22, align="right"),
        Column(_("Deadline"), 42),
        Column(_("City coordinator"), share=1),
    ]
    rows = [
        [
            str(number),
            one.city,
            str(one.seats),
            str(one.reserve),
            date_format(clock.local(one.deadline), "DATETIME_FORMAT") if one.deadline else "–",
            _listed(one.liaisons) or "–",
        ]
        for number, one in enumerate(quotas, 1)
    ]
    seats, reserve = sum(one.seats for one in quotas), sum(one.reserve for one in quotas)
    rows.append(["", _("Total"), str(seats), str(reserve), "", ""])
    seats_line = _("Seats of the cohort: %(count)s") % {"count": cohort.seats}
    title = title_of(cohort, text, span_words(cohort.starts_on, cohort.ends_on), seats_line)
    return sheet_of(cohort, text, [title, Table(columns, rows, total=True)])


def nomination_summary_sheet(cohort: PrintedCohort, rows: Sequence[PrintedNomination]) -> Sheet:
    """Cities in their order, each by its rank, with room for the seal."""
    text = _("Summary of the nominations")
    columns = [
        Column(_("No."), 10, align="right", quiet=True),
        Column(_("City"), 20),
        Column(_("Rank"), 13, align="right"),
        Column(pgettext("person", "Name"), 30, strong=True),
        Column(_("Gender"), 14),
        Column(_("Organization"), share=1),
        Column(_("Post and title"), 48),
        Column(_("Mobile phone"), 29),
        Column(_("State"), 26),
        Column(_("Remarks"), 22),
    ]
    cells = [
        [
            str(number), one.city, str(one.rank or ""), one.name, one.gender, one.organization,
            one.title, one.phone, one.state, "",
        ]
        for number, one in enumerate(rows, 1)
    ]  # fmt: skip
    blocks: list[Block] = [
        title_of(cohort, text, people_words(len(rows))),
        Table(columns, cells),
        Signatures([_("City (seal)"), _("Filled in by"), _("Date")]),
    ]
    return sheet_of(cohort, text, blocks, paper="a4-landscape")


def nomination_forms(cohort: PrintedCohort, rows: Sequence[PrintedNomination]) -> bytes:
    """A page a person; a blank one to be filled in by hand while there is nobody."""
    rows = rows or [_BLANK]
    text = _("Nomination form")
    pictures = {f"photo-{number}": _svg(one.photo) for number, one in enumerate(rows) if one.photo}
    facts = {
        "title": f"{text} · {cohort.title}",
        "author": cohort.hosts[0] if cohort.hosts else "",
        "language": language(),
        "over": cohort.title,
        "title_word": text,
        "foot": foot_of(cohort, text),
        "words": _form_words(),
        "people": [
            {
                "name": one.name,
                "gender": one.gender,
                "city": one.city,
                "rank": str(one.rank or ""),
                "phone": one.phone,
                "email": one.email,
                "organization": one.organization,
                "title": one.title,
                "reason": one.reason,
                "conditions": one.conditions,
                "picture": f"photo-{number}" if one.photo else "",
            }
            for number, one in enumerate(rows)
        ],
    }
    return print_document("nomination_forms", facts, pictures)


_BLANK = PrintedNomination(
    name="", gender="", city="", rank=None, organization="", title="", phone="", email="",
    reason="", conditions="", state="",
)  # fmt: skip


def _form_words() -> dict[str, str]:
    return {
        "name": pgettext("person", "Name"),
        "gender": _("Gender"),
        "city": _("City"),
        "rank": _("Rank"),
        "phone": _("Mobile phone"),
        "email": _("E-mail"),
        "organization": _("Organization"),
        "title": _("Post and title"),
        "reason": _("Reason of the nomination"),
        "unit": _("Opinion of the organization"),
        "coordinator": _("Opinion of the city"),
        "committee": _("Opinion of the organizers"),
        "portrait": _("Portrait"),
        "seal": _("(seal)  year / month / day"),
    }


def _listed(names: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(names)


def _svg(picture: bytes) -> str:
    """A portrait, which is a JPEG of our own writing, wrapped so that it travels as text."""
    data = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 126">'
        '<image width="96" height="126" preserveAspectRatio="xMidYMid meet"'
        f' href="data:image/jpeg;base64,{data}"/></svg>'
    )
