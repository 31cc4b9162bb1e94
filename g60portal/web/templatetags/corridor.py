"""`{% corridor %}` and `{% corridor_mark %}`: the drawing of `g60portal.web.corridor` in a page.

Takes rows of cities and plain facts of legs; writes the words that screen readers hear.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from g60portal.web.corridor import (
    Colors,
    CorridorCity,
    CorridorLeg,
    LegState,
    Variant,
    corridor_svg,
)

register = template.Library()


class City(Protocol):
    """What the line needs of a row of cities."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def province(self) -> str: ...
    @property
    def latitude(self) -> float | None: ...


@register.simple_tag
def corridor(
    cities: Iterable[City],
    legs: Iterable[Mapping[str, Any]] = (),
    variant: str = "auto",
    colors: str = "page",
) -> SafeString:
    """The line of `cities`, with `legs` = [{"city", "label", "state", "detail"}] lit in order.

    `state` is past, now or next. `variant` is wide, compact, vertical, or auto: wide where there
    is room, else compact.
    """
    line = [CorridorCity(city.code, short_name(city), city.latitude) for city in cities]
    lit = [_leg(leg) for leg in legs]
    title, description = _("The G60 corridor"), in_words(line, lit)

    def drawn(one: Variant) -> str:
        return corridor_svg(
            line,
            lit,
            variant=one,
            colors=cast("Colors", colors),
            title=title,
            description=description,
        )

    if variant == "auto":
        svg = f'<div class="corridor-box">{drawn("wide")}{drawn("compact")}</div>'
    else:
        svg = drawn(cast("Variant", variant))
    return mark_safe(svg)  # noqa: S308 - the builder escapes every word given to it


@register.simple_tag
def corridor_mark() -> SafeString:
    """The mark of the portal, beside its name and therefore silent."""
    return mark_safe(corridor_svg((), variant="mark"))  # noqa: S308 - constant drawing


def short_name(city: City) -> str:
    """ "松江" for "上海松江", "Songjiang" for "Songjiang, Shanghai": the line has little room."""
    if (get_language() or "").startswith("en"):
        return city.name_en.split(",")[0] or city.name
    municipality = city.province.removesuffix("市") if city.province.endswith("市") else ""
    return city.name.removeprefix(municipality) or city.name


def in_words(cities: list[CorridorCity], legs: list[CorridorLeg]) -> str:
    """The drawing told: the line from end to end, then each leg and where it stands."""
    if not cities:
        return ""
    names = {city.code: city.name for city in cities}
    states = {"past": _("past"), "now": _("now"), "next": _("to come")}
    told = [
        _("A line of %(count)d cities from %(first)s to %(last)s.")
        % {"count": len(cities), "first": cities[0].name, "last": cities[-1].name}
    ]
    for leg in legs:
        if leg.city in names:
            words = (leg.label, names[leg.city], leg.detail, states[leg.state])
            told.append(" · ".join(word for word in words if word))
    return "\n".join(told)


def _leg(facts: Mapping[str, Any]) -> CorridorLeg:
    return CorridorLeg(
        city=facts["city"],
        label=str(facts.get("label", "")),
        state=cast("LegState", facts.get("state", "next")),
        detail=str(facts.get("detail", "")),
    )
