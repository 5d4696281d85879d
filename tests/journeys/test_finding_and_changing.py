"""Numbers 1, 2 and 6 of the engine: records are found by clicking, changed in the list and many at once, put back."""

from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.history.models import Operation
from jantar.engine.pages.models import SavedView
from jantar.engine.pages.tests.test_lists_browser import swapped
from jantar.engine.testing.browser import OpenPage
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from tests.journeys.conftest import Say, made, starting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["en", "cs"])]


@pytest.fixture
def firms(boss: User) -> list[Any]:
    cities = {"Bizon": "Kraków", "Jelen": "Brno", "Rys": "Brno", "Zubr": "Brno"}
    return [made(boss, "companies", name=name, city=city) for name, city in cities.items()]


@pytest.mark.capability("C71")
def test_a_filter_is_clicked_together_and_kept_as_a_view(
    open_page: OpenPage, boss: User, firms: list[Any], say: Say
) -> None:
    page = open_page(boss, "/companies/?sort=name")
    page.get_by_role("link", name=say("Add filter")).click()
    dialog = page.get_by_role("dialog", name=say("Add filter"))
    with swapped(page):
        dialog.get_by_label(say("Field")).select_option("city")
    with swapped(page):
        dialog.get_by_label(say("Comparison")).select_option("is")
    dialog.get_by_label(say("Value"), exact=True).fill("brno")
    dialog.get_by_role("button", name=say("Apply filter")).click()
    names = page.locator("tbody .cell-title a")
    expect(names).to_have_text(["Jelen", "Rys", "Zubr"])
    page.get_by_role("button", name=say("Everything")).click()
    page.get_by_role("menuitem", name=say("Save as view")).click()
    page.locator("#dialog input[name=name]").fill("Brno")
    page.get_by_role("button", name=say("Save view")).click()
    page.wait_for_url("**/companies/?view=*")
    page.reload()
    expect(names).to_have_count(3)
    view = SavedView.objects.get()
    assert (view.name, view.owner, view.filter["all"][0]["value"]) == ("Brno", boss, "brno")


@pytest.mark.capability("C108", "N7")
def test_a_cell_is_edited_in_place_and_many_records_at_once_and_that_is_put_back(
    open_page: OpenPage, boss: User, firms: list[Any], say: Say
) -> None:
    page = open_page(boss, "/companies/?sort=name&columns=name,city")
    cell = page.locator("tbody tr").first.locator("td").nth(2)
    cell.dblclick()
    cell.get_by_role("textbox").fill("Lublin")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("Lublin")
    assert Company.objects.get(name="Bizon").city == "Lublin"

    page.get_by_label(say("Select all on this page")).check()
    bar = page.get_by_role("region", name=say("Selection"))
    bar.get_by_role("button", name=say("Change")).click()
    dialog = page.get_by_role("dialog", name=say("Change many records"))
    page.wait_for_load_state("networkidle")  # until the dialog listens, a choice asks for nothing
    dialog.get_by_label(say("Field")).select_option("city")
    dialog.get_by_role("textbox").last.fill("Praha")
    dialog.get_by_role("button", name=say("Change %(count)s", count=4)).click()
    expect(page.locator("tbody").get_by_text("Praha")).to_have_count(4)
    assert Company.objects.filter(city="Praha").count() == 4
    page.locator(".toast").get_by_role("button", name=say("Undo")).click()
    expect(page.locator("tbody").get_by_text("Brno")).to_have_count(3)
    assert sorted(Company.objects.values_list("city", flat=True)) == ["Brno", "Brno", "Brno", "Lublin"]


@pytest.mark.capability("C2", "N8")
def test_history_says_who_changed_what_and_the_bin_gives_back(
    open_page: OpenPage, boss: User, firms: list[Any], say: Say
) -> None:
    record = firms[0]
    page = open_page(boss, f"/companies/{record.pk}/edit/")
    page.get_by_label(starting(say("Name"))).first.fill("Bizon Plus")
    page.locator("main form button[type=submit].btn-primary").first.click()
    page.wait_for_url(f"**/companies/{record.pk}/")
    page.get_by_role("tab", name=say("What changed")).click()
    history = page.get_by_role("tabpanel", name=say("What changed"))
    expect(history.locator("del").first).to_have_text("Bizon")
    expect(history.locator("ins").first).to_have_text("Bizon Plus")
    expect(history).to_contain_text("Boss")
    page.goto("/companies/?sort=name")
    page.locator("input[name=selected]").first.check()
    page.get_by_role("region", name=say("Selection")).get_by_role("button", name=say("Delete")).click()
    page.get_by_role("dialog").locator("button[name=run]").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Jelen", "Rys", "Zubr"])
    assert Company.objects.get(pk=record.pk).deleted_at is not None
    page.locator(".toast").get_by_role("button", name=say("Undo")).click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Bizon Plus", "Jelen", "Rys", "Zubr"])
    record.refresh_from_db()
    assert record.deleted_at is None
    assert Operation.objects.latest("pk").cause == "undo"
