"""Sealed values: bound to their row, openable after rotation, findable by index."""

import base64

import pytest

from g60portal.common.sealing import KeysUnusable, SealBroken, Sealer, parse_keys


def key(letter):
    return base64.b64encode(letter.encode() * 32).decode()


OLD = f"1:{key('a')}"
ROTATED = f"2:{key('b')}, {OLD}"


def test_value_when_sealed_then_unreadable_and_opened_only_for_its_row():
    sealer = Sealer.from_text(OLD)
    sealed = sealer.seal("310199198002290014", "identity:7")

    assert b"310199" not in sealed.ciphertext
    assert (
        sealer.unseal(sealed.ciphertext, sealed.key_version, "identity:7") == "310199198002290014"
    )
    with pytest.raises(SealBroken):
        sealer.unseal(sealed.ciphertext, sealed.key_version, "identity:8")


def test_value_when_read_back_as_memoryview_then_opened():
    sealer = Sealer.from_text(OLD)
    sealed = sealer.seal("E1234567", "identity:7")

    assert sealer.unseal(memoryview(sealed.ciphertext), 1, "identity:7") == "E1234567"


def test_same_value_when_sealed_twice_then_looks_different():
    sealer = Sealer.from_text(OLD)

    assert sealer.seal("x", "r").ciphertext != sealer.seal("x", "r").ciphertext


@pytest.mark.parametrize("position", [0, 13, -1])
def test_value_when_one_bit_changed_then_broken(position):
    sealer = Sealer.from_text(OLD)
    data = bytearray(sealer.seal("x" * 18, "r").ciphertext)
    data[position] ^= 1

    with pytest.raises(SealBroken):
        sealer.unseal(bytes(data), 1, "r")


def test_value_when_claimed_for_another_key_version_then_broken():
    both_same = Sealer({1: b"a" * 32, 2: b"a" * 32})
    sealed = both_same.seal("x", "r")

    with pytest.raises(SealBroken):
        both_same.unseal(sealed.ciphertext, 1, "r")


def test_keys_when_rotated_then_old_values_open_and_new_ones_use_the_newest():
    before, after = Sealer.from_text(OLD), Sealer.from_text(ROTATED)
    sealed = before.seal("x", "r")

    assert after.unseal(sealed.ciphertext, sealed.key_version, "r") == "x"
    assert after.seal("x", "r").key_version == 2


def test_key_when_gone_then_the_message_names_its_version():
    sealed = Sealer.from_text(ROTATED).seal("x", "r")

    with pytest.raises(SealBroken, match="2"):
        Sealer.from_text(OLD).unseal(sealed.ciphertext, sealed.key_version, "r")


def test_blind_index_when_encryption_keys_rotate_then_unchanged():
    assert Sealer.from_text(OLD).blind_index("x", "paper") == Sealer.from_text(ROTATED).blind_index(
        "x", "paper"
    )


def test_blind_index_when_an_index_key_is_given_then_the_first_encryption_key_may_go():
    with_index = f"0:{key('i')},{ROTATED}"
    without_first = f"0:{key('i')},2:{key('b')}"

    assert Sealer.from_text(with_index).blind_index("x", "paper") == Sealer.from_text(
        without_first
    ).blind_index("x", "paper")


def test_blind_index_then_depends_on_value_kind_and_key():
    sealer = Sealer.from_text(OLD)
    indexes = {
        sealer.blind_index("x", "paper"),
        sealer.blind_index("y", "paper"),
        sealer.blind_index("x", "phone"),
        Sealer.from_text(f"1:{key('z')}").blind_index("x", "paper"),
    }

    assert len(indexes) == 4
    assert {len(index) for index in indexes} == {32}


@pytest.mark.parametrize(
    "text",
    ["", "1", f"x:{key('a')}", "1:short", f"1:{key('a')},1:{key('b')}", "1:????", f"0:{key('a')}"],
)
def test_keys_when_unusable_then_refused_without_showing_them(text):
    with pytest.raises(KeysUnusable) as caught:
        parse_keys(text)
    assert key("a") not in str(caught.value)
