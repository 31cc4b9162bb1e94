"""Order by strokes and by pinyin, with keys that compare byte by byte."""

import pytest

from participants.rules.name_order import (
    pinyin_key,
    stroke_classes,
    stroke_count,
    stroke_key,
    unknown_characters,
)
from participants.rules.names import latin_name


def by_strokes(names, variant="surname"):
    return sorted(names, key=lambda name: stroke_key(name, variant).encode())


def by_pinyin(names):
    return sorted(names, key=lambda name: pinyin_key(name, latin_name(name)).encode())


@pytest.mark.parametrize(
    ("character", "classes"),
    [
        ("达", "134454"),
        ("丁", "12"),
        ("王", "1121"),
        ("文", "4134"),
        ("古", "12251"),
        ("叶", "25112"),
    ],
)
def test_strokes_of_a_character_are_those_of_the_standard(character, classes):
    assert stroke_classes(character) == classes
    assert stroke_count(character) == len(classes)


@pytest.mark.parametrize(
    ("character", "count"), [("陈", 7), ("䶮", 9), ("𬭎", 12), ("龘", 48), ("〇", 1)]
)
def test_count_of_rare_characters_is_known(character, count):
    assert stroke_count(character) == count


@pytest.mark.parametrize(
    "ordered",
    [
        ["丁一", "王一", "文一"],
        ["林一", "欧一"],
        ["古一", "叶一"],
        ["欧阳娜", "洪一"],
        ["王明", "王小明"],
        ["陈明", "林明"],
        ["王明", "阿卜杜拉·买买提", "龘一", "Anna Li", "Zoe Wu"],
    ],
)
def test_names_when_ordered_by_strokes_then_as_the_lists_print_them(ordered):
    assert by_strokes(reversed(ordered)) == ordered


def test_one_character_given_name_when_the_blank_counts_then_it_comes_first():
    assert by_strokes(["田大利", "田富"]) == ["田富", "田大利"]


def test_one_character_given_name_when_no_blank_counts_then_the_second_character_decides():
    assert by_strokes(["田富", "田大利"], "full") == ["田大利", "田富"]


def test_character_nobody_counted_then_last_and_reported():
    unknown = "\U000323b0"

    assert unknown_characters(f"王{unknown}") == []
    assert unknown_characters("王\U000323af") == ["\U000323af"]
    assert by_strokes(["\U000323af明", "Zoe Wu", "龘明"]) == ["龘明", "Zoe Wu", "\U000323af明"]


def test_character_with_known_count_but_unknown_order_then_last_among_equals_and_reported():
    assert stroke_count("夬") == 4
    assert unknown_characters("夬明") == ["夬"]
    assert by_strokes(["夬明", "尹明", "田明"]) == ["尹明", "夬明", "田明"]


def test_keys_of_namesakes_are_equal_and_of_lookalikes_differ():
    assert stroke_key("王明") == stroke_key("王明")
    assert stroke_key("土明") != stroke_key("士明")


def test_names_when_ordered_by_pinyin_then_word_by_word_with_surname_readings():
    ordered = ["曹一", "李安", "连一", "陆一", "吕一", "欧阳娜", "仇一", "单一", "尉迟恭"]

    assert by_pinyin(reversed(ordered)) == ordered


def test_same_pinyin_then_strokes_decide():
    assert by_pinyin(["章一", "张一"]) == ["张一", "章一"]
