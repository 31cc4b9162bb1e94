"""Tokens of private links: who holds the address may act, and the database keeps only a hash.

A token is derived from the portal's secret, the purpose and a nonce of the row, so that a message
composed later can name the address again; without the secret the row tells nothing. A new nonce
makes a new token and the old address dies. What a link allows, and until when, its owner decides.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

# 256 bits of the secret's signature; the nonce alone has 128.
NONCE_BYTES = 16
# Whatever is longer or shorter is no token of ours and is not looked up.
TOKEN_LENGTH = 43


def new_nonce() -> str:
    """What tells this link from every other one; kept in its row."""
    return secrets.token_hex(NONCE_BYTES)


def link_token(purpose: str, nonce: str) -> str:
    """The secret part of an address: the same for the same purpose and nonce."""
    signed = hmac.new(
        settings.SECRET_KEY.encode(), f"g60/link/{purpose}/{nonce}".encode(), hashlib.sha256
    )
    return base64.urlsafe_b64encode(signed.digest()).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What a row keeps of its token, and what a given one is looked up by."""
    return hashlib.sha256(token.encode()).hexdigest()


def looks_like_token(text: str) -> bool:
    return len(text) == TOKEN_LENGTH and text.isascii()
