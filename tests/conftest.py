"""Fixtures for every test: a database that bears being flushed, a stopped clock, a clean cache,
and a real browser that tells on the pages it opens. Test data comes from `tests.factories`, not
from here.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils import translation
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from g60portal.common import clock
from g60portal.common.row_walls import run_as_system

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
REFUSED_ON_PURPOSE = ("status of 403", "status of 404", "status of 409", "status of 422")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


# A busy machine draws slowly; that says nothing about the portal. CI repeats itself, so that it
# fails for a change alone; every run elsewhere looks for something new.
settings.register_profile(
    "portal",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("portal")


def chromium_path() -> str:
    """CHROMIUM from the environment, else a Chromium on the PATH, else nothing."""
    named = os.environ.get("CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")


def pytest_configure(config: pytest.Config) -> None:
    # Playwright runs an event loop in the test's thread; Django would refuse queries there,
    # although every query of a browser test is made outside of the loop's callbacks.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # Tests of actions and queries are the portal's own work; requests are their user's.
    run_as_system()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium_path():
        return
    reason = pytest.mark.skip(reason="no Chromium on this machine")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("NOTICE")
        terminalreporter.write_line(
            f"{len(skipped)} browser tests did not run: there is no Chromium on this machine. "
            "Install one (apt install chromium) or name it in CHROMIUM."
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The migrated database, made ready for tests that commit: those end with a flush of every
    table, which the audit's trigger would refuse and which takes the seeded rows along.
    """
    from g60portal.audit.models import AuditEvent

    [no_truncate] = [t for t in AuditEvent._meta.triggers if t.name == "audit_no_truncate"]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE audit_auditevent DISABLE TRIGGER {no_truncate.get_pgid(AuditEvent)}"
        )
        seed_when_empty()
    post_migrate.connect(seed_when_empty)


def seed_when_empty(**signal: Any) -> None:
    """The cities and themes of the migration, again. Django tells of a flush by `post_migrate`."""
    from django.apps import apps

    from cohorts.models import City

    if not City.objects.exists():
        import_module("cohorts.migrations.0002_nine_cities_and_themes").seed(apps, None)


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """Nothing cached or counted by one test reaches the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """A page asked for in English leaves its thread in English; each test begins in Chinese."""
    translation.deactivate()


@pytest.fixture
def frozen_clock() -> Iterator[Callable[[dt.datetime], dt.datetime]]:
    """Call with an aware instant to stop the portal's clock there, again to move it."""
    running: list[object] = []

    def stop_at(instant: dt.datetime) -> dt.datetime:
        resume()
        manager = clock.frozen(instant)
        running.append(manager)
        return manager.__enter__()

    def resume() -> None:
        while running:
            running.pop().__exit__(None, None, None)  # type: ignore[attr-defined]

    yield stop_at
    resume()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser's program; the test is skipped without one."""
    path = chromium_path()
    if not path:
        pytest.skip("no Chromium on this machine")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the whole test process."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield running
        running.close()


@dataclass
class Watch:
    """What a page did wrong: policy violations, script errors, console errors, foreign requests."""

    complaints: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in REFUSED_ON_PURPOSE):
            self.complaints.append(f"console: {message.text}")

    def on_error(self, error: object) -> None:
        self.complaints.append(f"script: {error}")

    def follow(self, context: BrowserContext, *, home: str) -> None:
        """Listen to all pages of a context; `home` is the only host they may talk to."""
        context.on("console", self.on_console)
        context.on("weberror", lambda problem: self.on_error(problem.error))
        context.on(
            "request",
            lambda request: (
                request.url.startswith((home, "data:", "blob:"))
                or self.complaints.append(f"foreign request: {request.url}")
            ),
        )


@pytest.fixture
def open_context(browser: Browser, live_server: object) -> Iterator[Callable[..., BrowserContext]]:
    """Makes watched browser contexts; the test fails when one of their pages misbehaved."""
    watch = Watch()
    made: list[BrowserContext] = []
    home = str(live_server)

    def make(**options: object) -> BrowserContext:
        chosen = {"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options
        context = browser.new_context(base_url=home, **chosen)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        watch.follow(context, home=home)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert watch.complaints == []


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A watched page on a desktop, in Chinese."""
    return open_context().new_page()


@pytest.fixture
def phone_page(open_context: Callable[..., BrowserContext]) -> Page:
    """A watched page on a phone, in Chinese."""
    return open_context(viewport=PHONE, is_mobile=True, has_touch=True).new_page()
