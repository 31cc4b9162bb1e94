"""Secrets of the second factor, kept sealed: a copy of the database opens no account."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter

from g60portal.common.keyring import portal_sealer
from g60portal.common.sealing import Sealer

_BOUND_TO = "second-factor"


class PortalMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """As text: the version of the key, a colon, the ciphertext."""

    def encrypt(self, text: str) -> str:
        return sealed_secret(portal_sealer(), text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened_secret(portal_sealer(), encrypted_text)


def sealed_secret(sealer: Sealer, text: str) -> str:
    sealed = sealer.seal(text, _BOUND_TO)
    return f"{sealed.key_version}:{base64.b64encode(sealed.ciphertext).decode()}"


def opened_secret(sealer: Sealer, encrypted_text: str) -> str:
    version, _colon, ciphertext = encrypted_text.partition(":")
    return sealer.unseal(base64.b64decode(ciphertext), int(version), _BOUND_TO)
