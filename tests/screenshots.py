"""python -m tests.screenshots: pictures of the main pages, 1280 and 390 px wide, light and dark, one in Hungarian.

They go to .jantar/screenshots; the one the README shows goes to docs/images.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from jantar.engine.testing.browser import CHROMIUM, FLAGS, NARROW, WIDE
from tests.running import running

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / ".jantar" / "screenshots"
SAMPLE = Path(__file__).parent / "samples" / "people-windows-1250.csv"


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, size in (("1280", WIDE), ("390", NARROW)):
            for scheme in ("light", "dark"):
                take_all(browser, url, size, scheme, f"{width}-{scheme}")
        take_all(browser, url, WIDE, "light", "1280-hungarian", language="hu")
        browser.close()
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    shutil.copy(OUT / "board-1280-light.png", images / "board.png")
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")  # noqa: T201
    return 0


def take_all(browser: Browser, url: str, size: dict[str, int], scheme: str, suffix: str, language: str = "en") -> None:
    context = browser.new_context(base_url=url, viewport=size, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page)
    speak(page, language)
    for name, open_it in PAGES.items():
        open_it(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT / f"{name}-{suffix}.png")
    speak(page, "en")
    context.close()


def sign_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.locator("input[type=email]").fill("anna@demo.example")
    page.locator("input[type=password]").fill("demo")
    page.keyboard.press("Enter")
    page.locator(".app").wait_for()
    page.wait_for_load_state("networkidle")


def speak(page: Page, language: str) -> None:
    page.goto("/account/")
    page.locator("main select[name=language]").select_option(language)
    page.locator("main form button[type=submit]").first.click()
    page.locator(f"html[lang={language}]").wait_for(state="attached")


def palette(page: Page) -> None:
    page.goto("/people/")
    page.keyboard.press("Control+k")
    page.keyboard.type("novak")
    page.get_by_role("option").filter(has_text="Nov").first.wait_for()


def import_preview(page: Page) -> None:
    page.goto("/people/import/")
    page.set_input_files("input[type=file]", SAMPLE)
    page.wait_for_url("**/import/*/")


def at(path: str) -> Callable[[Page], None]:
    return lambda page: (page.goto(path), None)[1]


PAGES: dict[str, Callable[[Page], None]] = {
    "today": at("/"),
    "list": at("/people/"),
    "board": at("/deals/board/"),
    "record": at("/companies/100/"),
    "deal": at("/deals/5/"),
    "pipeline": at("/deals/pipeline/"),
    "calendar": at("/calendar/"),
    "beside": at("/people/?beside=first"),
    "past": at(f"/deals/?as_of={datetime.now(UTC).date()}"),
    "quality": at("/quality/"),
    "notifications": at("/notifications/"),
    "notification-settings": at("/account/notifications/"),
    "import": import_preview,
    "palette": palette,
}

if __name__ == "__main__":
    sys.exit(main())
