"""Number 4 and 14 of the engine: a file is checked and imported in the browser, exported, and taken out again."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.browser import OpenPage
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from tests.journeys.conftest import Say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["en", "pl"])]
FILE = "Name;City;E-mail;Colour\nŻubr sp. z o.o.;Łódź;info@zubr.example;red\nBizon;Kraków;no address;blue\n"


@pytest.mark.capability("N19", "C126")
def test_a_file_comes_in_is_exported_and_taken_out_again(
    open_page: OpenPage, boss: User, say: Say, tmp_path: Path
) -> None:
    path = tmp_path / "firmy.csv"
    path.write_bytes(FILE.encode("cp1250"))
    page = open_page(boss, "/companies/import/")
    page.set_input_files("input[type=file]", path)
    expect(page.get_by_role("heading", level=1)).to_have_text(path.name)
    page.get_by_role("button", name=say("Check all rows first")).click()
    expect(page.get_by_text(say("Checking all rows"))).to_be_visible()
    run_waiting_jobs()
    expect(page.get_by_role("heading", name=say("What the import would do"))).to_be_visible()
    assert not Company.objects.exists()

    counted: dict[str, Any] = {"n": 1, "shown": 1}
    expect(page.get_by_text(say("%(shown)s row is refused", "%(shown)s rows are refused", **counted))).to_be_visible()
    page.locator("#import-plan button.btn-primary").click()
    expect(page.get_by_text(say("Importing"), exact=True).first).to_be_visible()
    run_waiting_jobs()
    expect(page.get_by_text(say("The import is done"))).to_be_visible()
    assert list(Company.objects.values_list("name", "city")) == [("Żubr sp. z o.o.", "Łódź")]
    with page.expect_download() as download:
        page.get_by_role("link", name=say("Download refused rows")).click()
    assert "Bizon" in Path(download.value.path()).read_text("utf-8-sig")

    with page.expect_download() as download:
        page.evaluate("location.href = '/companies/export/?format=csv'")
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";" if text.count(";") > text.count(",") else ","))
    assert any("Żubr sp. z o.o." in row for row in rows[1:])

    page.get_by_role("button", name=say("Undo import")).click()
    expect(page.get_by_text(say("This import was undone"))).to_be_visible()
    assert not Company.objects.filter(deleted_at=None).exists()
    page.goto("/companies/")
    expect(page.locator("tbody tr[data-key]")).to_have_count(0)
    assert re.search(r"/companies/", page.url)
