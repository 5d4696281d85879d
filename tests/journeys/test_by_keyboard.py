"""Number 11 of the engine: a morning without the mouse, and what was typed is there again after the page was left."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.browser import OpenPage
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from tests.journeys.conftest import Say, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["hu", "pl"])]


@pytest.mark.capability("C108")
def test_a_company_is_added_found_and_changed_without_the_mouse(
    open_page: OpenPage, boss: User, language: str, say: Say
) -> None:
    made(boss, "companies", name="Bizon", city="Kraków")
    page = open_page(boss, "/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name=say("Keyboard shortcuts"))
    expect(sheet).to_contain_text(say("Add a record here"))
    companies = sheet.locator("dd[data-href='/companies/']").get_attribute("data-go")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press(companies or "")
    page.wait_for_url("**/companies/**")

    page.keyboard.press("n")
    name = page.locator("#record-form input[name=name]")
    name.fill("Żubr sp. z o.o.")
    page.wait_for_function("() => Object.keys(localStorage).some(key => key.includes(':draft:'))")
    page.goto("/tasks/")
    page.goto("/companies/new/")
    expect(name).to_have_value("Żubr sp. z o.o.")
    expect(page.get_by_text(say("What you typed before is back, from")).filter(visible=True)).to_have_count(1)
    name.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Żubr sp. z o.o.")

    page.keyboard.press("Control+k")
    page.keyboard.type("bizon")
    page.get_by_role("option", name="Bizon").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bizon")
    page.keyboard.press("e")
    page.wait_for_url(re.compile("/edit/"))
    page.locator("#record-form input[name=city]").fill("Łódź")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/companies/\d+/$"))
    assert dict(Company.objects.values_list("name", "city")) == {"Bizon": "Łódź", "Żubr sp. z o.o.": ""}


@pytest.mark.capability("C108")
def test_cells_are_filled_in_one_after_the_other_as_in_a_sheet(
    open_page: OpenPage, boss: User, language: str, say: Say
) -> None:
    for name in ("Bizon", "Jelen", "Rys"):
        made(boss, "companies", name=name)
    page = open_page(boss, "/companies/?sort=name&columns=name,city")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Bizon", exact=True).focus()
    page.keyboard.press("ArrowRight")
    for city in ("Lublin", "Brno", "Eger"):
        page.keyboard.type(city)
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
    cities = page.locator("tbody tr td:nth-child(3)")
    expect(cities).to_have_text(["Lublin", "Brno", "Eger"])
    assert list(Company.objects.order_by("name").values_list("city", flat=True)) == ["Lublin", "Brno", "Eger"]
