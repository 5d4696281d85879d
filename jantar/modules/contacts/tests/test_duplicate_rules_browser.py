"""An administrator moves a score, sees what it would propose, and keeps it."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from jantar.engine.duplicates.rules import rules_of
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C2")]
companies = registry.get("companies")
WORDS = {"en": ("1 pair", "0 pairs", "Address", "Save"), "hu": ("1 pár", "0 pár", "Cím", "Mentés")}


@pytest.mark.parametrize("language", ["en", "hu"])
def test_the_preview_follows_the_slider_and_the_boxes(open_page, language):
    cache.clear()
    one, none, address, save = WORDS[language]
    boss = make_user("Boss", admin=True)
    boss.language = language
    boss.save()
    for name in ("Żubr", "Zubr"):
        write.create(companies, {"name": name, "city": "Łódź"}, actor=actor_for(boss))
    page = open_page(boss, "/settings/duplicates/companies/", viewport=NARROW)
    proposed, slider = page.locator("[data-proposed]"), page.locator("#id_proposed_from")
    expect(proposed).to_have_text(one)
    assert accessibility_faults(page) == []
    slider.press("End")
    expect(page.locator("output[for=id_proposed_from]")).to_have_text("100")
    expect(proposed).to_have_text(none)
    slider.press("Home")
    expect(proposed).to_have_text(one)
    for _step in range(8):
        slider.press("ArrowRight")
    expect(page.locator("output[for=id_proposed_from]")).to_have_text("70")
    expect(proposed).to_have_text(one)
    page.get_by_label(address, exact=True).uncheck()
    expect(proposed).to_have_text(none)
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.locator("#id_proposed_from")).to_have_value("70")
    expect(page.get_by_label(address, exact=True)).not_to_be_checked()
    rules = rules_of(companies)
    assert (rules.proposed_from, rules.hinted_from, rules.left_out) == (70, 40, ["address"])
