"""The corridor's drawing: geometry, states, words, escaping. No database."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import translation

from g60portal.web.corridor import (
    CorridorCity,
    CorridorLeg,
    Variant,
    corridor_svg,
    levels_of,
    way_states,
)
from g60portal.web.templatetags.corridor import in_words, short_name
from g60portal.web.views.style_guide import CITIES

SVG = "{http://www.w3.org/2000/svg}"
LINE = [CorridorCity(city.code, city.name, city.latitude) for city in CITIES]
PLACES = {city.code: index for index, city in enumerate(LINE)}
LEGS = [
    CorridorLeg("songjiang", "第一段", "past", "6月8日–10日"),
    CorridorLeg("hefei", "第二段", "now", "6月11日–13日"),
]
VARIANTS: list[Variant] = ["wide", "compact", "vertical"]


def drawing(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def classes(svg: str) -> list[str]:
    return re.findall(r'class="(c-[a-z]+)"', svg)


def words(svg: str) -> list[str]:
    return [text.text or "" for text in drawing(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("variant", VARIANTS)
def test_corridor_when_drawn_then_has_one_node_a_city_in_official_order(variant: Variant) -> None:
    root = drawing(corridor_svg(LINE, variant=variant))
    nodes = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in root.iter(f"{SVG}circle")]
    along = 1 if variant == "vertical" else 0
    assert len(nodes) == 9
    assert nodes == sorted(nodes, key=lambda node: node[along])


@pytest.mark.parametrize("variant", ["wide", "vertical"])
def test_corridor_when_drawn_large_then_names_every_city(variant: Variant) -> None:
    assert words(corridor_svg(LINE, variant=variant)) == [city.name for city in LINE]


def test_corridor_when_compact_then_names_lit_cities_with_their_legs() -> None:
    told = words(corridor_svg(LINE, LEGS, variant="compact"))
    assert told == ["上海松江", "第一段", "6月8日–10日", "合肥", "第二段", "6月11日–13日"]


def test_corridor_when_compact_and_lit_cities_are_neighbors_then_both_are_named() -> None:
    legs = [CorridorLeg("jinhua", "第一段", "now"), CorridorLeg("suzhou", "第二段")]
    assert {"金华", "苏州"} <= set(words(corridor_svg(LINE, legs, variant="compact")))


@pytest.mark.parametrize("variant", VARIANTS)
def test_corridor_when_drawn_then_every_point_lies_inside(variant: Variant) -> None:
    root = drawing(corridor_svg(LINE, LEGS, variant=variant))
    width, height = (float(word) for word in root.get("viewBox", "").split()[2:])
    for element in [*root.iter(f"{SVG}circle"), *root.iter(f"{SVG}text")]:
        x = float(element.get("cx") or element.get("x") or -1)
        y = float(element.get("cy") or element.get("y") or -1)
        assert 0 <= x <= width
        assert 0 <= y <= height


def test_ways_when_second_leg_is_to_come_then_line_between_is_planned() -> None:
    legs = [CorridorLeg("songjiang", state="now"), CorridorLeg("hangzhou", state="next")]
    assert way_states(legs, PLACES) == ["plan", "plan", "", "", "", "", "", ""]


def test_ways_when_going_back_then_what_was_traveled_stays_traveled() -> None:
    legs = [
        CorridorLeg("songjiang", state="past"),
        CorridorLeg("hangzhou", state="now"),
        CorridorLeg("songjiang", state="next"),
    ]
    assert way_states(legs, PLACES)[:3] == ["way", "way", ""]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("past", "now"), {"c-past", "c-halo", "c-now", "c-way", "c-passed"}),
        (("now", "next"), {"c-now", "c-halo", "c-next", "c-plan", "c-gap", "c-passed"}),
        (("next", "next"), {"c-next", "c-plan", "c-gap", "c-passed"}),
    ],
)
def test_corridor_when_legs_move_on_then_marks_follow(
    states: tuple[str, str], expected: set[str]
) -> None:
    legs = [
        CorridorLeg("songjiang", "1", states[0]),  # type: ignore[arg-type]
        CorridorLeg("hefei", "2", states[1]),  # type: ignore[arg-type]
    ]
    assert set(classes(corridor_svg(LINE, legs))) - {"c-rail", "c-name", "c-leg", "c-quiet"} == (
        expected
    )


def test_corridor_when_leg_is_elsewhere_then_it_is_left_out() -> None:
    assert corridor_svg(LINE, [CorridorLeg("ningbo", "x")]) == corridor_svg(LINE)


def test_levels_when_latitudes_are_known_then_jinhua_lies_lowest_and_hefei_highest() -> None:
    levels = dict(zip(PLACES, levels_of(LINE), strict=True))
    assert (levels["jinhua"], levels["hefei"]) == (2, 0)


def test_levels_when_a_later_city_has_no_latitude_then_it_keeps_the_level_before() -> None:
    levels = levels_of([*LINE, CorridorCity("ningbo", "宁波")])
    assert levels[-1] == levels[-2]
    assert len(levels) == 10


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_corridor_when_line_is_short_then_is_still_a_drawing(variant: Variant, count: int) -> None:
    root = drawing(corridor_svg(LINE[:count], variant=variant))
    assert len(list(root.iter(f"{SVG}circle"))) == count


def test_corridor_when_names_hold_markup_then_they_are_escaped() -> None:
    svg = corridor_svg(
        [CorridorCity("a", "<b>&")], [CorridorLeg("a", "<i>")], title="<t>", description='"<d>'
    )
    assert words(svg) == ["<b>&", "<i>"]
    assert "<b>" not in svg


def test_corridor_when_printed_then_needs_no_style_sheet() -> None:
    svg = corridor_svg(LINE, LEGS, colors="print")
    assert "class=" not in svg
    assert "style=" not in svg
    assert "var(" not in svg
    assert drawing(svg).get("width")


def test_corridor_when_titled_then_is_named_and_described_by_existing_elements() -> None:
    root = drawing(corridor_svg(LINE, LEGS, title="走廊", description="两段"))
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert named[root.get("aria-labelledby")] == "走廊"
    assert named[root.get("aria-describedby")] == "两段"


def test_corridor_when_untitled_then_is_hidden_from_screen_readers() -> None:
    assert drawing(corridor_svg(LINE)).get("aria-hidden") == "true"


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "松江"), ("en", "Songjiang")])
def test_short_name_when_language_changes_then_follows_it(language: str, name: str) -> None:
    with translation.override(language):
        assert short_name(CITIES[0]) == name


def test_words_when_legs_are_lit_then_say_where_each_stands() -> None:
    with translation.override("en"):
        told = in_words(LINE, LEGS).splitlines()
    assert told[0] == "A line of 9 cities from 上海松江 to 合肥."
    assert told[1].endswith("past")
    assert told[2].endswith("now")


def test_tag_when_auto_then_holds_both_widths_under_different_names() -> None:
    page = Template("{% load corridor %}{% corridor cities legs %}").render(
        Context({"cities": CITIES, "legs": [{"city": "hefei", "label": "第一段", "state": "now"}]})
    )
    ids = re.findall(r' id="([^"]+)"', page)
    assert page.count("<svg") == 2
    assert len(ids) == len(set(ids)) == 4


def placed(svg: str, name: str) -> tuple[float, float, str]:
    """Where the words stand: x, y and what x means."""
    for text in drawing(svg).iter(f"{SVG}text"):
        if text.text == name:
            return float(text.get("x", -1)), float(text.get("y", -1)), text.get("text-anchor", "")
    raise AssertionError(name)


def test_corridor_when_days_at_an_end_are_long_then_they_begin_or_end_at_the_edge() -> None:
    legs = [
        CorridorLeg("songjiang", "Leg 1", detail="30 November–2 December"),
        CorridorLeg("hefei", "Leg 2", detail="30 December–2 January"),
    ]
    svg = corridor_svg(LINE, legs)
    width = float(drawing(svg).get("viewBox", "").split()[2])
    assert placed(svg, "30 November–2 December")[::2] == (0, "start")
    assert placed(svg, "30 December–2 January")[::2] == (width, "end")
    assert placed(svg, "Leg 1")[2] == "middle"


@pytest.mark.parametrize("variant", ["wide", "compact"])
def test_corridor_when_days_of_neighbors_would_meet_then_the_later_stand_lower(
    variant: Variant,
) -> None:
    first, second = "30 November–2 December", "3 December–6 December"
    near = [CorridorLeg("huzhou", "1", detail=first), CorridorLeg("xuancheng", "2", detail=second)]
    far = [CorridorLeg("songjiang", "1", detail="1"), CorridorLeg("hefei", "2", detail="2")]
    near_svg, far_svg = (corridor_svg(LINE, legs, variant=variant) for legs in (near, far))
    assert placed(near_svg, second)[1] > placed(near_svg, first)[1] + 14
    heights = [float(drawing(svg).get("viewBox", "").split()[3]) for svg in (near_svg, far_svg)]
    assert heights[0] > heights[1]


def test_corridor_when_a_city_has_two_legs_then_their_days_stand_line_by_line() -> None:
    legs = [
        CorridorLeg("hefei", "1", detail="6月8日–10日"),
        CorridorLeg("songjiang", "2", detail="6月11日–13日"),
        CorridorLeg("hefei", "3", detail="6月14日–15日"),
    ]
    svg = corridor_svg(LINE, legs)
    assert placed(svg, "6月14日–15日")[1] > placed(svg, "6月8日–10日")[1]
    assert placed(svg, "1 · 3")[1] < placed(svg, "6月8日–10日")[1]
