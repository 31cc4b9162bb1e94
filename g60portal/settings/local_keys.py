"""Keys for a machine without any: from the environment, else made once and kept in a 0600 file.

Development and tests only; production demands its secrets from the environment.
"""

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

_MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": lambda: "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    "CERTIFICATE_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def load(path: Path) -> dict[str, str]:
    """Every key by name. Two processes that start at once agree on one file."""
    kept = _read(path)
    if set(kept) != set(_MAKERS):
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {name: kept.get(name) or make() for name, make in _MAKERS.items()}
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        if kept:
            draft.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        kept = _read(path)
    return {name: os.environ.get(name) or kept[name] for name in _MAKERS}


def _read(path: Path) -> dict[str, str]:
    return json.loads(path.read_text()) if path.exists() else {}
