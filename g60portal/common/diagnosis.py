"""What `manage.py doctor` looks at: one small function a subject, each answering with findings.

Checks of things above this layer are added by their app with `register` in its `ready()`.
Nothing here repairs anything.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import redis
from celery import Celery
from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from fontTools.ttLib import TTCollection, TTFont, TTLibError
from kombu.exceptions import OperationalError

from g60portal.common import clock

OLDEST_POSTGRES = 150000
LARGEST_CLOCK_DIFFERENCE_SECONDS = 5
PING_SECONDS = 1.5
SHORTEST_SECRET = 40
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FONT_SUFFIXES = (".ttf", ".otf", ".ttc")
# Names of real people need these: common, tier 3 of the national standard, beyond the BMP, "·".
NEEDED_CHARACTERS = "松江合肥赵欧阳仇单龘䶮㛃𬭎𫖯·"


class Level(StrEnum):
    """Only `FAIL` makes the doctor's exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    level: Level
    text: str


Check = Callable[[], Iterator[Finding]]
_CHECKS: dict[str, Check] = {}


def register(subject: str, check: Check) -> None:
    """Add a check; a second one of the same name replaces the first."""
    _CHECKS[subject] = check


def findings() -> Iterator[tuple[str, Finding]]:
    """Run every check in the order of registration."""
    for subject, check in _CHECKS.items():
        for finding in check():
            yield subject, finding


def check_database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_encoding'), now()")
            encoding, there = cursor.fetchone()
    except DatabaseError as problem:
        yield Finding(Level.FAIL, f"not reachable: {str(problem).strip()}")
        return
    version = connection.pg_version  # type: ignore[attr-defined]
    enough = version >= OLDEST_POSTGRES
    where = connection.settings_dict["HOST"] or "localhost"
    level = Level.OK if enough else Level.FAIL
    yield Finding(level, f"PostgreSQL {version // 10000}.{version % 10000} at {where}")
    if encoding != "UTF8":
        yield Finding(Level.FAIL, f"its encoding is {encoding}; names need UTF8")
    difference = abs((clock.now() - there).total_seconds())
    if difference > LARGEST_CLOCK_DIFFERENCE_SECONDS:
        yield Finding(Level.WARN, f"its clock differs from ours by {difference:.0f} s")


def check_migrations() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        yield Finding(Level.FAIL, "cannot be read without the database")
        return
    if plan:
        yield Finding(Level.FAIL, f"{len(plan)} pending: python manage.py migrate")
    else:
        yield Finding(Level.OK, "all applied")


def check_redis() -> Iterator[Finding]:
    server = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        server.ping()
    except redis.RedisError as problem:
        yield Finding(Level.FAIL, f"not reachable: {problem}. Pages work, notices are delayed")
        return
    yield Finding(Level.OK, f"Redis {server.info('server')['redis_version']}")
    for name, wanted in (("maxmemory-policy", "noeviction"), ("appendonly", "yes")):
        try:
            found = server.config_get(name).get(name)
        except redis.RedisError:
            continue  # managed services hide CONFIG
        if found != wanted:
            yield Finding(Level.WARN, f"{name} is {found}; set it to {wanted}")


def check_workers() -> Iterator[Finding]:
    asker = Celery(broker=settings.CELERY_BROKER_URL)
    asker.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    try:
        answers = asker.control.ping(timeout=PING_SECONDS)
    except (OSError, OperationalError) as problem:
        yield Finding(Level.WARN, f"cannot be asked: {problem}")
        return
    names = sorted(name for answer in answers for name in answer)
    if names:
        yield Finding(Level.OK, ", ".join(names))
    else:
        yield Finding(Level.WARN, "none answers: notices and certificates wait until one runs")


def check_mail() -> Iterator[Finding]:
    if not os.environ.get("EMAIL_URL"):
        yield Finding(Level.WARN, f"EMAIL_URL is not set: mails become files in {_mail_folder()}")
        return
    server = get_connection()
    try:
        server.open()
        server.close()
    except OSError as problem:
        yield Finding(Level.FAIL, f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}: {problem}")
        return
    yield Finding(Level.OK, f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def check_secrets() -> Iterator[Finding]:
    for name, shortest in (
        ("SECRET_KEY", SHORTEST_SECRET),
        ("FIELD_KEYS", SHORTEST_SECRET),
        ("CERTIFICATE_KEY", SHORTEST_SECRET),
    ):
        value = str(getattr(settings, name, ""))
        source = "environment" if os.environ.get(name) else "kept beside the data"
        if len(value) < shortest:
            yield Finding(Level.FAIL, f"{name} is missing or too short")
        else:
            yield Finding(Level.OK, f"{name} ({source})")


def check_folders() -> Iterator[Finding]:
    media = Path(settings.MEDIA_ROOT)
    nearest = next(folder for folder in (media, *media.parents) if folder.exists())
    if os.access(nearest, os.W_OK):
        yield Finding(Level.OK, f"files go to {media}")
    else:
        yield Finding(Level.FAIL, f"{nearest} is not writable; certificates are kept there")
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        # With DEBUG the development server reads them from their sources.
        level = Level.WARN if settings.DEBUG else Level.FAIL
        yield Finding(level, "static files are not collected: python manage.py prepare")


def check_fonts() -> Iterator[Finding]:
    fonts = list(_font_files())
    if not fonts:
        yield Finding(Level.FAIL, "none with Chinese: run npm ci or set FONT_DIRS; no PDF without")
        return
    missing = set(NEEDED_CHARACTERS)
    for path in fonts:
        missing -= {chr(code) for code in _characters(path) if chr(code) in missing}
        if not missing:
            break
    if missing:
        yield Finding(Level.WARN, f"{len(fonts)} fonts, none has {' '.join(sorted(missing))}")
    else:
        yield Finding(Level.OK, f"{len(fonts)} fonts, the sample of rare characters included")


def check_browser_packages() -> Iterator[Finding]:
    for folder, use in (
        ("jsqr", "the QR reader of the check-in page"),
        ("@expo-google-fonts/noto-serif-sc", "the fonts of certificates"),
    ):
        if (settings.BASE_DIR / "node_modules" / folder).is_dir():
            yield Finding(Level.OK, folder)
        else:
            yield Finding(Level.WARN, f"{folder} is missing ({use}): npm ci --omit=dev")


def check_clock() -> Iterator[Finding]:
    level = Level.OK if clock.SHANGHAI.key == settings.TIME_ZONE else Level.FAIL
    yield Finding(level, f"{clock.now():%Y-%m-%d %H:%M} {settings.TIME_ZONE}")


def _mail_folder() -> str:
    return str(getattr(settings, "EMAIL_FILE_PATH", "") or "memory")


def _font_files() -> Iterator[Path]:
    """Fonts that may hold Chinese: configured folders, npm's, then the system's CJK ones."""
    packages = settings.BASE_DIR / "node_modules" / "@expo-google-fonts"
    for folder in (*settings.FONT_DIRS, packages):
        yield from _fonts_in(folder)
    for folder in SYSTEM_FONTS:
        yield from (path for path in _fonts_in(folder) if "cjk" in path.name.lower())


def _fonts_in(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in FONT_SUFFIXES)


def _characters(path: Path) -> set[int]:
    try:
        if path.suffix.lower() == ".ttc":
            collection = TTCollection(path, lazy=True)
            return {code for font in collection.fonts for code in font.getBestCmap() or ()}
        return set(TTFont(path, lazy=True).getBestCmap() or ())
    except (TTLibError, OSError):
        return set()


for _subject, _check in (
    ("clock", check_clock),
    ("secrets", check_secrets),
    ("database", check_database),
    ("migrations", check_migrations),
    ("redis", check_redis),
    ("workers", check_workers),
    ("mail", check_mail),
    ("folders", check_folders),
    ("fonts", check_fonts),
    ("npm", check_browser_packages),
):
    register(_subject, _check)
