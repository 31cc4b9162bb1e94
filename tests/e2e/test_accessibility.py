"""axe finds nothing: every page that a role sees, on a phone and a desktop, light and dark.

The whole set of rules runs in one theme, the contrast of colors in the other one too. Which pages
a role sees is read from the permission matrix, so a new page is walked without being named here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from tests.architecture.test_permission_matrix import MATRIX, PASSED, address, client_of
from tests.architecture.world import World, build_world
from tests.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
# Answers that are no pages.
FILES = (
    "announcement-mail",
    "calendar-feed",
    "certificate-document",
    "document-bundle-file",
    "document-file",
    "health-alive",
    "health-ready",
    "install-manifest",
    "install-worker",
    "logistics-list",
    "messages-unread",
    "my-certificate-document",
    "my-privacy-copy",
    "nomination-photo",
    "notice-progress",
    "people-export",
    "release-preview-mail",
    "roster-marks",
    "roster-template",
    "scheduled-export-file",
    "slot-calendar",
    "timetable-standing",
)
ENTRANCE = (
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_signup",
)
OWN = ("account_change_password", "account_logout", "account_reauthenticate", "mfa_index")
FORMS = {"phone": (PHONE, "dark"), "desktop": (DESKTOP, "light")}
OTHER_THEME = {"dark": "light", "light": "dark"}
RUN = """only => axe.run(document, only ? {runOnly: [only]} : {}).then(found =>
    found.violations.map(rule =>
        `${rule.id}: ${rule.nodes.map(node => node.html.slice(0, 120)).join(" | ")}`))"""


def addresses(world: World, role: str) -> Iterator[str]:
    """Pages that only this role adds: those open to everybody are walked as anonymous."""
    for row in MATRIX:
        if row.method != "GET" or row.route in FILES or row.expected(role) != PASSED:
            continue
        if row.route.startswith("api-") and row.route != "api-docs":
            continue
        if role == "anonymous" or row.expected("anonymous") != PASSED:
            yield address(row, world.args, world)
    yield from map(reverse, ENTRANCE if role == "anonymous" else OWN)


def findings(page: Page, url: str, theme: str) -> list[str]:
    page.emulate_media(color_scheme=theme)
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, url
    page.evaluate(AXE.read_text() + ";0")
    found = [f"{url} {theme} {line}" for line in page.evaluate(RUN, None)]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{url} wider than the screen")
    page.emulate_media(color_scheme=OTHER_THEME[theme])
    found += [f"{url} {OTHER_THEME[theme]} {line}" for line in page.evaluate(RUN, "color-contrast")]
    return found


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci)")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("role", ["anonymous", "participant", "coordinator", "desk", "lead"])
def test_page_when_walked_by_role_then_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], live_server: object, role: str, form: str
) -> None:
    world = build_world()
    viewport, theme = FORMS[form]
    context = open_context(viewport=viewport)
    if cookie := client_of(world, role).cookies.get("sessionid"):
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    found = [line for url in addresses(world, role) for line in findings(page, url, theme)]
    assert found == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci)")
def test_axe_when_page_is_poor_then_it_speaks(page: Page) -> None:
    page.set_content(
        "<html lang='en'><title>Poor</title><main><h1>Poor</h1><img src='data:,'></main>"
    )
    page.evaluate(AXE.read_text() + ";0")
    assert any(line.startswith("image-alt") for line in page.evaluate(RUN, None))
