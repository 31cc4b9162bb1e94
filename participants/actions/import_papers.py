"""What an import keeps for a day, sealed and bound to its row: the file, the picture of the plan,
and the journal of what was written. All of it carries personal data; opened by
`queries.import_papers`.
"""

import base64
import datetime as dt
import json
import zlib
from typing import Any

from django.db.models import Q

from g60portal.common import clock
from g60portal.common.keyring import portal_sealer
from participants.models import RosterImport
from participants.queries.import_papers import import_seal_name

# An upload that nobody applies is forgotten after this, and an import cannot be undone any more.
KEPT_FOR = dt.timedelta(days=1)


def sealed_file(row: RosterImport, data: bytes) -> bytes:
    return _sealed(data, import_seal_name(row))


def sealed_values(row: RosterImport, kind: str, values: Any) -> bytes:
    """Plain values (`picture`, `journal`), packed."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
    return _sealed(zlib.compress(text.encode(), 1), import_seal_name(row, kind))


def forget_old() -> None:
    """Let go of what is older than a day. The rows stay: they tell who imported what."""
    before = clock.now() - KEPT_FOR
    RosterImport.objects.filter(created_at__lt=before).filter(
        Q(sealed__isnull=False) | Q(picture__isnull=False)
    ).update(sealed=None, picture=None)
    RosterImport.objects.filter(applied_at__lt=before, journal__isnull=False).update(journal=None)


def _sealed(data: bytes, name: str) -> bytes:
    sealed = portal_sealer().seal(base64.b64encode(data).decode(), name)
    return b"%d:" % sealed.key_version + sealed.ciphertext
