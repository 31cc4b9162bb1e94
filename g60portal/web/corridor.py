"""The corridor as a drawing: cities on one line, the legs of a cohort lit, as a string of SVG.

Pure: values in, SVG out. Knows no model, no language and no request; the template tag of the
same name feeds it. Colors come from classes (`static/css/components.css`) or, with
`colors="print"`, stand in the drawing itself for papers and mails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal
from unicodedata import east_asian_width
from zlib import crc32

from django.utils.html import escape

Variant = Literal["wide", "compact", "vertical", "mark"]
Colors = Literal["page", "print"]
LegState = Literal["past", "now", "next"]
Point = tuple[float, float]

LEVELS = 2
"""Steps between the most northern and the most southern city."""

PRINT_FONT = (
    'font-family="Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"'
)
PRINT_PAINT = {
    "c-rail": 'fill="none" stroke="#b6c0cd"',
    "c-plan": 'fill="none" stroke="#0a5a92"',
    "c-way": 'fill="none" stroke="#0a5a92"',
    "c-gap": 'fill="none" stroke="#ffffff"',
    "c-stop": 'fill="#ffffff" stroke="#b6c0cd"',
    "c-passed": 'fill="#ffffff" stroke="#0a5a92"',
    "c-past": 'fill="#ffb000" stroke="#111b2d"',
    "c-now": 'fill="#ffb000" stroke="#111b2d"',
    "c-next": 'fill="#ffffff" stroke="#b97a00"',
    "c-halo": 'fill="none" stroke="#b97a00"',
    "c-name": 'fill="#111b2d" font-weight="700"',
    "c-quiet": 'fill="#4b586b"',
    "c-leg": 'fill="#7a4a00" font-weight="700"',
    "c-board": 'fill="#0a5a92"',
    "c-board-line": 'fill="none" stroke="#ffffff"',
}


@dataclass(frozen=True)
class CorridorCity:
    """A city on the line; without a latitude it keeps the level of the city before."""

    code: str
    name: str
    latitude: float | None = None


@dataclass(frozen=True)
class CorridorLeg:
    """A lit stop: the leg's label ("第一段"), where it stands, a quiet line ("6月8日–10日")."""

    city: str
    label: str = ""
    state: LegState = "next"
    detail: str = ""


@dataclass(frozen=True)
class _Stop:
    """A city with its place in the drawing and its legs, if any."""

    city: CorridorCity
    x: float
    y: float
    legs: tuple[CorridorLeg, ...]
    passed: bool

    @property
    def state(self) -> LegState:
        states = {leg.state for leg in self.legs}
        return "now" if "now" in states else "next" if "next" in states else "past"


@dataclass(frozen=True)
class _Text:
    """Words in the drawing; their width is an estimate, for fonts are the reader's."""

    role: str
    x: float
    y: float
    size: int
    words: str
    anchor: str = "middle"

    @property
    def width(self) -> float:
        return self.size * sum(
            1.0 if east_asian_width(sign) in "WF" else LATIN for sign in self.words
        )

    @property
    def left(self) -> float:
        return self.x - self.width * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]

    @property
    def right(self) -> float:
        return self.left + self.width


@dataclass(frozen=True)
class _Frame:
    """Measures of one variant, in pixels of the drawing."""

    step: float
    level: float
    margin: float
    above: float
    small: int
    rail: float
    stop: float
    lit: float
    bend: float


LATIN = 0.62
"""Width of a Latin letter or figure in ems, on the safe side."""
GAP = 10
"""Least space between two words of one line."""
WIDE = _Frame(116, 20, 60, 54, 15, 6, 7, 11, 6)
COMPACT = _Frame(40, 10, 20, 44, 14, 5, 5, 9, 2)
VERTICAL_WIDTH = 320
VERTICAL_X = 20
VERTICAL_DETAIL = 64
VERTICAL_IDLE, VERTICAL_LEG = 34, 22
COMPACT_ROOM = 92
"""Least distance of two labels in the compact drawing, wide enough for an English name."""


def corridor_svg(
    cities: Iterable[CorridorCity],
    legs: Iterable[CorridorLeg] = (),
    *,
    variant: Variant = "wide",
    colors: Colors = "page",
    title: str = "",
    description: str = "",
) -> str:
    """One standalone drawing. Legs at cities that are not on the line are left out."""
    paint = _Paint(colors)
    if variant == "mark":
        return paint.document(_mark(paint), 32, 32, "mark", title, description)
    line = tuple(cities)
    places = {city.code: index for index, city in enumerate(line)}
    lit = tuple(leg for leg in legs if leg.city in places)
    ways = way_states(lit, places)
    vertical = variant == "vertical"
    frame = WIDE if variant == "wide" else COMPACT
    points = _column(line, lit) if vertical else _row(line, frame)
    stops = _stops(line, lit, points, ways)
    labels = {"wide": _wide_labels, "compact": _compact_labels, "vertical": _vertical_labels}
    texts = labels[variant](stops)
    body = (
        _tracks(paint, points, ways, frame)
        + "".join(_node(paint, stop, frame) for stop in stops)
        + "".join(paint.text(text) for text in texts)
    )
    width, height = (
        _column_size(stops)
        if vertical
        else (_row_width(stops, frame), _row_height(stops, texts, frame))
    )
    return paint.document(body, width, height, variant, title, description)


def levels_of(cities: Sequence[CorridorCity]) -> list[int]:
    """How far below the most northern city each one lies, in steps of the drawing."""
    known = [city.latitude for city in cities if city.latitude is not None]
    north, span = max(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    levels: list[int] = []
    for city in cities:
        if city.latitude is None or span == 0:
            levels.append(levels[-1] if levels else 0)
        else:
            levels.append(round((north - city.latitude) / span * LEVELS))
    return levels


def way_states(legs: Sequence[CorridorLeg], places: dict[str, int]) -> list[str]:
    """Per interval of the line: "" idle, "plan" still to be traveled, "way" traveled."""
    states = [""] * max(len(places) - 1, 0)
    for before, after in pairwise(legs):
        low, high = sorted((places[before.city], places[after.city]))
        for index in range(low, high):
            if after.state != "next":
                states[index] = "way"
            elif not states[index]:
                states[index] = "plan"
    return states


class _Paint:
    """Writes the elements, their colors either by class or in the drawing itself."""

    def __init__(self, colors: Colors) -> None:
        self.colors = colors

    def role(self, role: str) -> str:
        return PRINT_PAINT[role] if self.colors == "print" else f'class="{role}"'

    def path(self, role: str, d: str, width: float) -> str:
        return (
            f'<path {self.role(role)} stroke-width="{_n(width)}" stroke-linecap="round" '
            f'stroke-linejoin="round" d="{d}"/>'
        )

    def circle(self, role: str, at: Point, radius: float, width: float) -> str:
        return (
            f'<circle {self.role(role)} stroke-width="{_n(width)}" '
            f'cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}"/>'
        )

    def text(self, text: _Text) -> str:
        if not text.words:
            return ""
        return (
            f'<text {self.role(text.role)} x="{_n(text.x)}" y="{_n(text.y)}" '
            f'font-size="{text.size}" text-anchor="{text.anchor}">{escape(text.words)}</text>'
        )

    def document(
        self, body: str, width: float, height: float, variant: str, title: str, description: str
    ) -> str:
        """The svg element. Without a title it is decoration and hidden from screen readers."""
        printed = self.colors == "print"
        size = f'width="{_n(width)}" height="{_n(height)}"'
        looks = f"{size} {PRINT_FONT}" if printed else f'class="corridor corridor-{variant}"'
        names, says = "", 'aria-hidden="true" focusable="false"'
        if title:
            key = f"corridor-{crc32(f'{variant}{body}{title}'.encode()):08x}"
            names = f'<title id="{key}-t">{escape(title)}</title>'
            names += f'<desc id="{key}-d">{escape(description)}</desc>'
            says = f'role="img" aria-labelledby="{key}-t" aria-describedby="{key}-d"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
            f"{looks} {says}>{names}{body}</svg>"
        )


def _row(cities: Sequence[CorridorCity], frame: _Frame) -> list[Point]:
    return [
        (frame.margin + index * frame.step, frame.above + level * frame.level)
        for index, level in enumerate(levels_of(cities))
    ]


def _column(cities: Sequence[CorridorCity], legs: Sequence[CorridorLeg]) -> list[Point]:
    """Lit rows are taller by a line for each of their legs."""
    points: list[Point] = []
    y = 22.0
    for city in cities:
        points.append((VERTICAL_X, y))
        count = sum(leg.city == city.code for leg in legs)
        y += VERTICAL_IDLE + count * VERTICAL_LEG
    return points


def _row_width(stops: Sequence[_Stop], frame: _Frame) -> float:
    return max((stop.x for stop in stops), default=frame.margin) + frame.margin


def _row_height(stops: Sequence[_Stop], texts: Sequence[_Text], frame: _Frame) -> float:
    """As high as the lowest node and the lowest words ask for."""
    foot = max((stop.y + frame.lit + 9 for stop in stops), default=frame.above)
    return max([foot, *(text.y + 10 for text in texts)])


def _column_size(stops: Sequence[_Stop]) -> Point:
    if not stops:
        return VERTICAL_WIDTH, VERTICAL_IDLE
    return VERTICAL_WIDTH, stops[-1].y + 20 + len(stops[-1].legs) * VERTICAL_LEG


def _stops(
    cities: Sequence[CorridorCity],
    legs: Sequence[CorridorLeg],
    points: Sequence[Point],
    ways: Sequence[str],
) -> list[_Stop]:
    return [
        _Stop(
            city=city,
            x=points[index][0],
            y=points[index][1],
            legs=tuple(leg for leg in legs if leg.city == city.code),
            passed=any(ways[max(index - 1, 0) : index + 1]),
        )
        for index, city in enumerate(cities)
    ]


def _tracks(paint: _Paint, points: Sequence[Point], ways: Sequence[str], frame: _Frame) -> str:
    """The whole rail, then what is traveled (solid) and what is still planned (hollow)."""
    if not ways:
        return ""
    strokes = [paint.path("c-rail", _octilinear(points, frame.bend), frame.rail)]
    first = 0
    for state, run in groupby(ways):
        last = first + len(list(run))
        if state:
            d = _octilinear(points[first : last + 1], frame.bend)
            strokes.append(paint.path(f"c-{state}", d, frame.rail))
            if state == "plan":
                strokes.append(paint.path("c-gap", d, frame.rail - 3))
        first = last
    return "".join(strokes)


def _octilinear(points: Sequence[Point], bend: float) -> str:
    """Level runs joined by slopes of 45 degrees with rounded corners, as on a metro map."""
    corners: list[Point] = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        slope = abs(y2 - y1)
        if slope and x1 != x2:
            middle = (x1 + x2) / 2
            corners += [(middle - slope / 2, y1), (middle + slope / 2, y2)]
        corners.append((x2, y2))
    d = f"M{_n(corners[0][0])} {_n(corners[0][1])}"
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _toward(corner, before, bend), _toward(corner, after, bend)
        d += f"L{_n(start[0])} {_n(start[1])}"
        d += f"Q{_n(corner[0])} {_n(corner[1])} {_n(end[0])} {_n(end[1])}"
    return d + f"L{_n(corners[-1][0])} {_n(corners[-1][1])}"


def _toward(origin: Point, target: Point, length: float) -> Point:
    dx, dy = target[0] - origin[0], target[1] - origin[1]
    distance = (dx * dx + dy * dy) ** 0.5
    share = min(length, distance / 2) / distance if distance else 0
    return origin[0] + dx * share, origin[1] + dy * share


def _node(paint: _Paint, stop: _Stop, frame: _Frame) -> str:
    at = (stop.x, stop.y)
    if not stop.legs:
        return paint.circle("c-passed" if stop.passed else "c-stop", at, frame.stop, 2.5)
    if stop.state == "now":
        ring = paint.circle("c-halo", at, frame.lit + 5, 2)
        return ring + paint.circle("c-now", at, frame.lit, 3)
    return paint.circle(f"c-{stop.state}", at, frame.lit - 1, 4 if stop.state == "next" else 3)


def _wide_labels(stops: Sequence[_Stop]) -> list[_Text]:
    """Every city above the line, the legs of the lit ones below it."""
    names = {}
    for stop in stops:
        size, rise, role = (20, 27, "c-name") if stop.legs else (15, 20, "c-quiet")
        names[stop.x] = _Text(role, stop.x, stop.y - rise, size, stop.city.name)
    return _with_legs(stops, WIDE, names)


def _compact_labels(stops: Sequence[_Stop]) -> list[_Text]:
    """Lit stops speak, and the two ends where there is room; the rest is the rail's."""
    if not stops:
        return []
    names: dict[float, _Text] = {}
    lit = [stop for stop in stops if stop.legs]
    for stop in lit + [end for end in (stops[0], stops[-1]) if not end.legs]:
        if any(abs(stop.x - x) < COMPACT_ROOM for x in names):
            continue
        size, rise, role = (17, 22, "c-name") if stop.legs else (14, 16, "c-quiet")
        x, anchor = _edge(stop, stops)
        names[stop.x] = _Text(role, x, stop.y - rise, size, stop.city.name, anchor)
    return _with_legs(stops, COMPACT, names)


def _edge(stop: _Stop, stops: Sequence[_Stop]) -> tuple[float, str]:
    """The two ends keep their words at the ends of the compact line."""
    if stop is stops[0]:
        return stop.x - COMPACT.lit, "start"
    if stop is stops[-1]:
        return stop.x + COMPACT.lit, "end"
    return stop.x, "middle"


def _with_legs(stops: Sequence[_Stop], frame: _Frame, names: dict[float, _Text]) -> list[_Text]:
    """Names, and the legs under their stops; what would meet the words before it moves down."""
    width = _row_width(stops, frame)
    texts: list[_Text] = []
    placed: list[_Text] = []
    for stop in stops:
        lines = _leg_lines(stop, named=stop.x in names)
        y = stop.y + frame.lit + frame.small + 10
        block = _lines_at(stop, stops, frame, lines, y, width)
        while any(_meet(text, other) for text in block for other in placed):
            y += frame.small + 6
            block = _lines_at(stop, stops, frame, lines, y, width)
        placed += block
        texts += [*([names[stop.x]] if stop.x in names else []), *block]
    return texts


def _leg_lines(stop: _Stop, *, named: bool) -> list[tuple[str, str]]:
    """The words under a stop, line by line: its name if there was no room above, legs, days."""
    lines = [] if named or not stop.legs else [("c-name", stop.city.name)]
    lines.append(("c-leg", _joined(leg.label for leg in stop.legs)))
    lines += [("c-quiet", leg.detail) for leg in stop.legs]
    return [(role, words) for role, words in lines if words]


def _lines_at(
    stop: _Stop,
    stops: Sequence[_Stop],
    frame: _Frame,
    lines: Sequence[tuple[str, str]],
    y: float,
    width: float,
) -> list[_Text]:
    x, anchor = _edge(stop, stops) if frame is COMPACT else (stop.x, "middle")
    texts = [
        _Text(role, x, y + row * (frame.small + 6), frame.small, words, anchor)
        for row, (role, words) in enumerate(lines)
    ]
    return [_kept_inside(text, width) for text in texts]


def _kept_inside(text: _Text, width: float) -> _Text:
    """Words that would leave the drawing begin or end at its edge instead."""
    if text.left < 0:
        return replace(text, x=0, anchor="start")
    if text.right > width:
        return replace(text, x=width, anchor="end")
    return text


def _meet(one: _Text, other: _Text) -> bool:
    apart = one.right + GAP < other.left or other.right + GAP < one.left
    return not apart and abs(one.y - other.y) < max(one.size, other.size) + 2


def _vertical_labels(stops: Sequence[_Stop]) -> list[_Text]:
    texts = []
    for stop in stops:
        x = stop.x + 24
        role, size = ("c-name", 18) if stop.legs else ("c-quiet", 16)
        texts.append(_Text(role, x, stop.y + 6, size, stop.city.name, "start"))
        for row, leg in enumerate(stop.legs):
            y = stop.y + 28 + row * VERTICAL_LEG
            after = x + (VERTICAL_DETAIL if leg.label else 0)
            texts.append(_Text("c-leg", x, y, 15, leg.label, "start"))
            texts.append(_Text("c-quiet", after, y, 15, leg.detail, "start"))
    return texts


def _mark(paint: _Paint) -> str:
    """The line in small: two legs lit on a board of corridor blue."""
    d = _octilinear([(7, 21), (25, 11)], 3)
    return (
        f'<rect {paint.role("c-board")} width="32" height="32" rx="7"/>'
        + paint.path("c-board-line", d, 2.75)
        + "".join(
            f'<circle fill="#ffb000" cx="{x}" cy="{y}" r="4"/>' for x, y in ((7, 21), (25, 11))
        )
    )


def _joined(words: Iterable[str]) -> str:
    return " · ".join(word for word in words if word)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
