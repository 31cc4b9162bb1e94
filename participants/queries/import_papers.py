"""What an import keeps sealed, opened again: the file, the picture of its plan, its journal."""

import base64
import json
import zlib
from typing import Any

from g60portal.common.keyring import portal_sealer
from participants.models import RosterImport
from participants.refusals import RosterExpired


def import_seal_name(row: RosterImport, kind: str = "") -> str:
    """What the content is bound to."""
    return f"roster_import:{row.pk}:{kind}" if kind else f"roster_import:{row.pk}"


def opened_file(roster_import: RosterImport) -> bytes:
    """The uploaded bytes again, or RosterExpired."""
    return _opened(roster_import.sealed, import_seal_name(roster_import))


def opened_values(row: RosterImport, kind: str) -> Any:
    """The values of `picture` or `journal` again, or RosterExpired."""
    return json.loads(zlib.decompress(_opened(getattr(row, kind), import_seal_name(row, kind))))


def _opened(content: bytes | memoryview | None, name: str) -> bytes:
    if content is None:
        raise RosterExpired
    version, _colon, ciphertext = bytes(content).partition(b":")
    return base64.b64decode(portal_sealer().unseal(ciphertext, int(version), name))
