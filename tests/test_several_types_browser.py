"""A file with a person, their company and a deal in each row, brought in by somebody at the screen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, OpenPage, accessibility_faults
from jantar.engine.transfer.models import ImportRun, State
from jantar.modules.contacts.models import Company, Person
from jantar.modules.sales.models import Deal
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19", "N7")]

FILE = (
    "First name;Last name;E-mail;Company name;Company city;Deal name;Deal amount\n"
    "Eva;Nová;eva@lipa.example;Lípa;Brno;Web;1 000,50 CZK\n"
    "Jan;Ek;jan@lipa.example;Lípa;Brno;;\n"
    "Petr;Malý;petr@dub.example;Dub;Zlín;Sklad;500 CZK\n"
    "Ota;Lhář;ota@dub.example;Dub;Praha;;\n"
)


@pytest.fixture
def uploaded(open_page: OpenPage) -> Any:
    def upload(language: str = "en", theme: str = "light") -> Page:
        user = make_user("Anna", admin=True)
        User.objects.filter(pk=user.pk).update(language=language, theme=theme)
        page = open_page(user, "/people/import/")
        file = {"name": "all.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        page.set_input_files("input[type=file]", [file])  # type: ignore[arg-type]
        expect(page.get_by_role("heading", level=1)).to_have_text("all.csv")
        return page

    return upload


@contextmanager
def plan_changed(page: Page) -> Iterator[None]:
    """Waits until the plan that follows from the act inside stands on the page."""
    with page.expect_response(lambda answer: answer.url.endswith("/plan/") and answer.ok):
        yield
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def test_enter_in_a_value_changes_the_plan_and_does_not_begin_the_import(uploaded: Any) -> None:
    page = uploaded()
    with plan_changed(page):
        page.get_by_label("Field", exact=True).first.select_option("city")
    with plan_changed(page):
        page.get_by_label("Value", exact=True).first.fill("Olomouc")
        page.keyboard.press("Enter")
    expect(page.get_by_label("Value", exact=True).first).to_have_value("Olomouc")
    expect(page.get_by_role("button", name=re.compile("^Import 4 rows"))).to_be_visible()
    assert ImportRun.objects.get().state == State.DRAFT


def test_people_companies_and_deals_come_in_from_one_file_and_go_again(uploaded: Any) -> None:
    page = uploaded()
    amount = page.get_by_role("table", name="Columns of the file").get_by_label("Deal amount")
    deals = page.get_by_role("checkbox", name="Deals", exact=True)
    expect(deals).to_be_checked()
    expect(amount).to_have_value("deals/amount")
    with plan_changed(page):
        deals.uncheck()
    expect(amount).to_have_value("")
    expect(page.get_by_role("checkbox", name="Deal: customer ← company / person")).to_have_count(0)
    with plan_changed(page):
        deals.check()
    expect(amount).to_have_value("deals/amount")
    expect(page.get_by_role("checkbox", name="Deal: customer ← company / person")).to_be_checked()
    preview = page.get_by_role("table", name="The first rows as they would be stored")
    expect(preview).to_contain_text("Row 4 says something else about the same record.")
    page.get_by_role("button", name=re.compile("^Import 4 rows")).click()
    run_waiting_jobs()
    counted = page.get_by_role("table", name="Records by type")
    expect(counted.get_by_role("row").filter(has_text="Companies")).to_contain_text("2")
    expect(counted.get_by_role("row").filter(has_text="People")).to_contain_text("3")
    eva = Person.objects.get(email="eva@lipa.example")
    assert (str(eva.company), Deal.objects.get(name="Web").customer_id) == ("Lípa", eva.company_id)
    page.get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("This import was undone")).to_be_visible()
    assert (Person.objects.count(), Company.objects.count(), Deal.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("how", ["narrow", "dark"])
def test_the_page_works_on_a_phone_and_in_hungarian(uploaded: Any, how: str, tmp_path: Any) -> None:
    page = uploaded("hu", "dark" if how == "dark" else "light")
    if how == "narrow":
        page.set_viewport_size(NARROW)
    expect(page.get_by_role("checkbox", name="Személy: cég ← cég")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
    page.screenshot(path=tmp_path / f"{how}.png", full_page=True)
