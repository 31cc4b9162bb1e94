"""The file of deletions outside the database: after a restore it says what had been deleted since
the backup. Kinds of rows, ids and times; nothing personal.

Each line is written through to the disk before its transaction commits: a line too many does no
harm, one too few would bring deleted data back for good.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Deletion:
    """`uid` is that of the entry in the purge log."""

    uid: str
    at: dt.datetime
    holding: str
    ids: Sequence[int]


def deletion_path() -> Path:
    return Path(settings.VAR_DIR) / "privacy" / "deletions.jsonl"


def note_deletion(deletion: Deletion) -> None:
    """Append one line and wait for the disk."""
    path = deletion_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps(
        {
            "uid": deletion.uid,
            "at": deletion.at.isoformat(),
            "rows": deletion.holding,
            "ids": list(deletion.ids),
        }
    )
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


def noted_deletions(path: Path | None = None) -> Iterator[Deletion]:
    """All lines, oldest first. A last line cut short by a crash belongs to no commit."""
    found = path or deletion_path()
    if not found.exists():
        return
    for line in found.read_text().splitlines():
        try:
            facts = json.loads(line)
        except ValueError:
            continue
        yield Deletion(
            uid=facts["uid"],
            at=dt.datetime.fromisoformat(facts["at"]),
            holding=facts["rows"],
            ids=facts["ids"],
        )
