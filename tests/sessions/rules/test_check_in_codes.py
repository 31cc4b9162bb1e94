"""Check-in codes: short, typable, signed; a slip is found, a guess does not help."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.rules.check_in_codes import (
    ALPHABET,
    check_in_code,
    is_code_of,
    read_check_in_code,
)

SECRET = "a secret of some length"
ids = st.integers(min_value=1, max_value=2**40)


def code_of(enrollment_id: int = 4711, cohort_id: int = 3, version: int = 1) -> str:
    return check_in_code(
        cohort_id=cohort_id, enrollment_id=enrollment_id, version=version, secret=SECRET
    )


def counts(text: str, enrollment_id: int = 4711, cohort_id: int = 3, version: int = 1) -> bool:
    read = read_check_in_code(text)
    return read is not None and is_code_of(
        read, cohort_id=cohort_id, enrollment_id=enrollment_id, version=version, secret=SECRET
    )


def test_code_when_made_then_it_is_short_and_easy_to_type():
    code = code_of()
    assert re.fullmatch(rf"[{ALPHABET}]{{1,4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{5}}", code)
    assert not set(code) & set("ILOU")


@given(enrollment_id=ids, cohort_id=ids, version=st.integers(1, 99))
def test_code_when_read_back_then_it_names_the_enrollment(enrollment_id, cohort_id, version):
    code = code_of(enrollment_id, cohort_id, version)
    read = read_check_in_code(code)
    assert read
    assert read.enrollment_id == enrollment_id
    assert counts(code, enrollment_id, cohort_id, version)


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')}\r\n",
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: "".join(chr(ord(mark) + 0xFEE0) for mark in code),
        lambda code: f"https://portal.example.org/c/{code}/",
    ],
    ids=["small", "run together", "blanks", "look-alikes", "full width", "address"],
)
def test_code_when_typed_in_another_way_then_it_is_the_same(typed):
    for enrollment_id in (1, 32, 4711, 99_999):
        assert counts(typed(code_of(enrollment_id)), enrollment_id)


def test_code_when_seat_cohort_or_version_differs_then_it_does_not_count():
    code = code_of()
    assert counts(code)
    assert not counts(code, enrollment_id=4712)
    assert not counts(code, cohort_id=4)
    assert not counts(code, version=2)
    assert not is_code_of(
        read_check_in_code(code), cohort_id=3, enrollment_id=4711, version=1, secret="another"
    )


@given(st.data())
def test_code_when_one_character_is_wrong_then_it_never_counts(data):
    plain = code_of().replace("-", "")
    place = data.draw(st.integers(0, len(plain) - 1))
    other = data.draw(st.sampled_from([mark for mark in ALPHABET if mark != plain[place]]))
    assert not counts(plain[:place] + other + plain[place + 1 :])


@given(st.integers(0, 11), ids)
def test_code_when_neighbors_change_places_then_it_is_taken_for_a_slip(place, enrollment_id):
    plain = code_of(enrollment_id).replace("-", "")
    place %= len(plain) - 1
    pair = plain[place : place + 2]
    swapped = plain[:place] + pair[::-1] + plain[place + 2 :]
    if len(set(pair)) == 2 and set(pair) != {"0", "Z"}:
        assert read_check_in_code(swapped) is None


@pytest.mark.parametrize(
    "text", ["", "-", "7", "张三", "2F-8KQX", "A" * 500, "\x00" * 12, "U" * 12]
)
def test_text_when_it_is_no_code_then_nothing_is_read(text):
    assert read_check_in_code(text) is None


def test_codes_when_seats_follow_each_other_then_signatures_tell_nothing():
    signatures = {code_of(number).split("-", 1)[1][:8] for number in range(1, 400)}
    assert len(signatures) == 399


@given(st.text(alphabet=string.printable, max_size=40))
def test_text_when_anything_is_typed_then_reading_never_fails(text):
    read_check_in_code(text)
