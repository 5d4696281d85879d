"""Number 7 of the engine: a file is dropped, read, found by its words, given a new version, and put behind a door."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from jantar.engine.documents.models import Document, Folder
from jantar.engine.documents.tests.test_reading import pdf
from jantar.engine.pages.tests.test_documents_browser import GIVE
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from tests.journeys.conftest import Say, made, starting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["pl", "en"])]


@pytest.mark.capability("C25", "C14")
def test_a_file_is_dropped_found_by_its_words_and_gets_a_new_version(
    open_page: OpenPage, boss: User, say: Say, tmp_path: Path
) -> None:
    firm = made(boss, "companies", name="Bizon")
    page = open_page(boss, f"/companies/{firm.pk}/")
    page.get_by_role("tab", name=say("Documents")).click()
    files = page.get_by_role("tabpanel", name=say("Documents"))
    expect(files.get_by_text(say("No files yet"))).to_be_visible()
    page.evaluate(GIVE, ["drop", "oferta.pdf", "application/pdf", list(pdf("Pneumatic gate"))])
    expect(files.get_by_role("link", name="oferta.pdf", exact=True)).to_be_visible()
    run_waiting_jobs()

    page.goto("/search/?q=pneumatic")
    page.get_by_role("main").get_by_role("link", name="oferta.pdf").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("oferta.pdf")
    newer = tmp_path / "oferta.pdf"
    newer.write_bytes(pdf("Hydraulic gate"))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=say("Upload new version")).click()
    chooser.value.set_files(newer)
    expect(page.get_by_role("button", name=say("Restore version %(number)s", number=1))).to_be_visible()
    run_waiting_jobs()
    page.goto("/search/?q=hydraulic")
    expect(page.get_by_role("main").get_by_role("link", name="oferta.pdf").first).to_be_visible()
    assert Document.objects.get().versions.count() == 2


@pytest.mark.capability("C26")
def test_a_closed_folder_is_open_to_its_people_only(open_page: OpenPage, boss: User, say: Say) -> None:
    page = open_page(boss, "/folders/new/")
    page.get_by_label(starting(say("Name"))).first.fill("Kontrakty")
    page.get_by_label(starting(say("Who may look in"))).first.select_option("private")
    page.locator("main form button[type=submit].btn-primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontrakty")
    page.evaluate(GIVE, ["drop", "tajne.txt", "text/plain", list(b"wages")])
    expect(page.get_by_role("link", name="tajne.txt", exact=True)).to_be_visible()
    run_waiting_jobs()

    other = make_user("Other", admin=True, scope=Scope.ALL)
    hers = open_page(other, f"/folders/{Folder.objects.get().pk}/")
    expect(hers.get_by_text("Kontrakty")).to_have_count(0)
    hers.goto("/documents/")
    expect(hers.locator("tbody tr[data-key]")).to_have_count(0)
    hers.goto("/search/?q=wages")
    expect(hers.get_by_role("main").get_by_role("link", name="tajne.txt")).to_have_count(0)
    page.goto("/search/?q=wages")
    expect(page.get_by_role("main").get_by_role("link", name="tajne.txt").first).to_be_visible()
