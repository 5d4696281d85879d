"""The left navigation: areas of the business, settings at the foot, by mouse, keyboard and on a narrow screen."""

from playwright.sync_api import Page, expect

from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW


def groups(page: Page) -> dict[str, list[str]]:
    """The items of each area by its name; an area without a name is ""."""
    found = {}
    for area in page.locator("#navigation ul.nav-area").all():
        named = area.get_attribute("aria-labelledby")
        name = page.locator(f"#{named}").inner_text() if named else area.locator("span").first.inner_text()
        found[name] = area.locator("a").all_inner_texts()
    return {name: [text.strip() for text in texts] for name, texts in found.items()}


def test_administrators_find_areas_and_the_settings_at_the_foot(open_page):
    page = open_page(make_user("Ada", admin=True), "/deals/")
    assert groups(page) == {
        "Today": ["Today", "Data quality"],
        "Sales": ["Deals", "Pipeline value"],
        "Contacts": ["Companies", "People"],
        "Communication": ["Calendar", "Activities", "Tasks"],
        "Files": ["Documents", "Company files"],
        "Settings": ["Settings"],
    }
    expect(page.locator("#navigation [aria-current=page]")).to_have_text("Deals")
    places = [page.locator("#navigation a", has_text=text).bounding_box() for text in ("Company files", "Settings")]
    assert places[1]["y"] > places[0]["y"] + 100  # at the foot, not below the last area
    page.locator("#navigation a", has_text="Pipeline value").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Companies"


def test_sellers_see_no_settings(open_page):
    page = open_page(make_user("Ben", scope=Scope.OWN), "/")
    assert list(groups(page)) == ["Today", "Sales", "Contacts", "Communication", "Files"]


def test_the_settings_are_reached_on_a_narrow_screen(open_page):
    page = open_page(make_user("Ada", admin=True), "/deals/")
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="Open navigation").click()
    page.locator("#navigation a", has_text="Settings").click()
    page.wait_for_url("**/settings/users/")
    page.get_by_role("button", name="Open navigation").click()
    expect(page.locator("#navigation [aria-current=page]")).to_have_text("Settings")
