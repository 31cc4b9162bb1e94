"""Pictures of the running demo portal for README: `make screenshots`, with `make run` elsewhere.

Reads the address from PORTAL and the demo's logins from `var/`; writes small PNG files beside
itself, one for each page, language and width. Everything shown is sample data.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
PORTAL = os.environ.get("PORTAL", "http://127.0.0.1:8000").rstrip("/")
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LANGUAGES = {"zh": ("zh-CN", "zh-hans"), "en": ("en-US", "en")}
HEIGHTS = {1440: 900, 390: 844}
BOTH, PHONE, DESKTOP = (1440, 390), (390,), (1440,)
COLORS = 128
FINISHED, RUNNING = "G60-2026-01", "G60-2026-02"
COLUMNS = ("name", "city", "organization", "title", "phone")


@dataclass(frozen=True)
class Shot:
    """One page: `name` of its files, where it is, who looks (nobody: a visitor), how wide."""

    name: str
    path: str
    role: str = ""
    widths: tuple[int, ...] = BOTH


SHOTS = [
    Shot("home", "/"),
    Shot("console", "/console/", "lead"),
    Shot("cohort", f"/console/cohorts/{RUNNING}/", "lead"),
    Shot("people", f"/console/cohorts/{RUNNING}/people/", "lead"),
    Shot("import", f"/console/cohorts/{RUNNING}/people/import/", "lead", DESKTOP),
    Shot("timetable", f"/console/cohorts/{RUNNING}/timetable/", "lead"),
    Shot("releases", f"/console/cohorts/{RUNNING}/releases/", "lead"),
    Shot("notices", f"/console/cohorts/{RUNNING}/notices/", "lead"),
    Shot("checkin", f"/console/cohorts/{RUNNING}/checkin/", "desk"),
    Shot("certificates", f"/console/cohorts/{FINISHED}/certificates/", "lead"),
    Shot("itinerary", "/my/itinerary/", "participant", PHONE),
    Shot("verify", "/verify/{code}/"),
]


def main() -> None:
    """Every page of the table, or only those named on the command line."""
    wanted = set(sys.argv[1:])
    shots = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        for language in LANGUAGES:
            for role in sorted({shot.role for shot in shots}):
                with_role = [shot for shot in shots if shot.role == role]
                for path in take_as(browser, role, language, with_role):
                    sys.stdout.write(
                        f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB\n"
                    )
        browser.close()


def take_as(browser: Browser, role: str, language: str, shots: list[Shot]) -> Iterator[Path]:
    """The pages of one role in one language; it signs in once."""
    locale, cookie = LANGUAGES[language]
    context = browser.new_context(
        base_url=PORTAL,
        locale=locale,
        timezone_id="Asia/Shanghai",
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "django_language", "value": cookie, "url": PORTAL}])
    page = context.new_page()
    if role:
        sign_in(page, role)
    for shot in shots:
        for width in shot.widths:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            go_to(page, shot, browser)
            yield keep(page.screenshot(), f"{shot.name}-{language}-{width}")
    context.close()


def sign_in(page: Page, role: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email_of(role))
    page.fill("input[name=password]", password())
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    if "/accounts/login/" in page.url:
        raise SystemExit(f"{email_of(role)} could not sign in at {PORTAL}; see `make run`.")


def go_to(page: Page, shot: Shot, browser: Browser) -> None:
    """Open the page and wait until nothing moves any more."""
    path = shot.path
    if "{code}" in path:
        [certificate] = asked(browser, f"cohorts/{FINISHED}/certificates/?limit=1")
        path = path.format(code=certificate["verify_code"])
    response = page.goto(path)
    if response is None or not response.ok:
        raise SystemExit(f"{path} answers {response.status if response else 'nothing'}.")
    if shot.name == "import":
        upload(page, roster(asked(browser, f"cohorts/{RUNNING}/roster/?limit=6")))
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")


def upload(page: Page, file: FilePayload) -> None:
    """The preview is what is worth a picture; nothing is applied."""
    page.set_input_files("main input[type=file]", files=[file])
    with page.expect_navigation():
        page.locator("main form[enctype] button[type=submit]").first.click()


def roster(people: list[dict[str, str]]) -> FilePayload:
    """Six of the class once more: one was promoted, one telephone number lost a digit."""
    people[2]["title"] += "、首席专家"
    people[4]["phone"] = people[4]["phone"][:-1]
    lines = [",".join(person[column] for column in COLUMNS) for person in people]
    text = "\n".join(["姓名,城市,单位,职务,手机", *lines])
    return {"name": "roster.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}


def asked(browser: Browser, path: str) -> list[dict[str, str]]:
    """The results of a list of the API, asked for as the cohort's organizer."""
    context = browser.new_context(base_url=PORTAL)
    sign_in(context.new_page(), "lead")
    answer = context.request.get(f"/api/v1/{path}").json()
    context.close()
    return list(answer["results"])


def keep(picture: bytes, name: str) -> Path:
    """A palette is enough for flat surfaces and a quarter of the size."""
    path = FOLDER / f"{name}.png"
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def email_of(role: str) -> str:
    accounts = json.loads((VAR / "demo-logins.json").read_text())["accounts"]
    [email] = [found["email"] for found in accounts if found["email"].startswith(f"{role}@")]
    return str(email)


def password() -> str:
    return os.environ.get("DEMO_PASSWORD") or (VAR / "demo-password").read_text().strip()


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise SystemExit("No Chromium on this machine: install one or name it in CHROMIUM.")
    return found


if __name__ == "__main__":
    main()
