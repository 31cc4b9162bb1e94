"""`python -m benchmarks [ONLY=name]`: one JSON line per benchmark on standard output.

Sets up a database that is dropped afterwards, and a Redis database of its own number.
"""

import importlib
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.own_servers import own_database, own_redis_url

NAMES = (
    "itinerary_page",
    "roster_csv",
    "import_roster",
    "roster_jsonl",
    "roster_xlsx",
    "roster_page",
    "release_notices",
    "deliver_notices",
    "certificates",
    "clash_query",
    "repairs",
    "move_session",
)


def main(arguments: list[str]) -> int:
    chosen = [word.partition("=")[2] for word in arguments if word.startswith("ONLY=")]
    unknown = set(chosen) - set(NAMES)
    if unknown:
        print(f"No benchmark is called {', '.join(sorted(unknown))}.", file=sys.stderr)
        print(f"There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    with own_database() as database_url, tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = database_url
        os.environ["REDIS_URL"] = own_redis_url()
        _set_up(Path(folder))
        for name in chosen or NAMES:
            _run(name)
        _leave()
    return 0


def _set_up(folder: Path) -> None:
    """Settings, tables, static files: as for a start of the portal, below a folder of our own."""
    os.environ["VAR_DIR"] = str(folder)
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "g60portal.settings.dev")
    os.environ.pop("DEBUG", None)
    import django  # after the environment is complete
    from django.core.management import call_command

    from g60portal.common.row_walls import run_as_system

    run_as_system()
    django.setup()
    call_command("prepare", no_demo=True, stdout=sys.stderr)


def _run(name: str) -> None:
    for line in importlib.import_module(f"benchmarks.{name}").lines():
        print(line.as_json(), flush=True)


def _leave() -> None:
    """Nothing of ours may hold the database when it is dropped."""
    from django.core.cache import cache
    from django.db import connections

    cache.clear()
    connections.close_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
