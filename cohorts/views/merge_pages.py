"""What the pages of duplicates and merges show, of persons and organizations alike: shapes without
queries. The view that has the facts fills them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.views.rooms import Word, address_of, console_nav
from g60portal.common.refusals import Refusal

Text = str | Promise
NO_VALUE = "–"
STRENGTHS: Mapping[str, Text] = {
    "certain": gettext_lazy("certain"),
    "likely": gettext_lazy("likely"),
}


@dataclass(frozen=True)
class Side:
    """One of the two; `details` tell namesakes apart."""

    id: int
    title: str
    details: Sequence[str] = ()


@dataclass(frozen=True)
class ShownPair:
    one: Side
    other: Side
    strength: str
    signs: Sequence[Text]
    url: str

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.one, self.other

    @property
    def strength_label(self) -> Text:
        return STRENGTHS[self.strength]

    @property
    def tone(self) -> str:
        return "amber" if self.strength == "certain" else "blue"


@dataclass(frozen=True)
class Value:
    id: int
    text: str
    checked: bool


@dataclass(frozen=True)
class FieldRow:
    """A field on both sides; a choice where the values differ."""

    name: str
    label: Text
    values: tuple[Value, Value]
    differs: bool

    @property
    def is_shared(self) -> bool:
        """Said on both sides, and the same."""
        return not self.differs and self.values[0].text != NO_VALUE


@dataclass(frozen=True)
class SeatRow:
    """A cohort in which both hold a seat."""

    name: str
    label: str
    values: tuple[Value, Value]


@dataclass(frozen=True)
class Comparison:
    one: Side
    other: Side
    proposed: int
    signs: Sequence[Text]
    rows: Sequence[FieldRow]
    counts: Sequence[tuple[str, int]]
    conflicts: Sequence[Text] = ()
    seats: Sequence[SeatRow] = ()
    remarks: Sequence[Text] = field(default=())


def list_page(
    request: HttpRequest,
    of: str,
    groups: Sequence[Sequence[ShownPair]],
    *,
    count: int,
    strength: str,
) -> HttpResponse:
    views = [
        Word(_("Persons"), address_of("duplicate-list"), of == "people"),
        Word(_("Organizations"), address_of("organization-duplicate-list"), of == "organizations"),
    ]
    filters = [Word(_("All"), "?", not strength)]
    filters += [
        Word(str(label), f"?strength={key}", key == strength) for key, label in STRENGTHS.items()
    ]
    context = {
        "nav": console_nav("organization-list" if of == "organizations" else "cohort-list"),
        "views": views,
        "filters": filters,
        "groups": groups,
        "count": count,
        "hidden": count - len(groups),
        "strength": strength,
        "of": of,
    }
    return render(request, "cohorts/duplicate_list.html", context)


def compare_page(
    request: HttpRequest,
    of: str,
    comparison: Comparison,
    *,
    dismiss_url: str,
    refusal: Refusal | None = None,
    explained: Sequence[Text] = (),
) -> HttpResponse:
    """`explained` says what exactly a refusal is about."""
    context = {
        "nav": console_nav("organization-list" if of == "organizations" else "cohort-list"),
        "of": of,
        "comparison": comparison,
        "sides": (comparison.one, comparison.other),
        "back_url": address_of(
            "organization-duplicate-list" if of == "organizations" else "duplicate-list"
        ),
        "dismiss_url": dismiss_url,
        "refusal": refusal,
        "explained": explained,
    }
    status = refusal.status if refusal else 200
    return render(request, "cohorts/merge_compare.html", context, status=status)


def merge_page(
    request: HttpRequest,
    of: str,
    facts: Mapping[str, Any],
    *,
    refusal: Refusal | None = None,
    explained: Sequence[Text] = (),
) -> HttpResponse:
    """`facts`: merge, kept and gone (texts), counts, fields (labels), undo_url, until (None = it
    cannot be undone any more), kept_url."""
    context = {
        "nav": console_nav("organization-list" if of == "organizations" else "cohort-list"),
        "of": of,
        "back_url": address_of(
            "organization-duplicate-list" if of == "organizations" else "duplicate-list"
        ),
        "refusal": refusal,
        "explained": explained,
        **facts,
    }
    status = refusal.status if refusal else 200
    return render(request, "cohorts/merge_detail.html", context, status=status)


def value_of_choice(data: Mapping[str, str], name: str) -> int | None:
    """The id that a radio of the comparison carries."""
    given = data.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None  # noqa: PLR2004
