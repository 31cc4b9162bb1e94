"""Sealed values: personal numbers encrypted for one row, and blind indexes to find them again.

AES-256-GCM with the row's identity as associated data, so a value copied to another row does not
open. Keys carry versions; the newest seals, all open. Knows no settings and no tables.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
# The key of the blind index is derived from this version, else from the oldest one kept, as long as
# no index key of its own (`i1:…`) is given.
INDEX_VERSION = 0
INDEX_MARK = "i"


class KeysUnusable(ValueError):
    """FIELD_KEYS cannot be read; the text says what is wrong without showing a key."""


class SealBroken(ValueError):
    """The value was changed, belongs to another row, or its key is gone."""


@dataclass(frozen=True)
class Sealed:
    """A sealed value and the version of the key that opens it."""

    ciphertext: bytes
    key_version: int


def parse_keys(text: str) -> dict[int, bytes]:
    """Keys by version from `1:base64,2:base64`; those of the index are left to the next function.

    Version 0 never seals: it only feeds the blind index. Without it the oldest key does, and that
    key must then stay in the list, as version 0, when encryption keys are rotated.
    """
    keys = _keys_of(entry for entry in _entries(text) if not entry.startswith(INDEX_MARK))
    if not any(version > INDEX_VERSION for version in keys):
        raise KeysUnusable("At least one key of version 1 or higher is needed.")
    return keys


def parse_index_keys(text: str) -> dict[int, bytes]:
    """Keys of the blind index by version from `i1:base64`; the newest one is in force."""
    marked = [entry for entry in _entries(text) if entry.startswith(INDEX_MARK)]
    keys = _keys_of(entry.removeprefix(INDEX_MARK) for entry in marked)
    if INDEX_VERSION in keys:
        raise KeysUnusable("Index keys have versions of 1 or higher.")
    return keys


class Sealer:
    """Seals, opens and indexes with one set of keys."""

    def __init__(
        self, keys: Mapping[int, bytes], index_keys: Mapping[int, bytes] | None = None
    ) -> None:
        self._ciphers = {
            version: AESGCM(key) for version, key in keys.items() if version != INDEX_VERSION
        }
        self.newest = max(self._ciphers)
        index_roots = {INDEX_VERSION: keys[min(keys)], **(index_keys or {})}
        self.index_version = max(index_roots)
        self._index_root = index_roots[self.index_version]
        self._index_keys: dict[str, bytes] = {}

    @classmethod
    def from_text(cls, text: str) -> "Sealer":
        """A sealer with the keys of a FIELD_KEYS text."""
        return cls(parse_keys(text), parse_index_keys(text))

    def seal(self, value: str, row: str) -> Sealed:
        """Encrypt for the row of that name ("identity:42"); equal values never look equal."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(
            nonce, value.encode(), _bound_to(row, self.newest)
        )
        return Sealed(nonce + sealed, self.newest)

    def unseal(self, ciphertext: bytes | memoryview, key_version: int, row: str) -> str:
        """The value again; SealBroken when it was not sealed for this row with a key we hold."""
        cipher = self._ciphers.get(key_version)
        if cipher is None:
            raise SealBroken(f"Key version {key_version} is not in FIELD_KEYS.")
        data = bytes(ciphertext)
        try:
            return cipher.decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], _bound_to(row, key_version)
            ).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(
                "The sealed value does not belong to this row or was changed."
            ) from None

    def blind_index(self, value: str, kind: str) -> bytes:
        """32 bytes that are equal for equal values of a kind, and tell nothing without the key."""
        if kind not in self._index_keys:
            self._index_keys[kind] = _derived(self._index_root, f"g60/blind-index/{kind}")
        return hmac.new(self._index_keys[kind], value.encode(), hashlib.sha256).digest()


def _bound_to(row: str, key_version: int) -> bytes:
    return f"{key_version}|{row}".encode()


def _derived(root: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(root)


def _entries(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _keys_of(entries: Iterable[str]) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for entry in entries:
        version, colon, encoded = entry.partition(":")
        if not colon or not version.isdigit():
            raise KeysUnusable("Each key reads version:base64, separated by commas.")
        keys[_new_version(int(version), keys)] = _decoded_key(encoded, version)
    return keys


def _new_version(version: int, keys: Mapping[int, bytes]) -> int:
    if version in keys:
        raise KeysUnusable(f"Key version {version} is given twice.")
    return version


def _decoded_key(encoded: str, version: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise KeysUnusable(f"Key version {version} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise KeysUnusable(f"Key version {version} must have {KEY_BYTES} bytes.")
    return key
