"""The data quality page in a real browser: from a number to its list, mended there, and counted again."""

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults

pytestmark = pytest.mark.capability("C128")
WORDS = {
    "en": ("Data quality", "Missing: phone", "Only mine"),
    "hu": ("Adatminőség", "Hiányzik: telefon", "Csak az enyémek"),
}


@pytest.fixture
def boss(transactional_db):
    user = make_user("Boss", admin=True)
    for name in ("Żubr", "Bizon"):
        write.create(registry.get("companies"), {"name": name, "owner": user}, actor=actor_for(user))
    return user


@pytest.mark.parametrize("language", WORDS)
def test_a_number_leads_to_its_records_and_falls_when_one_is_mended(open_page, boss, language):
    title, missing, only_mine = WORDS[language]
    boss.language = language
    boss.save()
    page = open_page(boss, "/")
    page.get_by_role("navigation").get_by_role("link", name=title).click()
    card = page.locator("#quality-companies")
    line = card.get_by_role("listitem").filter(has_text=missing)
    expect(line.locator(".num")).to_have_text("2")
    line.get_by_role("link").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    write.update(
        registry.get("companies"), int(page.locator("tbody tr").first.get_attribute("data-key")),
        {"phone": "+48601234567"}, actor=actor_for(boss),
    )  # fmt: skip
    page.go_back()
    page.get_by_role("link", name=only_mine).click()
    expect(card.get_by_role("listitem").filter(has_text=missing).locator(".num")).to_have_text("1")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": NARROW}])
def test_the_page_has_no_accessibility_faults(open_page, boss, options):
    page = open_page(boss, "/quality/", **options)
    expect(page.locator("#quality-tasks .quality-note")).to_be_visible()
    assert accessibility_faults(page) == []
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1]


def test_today_shows_the_worst_numbers(open_page, boss):
    page = open_page(boss, "/")
    card = page.locator("section.card").filter(has_text="Worth mending")
    expect(card.get_by_role("link", name="Missing: phone companies")).to_be_visible()
    assert accessibility_faults(page) == []
