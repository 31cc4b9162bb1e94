"""Names as people carry them: spelling, Latin form, initials and masks."""

import pytest

from participants.rules import names


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (" 张　三 ", "张三"),
        ("欧 阳 娜", "欧阳娜"),
        ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
        ("John  Smith", "John Smith"),
        ("Jose\u0301 Díaz", "José Díaz"),
        ("王\u200b明\ufeff", "王明"),
        ("王\ue863", "王䶮"),
        ("ＡＢＣ", "ＡＢＣ"),
        ("李 John", "李 John"),
    ],
)
def test_name_when_typed_in_many_ways_then_stored_in_one(raw, stored):
    assert names.normalize_name(raw) == stored
    assert names.normalize_name(stored) == stored


def test_name_when_a_private_code_is_replaced_then_a_warning_names_the_character():
    clean = names.clean_name("王\ue863")

    assert clean.name == "王䶮"
    assert len(clean.warnings) == 1
    assert "䶮" in clean.warnings[0]


def test_name_when_a_private_code_is_unknown_then_it_is_kept_and_warned_about():
    clean = names.clean_name("王\ue000")

    assert clean.name == "王\ue000"
    assert len(clean.warnings) == 1


def test_name_when_clean_then_no_warning():
    assert names.clean_name("王小明").warnings == ()


def test_private_use_table_agrees_with_the_national_encoding():
    codes = [bytes([0xFE, low]) for low in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    decoded = [ord(code.decode("gb18030")) for code in codes]

    assert list(names.PRIVATE_USE) == list(range(0xE815, 0xE815 + len(codes)))
    assert all(
        official in {new, old}
        for (old, new), official in zip(names.PRIVATE_USE.items(), decoded, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        ("王明", "王", "明"),
        ("欧阳娜", "欧阳", "娜"),
        ("欧阳", "欧", "阳"),
        ("尉迟恭", "尉迟", "恭"),
        ("司徒美堂", "司徒", "美堂"),
        ("䶮", "䶮", ""),
        ("阿卜杜拉·买买提", "", "阿卜杜拉·买买提"),
        ("John Smith", "", "John Smith"),
    ],
)
def test_name_when_split_then_compound_surnames_stay_whole(name, surname, given):
    assert names.split_name(name) == (surname, given)


@pytest.mark.parametrize(
    ("name", "latin", "initials"),
    [
        ("欧阳娜", "Ouyang Na", "oyn"),
        ("单晓", "Shan Xiao", "sx"),
        ("仇英", "Qiu Ying", "qy"),
        ("解学士", "Xie Xueshi", "xxs"),
        ("查良镛", "Zha Liangyong", "zly"),
        ("任正", "Ren Zheng", "rz"),
        ("曾国", "Zeng Guo", "zg"),
        ("朴成", "Piao Cheng", "pc"),
        ("盖叫天", "Ge Jiaotian", "gjt"),
        ("乐嘉", "Yue Jia", "yj"),
        ("缪丽", "Miao Li", "ml"),
        ("翟天", "Zhai Tian", "zt"),
        ("区子航", "Ou Zihang", "ozh"),
        ("种师道", "Chong Shidao", "csd"),
        ("黑山", "He Shan", "hs"),
        ("折可", "She Ke", "sk"),
        ("员峰", "Yun Feng", "yf"),
        ("那英", "Na Ying", "ny"),
        ("洗星海", "Xian Xinghai", "xxh"),
        ("尉迟恭", "Yuchi Gong", "ycg"),
        ("万俟卨", "Moqi Xie", "mqx"),
        ("张西安", "Zhang Xi'an", "zxa"),
        ("吕布", "Lü Bu", "lb"),
        ("阿卜杜拉·买买提", "Abudula Maimaiti", "am"),
        ("John Smith", "John Smith", "js"),
        ("欧阳", "Ou Yang", "oy"),
    ],
)
def test_name_when_spelled_in_latin_then_surnames_have_their_own_readings(name, latin, initials):
    assert names.latin_name(name) == latin
    assert names.initials(name) == initials


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("王一二三", "王**三"),
        ("欧阳娜", "欧阳*"),
        ("欧阳娜娜", "欧阳*娜"),
        ("阿卜杜拉·买买提", "阿***·**提"),
        ("John Smith", "J*** S****"),
        ("", ""),
    ],
)
def test_name_when_masked_then_the_given_name_is_hidden(name, masked):
    assert names.mask_name(name) == masked
