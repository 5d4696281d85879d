"""Attaching files in a real browser: chosen, dropped, pasted; refusals beside the name of the file."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.documents.models import Document, Folder
from jantar.engine.documents.tests.conftest import PNG, storage  # noqa: F401 - a fixture
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.testing.fake.records import shelves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C25")]

GIVE = """([type, name, mime, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type: mime}));
  const event = type === "paste"
    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true});
  document.querySelector("h1").dispatchEvent(event);
}"""


@pytest.fixture
def shelf_page(open_page):
    """shelf_page(language="en", **options): the files of a new shelf."""

    def open_it(language: str = "en", **options: Any) -> Any:
        user = make_user("Ada", admin=True)
        user.language = language
        user.save(update_fields=["language"])
        shelf = write.create(shelves, {"name": "Attic"}, actor=actor_for(user))
        page = open_page(user, f"/shelves/{shelf.pk}/", **options)
        page.get_by_role("tab", name=re.compile("Documents|Dokumentumok")).click()
        return page

    return open_it


def choose(page: Any, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("Add files|Fájlok hozzáadása")).click()
    chooser.value.set_files(list(paths))


def test_several_files_are_chosen_at_once_and_the_refused_one_says_why(shelf_page, tmp_path) -> None:
    page = shelf_page()
    for name, content in (("first.txt", b"first"), ("second.txt", b"second"), ("tool.exe", b"MZ")):
        (tmp_path / name).write_bytes(content)
    choose(page, tmp_path / "first.txt", tmp_path / "tool.exe", tmp_path / "second.txt")
    expect(page.get_by_text("“tool.exe” is a program. Programs can't be attached.")).to_be_visible()
    files = page.get_by_role("tabpanel", name="Documents")
    expect(files.get_by_role("link", name="first.txt", exact=True)).to_be_visible()
    expect(files.get_by_role("link", name="second.txt", exact=True)).to_be_visible()
    assert sorted(Document.objects.values_list("name", flat=True)) == ["first.txt", "second.txt"]
    with page.expect_download() as download:
        files.get_by_role("link", name="Download first.txt").click()
    assert Path(download.value.path()).read_bytes() == b"first"
    files.get_by_role("button", name="Delete first.txt").click()
    expect(files.get_by_role("link", name="first.txt", exact=True)).to_have_count(0)
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_text("File deleted: first.txt")).to_be_visible()


def test_files_are_dropped_and_pasted_anywhere_on_the_page(shelf_page) -> None:
    page = shelf_page()
    files = page.get_by_role("tabpanel", name="Documents")
    expect(files.get_by_text("No files yet")).to_be_visible()
    page.evaluate(GIVE, ["dragover", "photo.png", "image/png", list(PNG)])
    expect(page.get_by_text("Drop files here to attach them")).to_be_visible()
    page.evaluate(GIVE, ["drop", "photo.png", "image/png", list(PNG)])
    expect(page.get_by_text("Drop files here to attach them")).to_be_hidden()
    expect(files.get_by_role("link", name="photo.png", exact=True)).to_be_visible()
    page.evaluate(GIVE, ["paste", "shot.png", "image/png", [*PNG, 0]])
    expect(files.get_by_role("link", name="shot.png", exact=True)).to_be_visible()
    assert accessibility_faults(page) == []


def test_a_file_beyond_the_limit_is_refused_without_being_sent(shelf_page, settings) -> None:
    settings.FILE_MAX_MB = 1
    page = shelf_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "upload" in request.url else None)
    page.evaluate(GIVE, ["drop", "large.bin", "", [0] * (1024 * 1024 + 1)])
    expect(page.get_by_text("“large.bin” is too large: at most 1 MB can be attached.")).to_be_visible()
    assert sent == []


def test_a_new_version_is_uploaded_and_the_old_one_restored(shelf_page, tmp_path) -> None:
    page = shelf_page()
    (tmp_path / "offer.txt").write_bytes(b"one")
    choose(page, tmp_path / "offer.txt")
    page.get_by_role("link", name="offer.txt", exact=True).click()
    expect(page.get_by_text("Version 1")).to_be_visible()
    (tmp_path / "offer.txt").write_bytes(b"two")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload new version").click()
    chooser.value.set_files(tmp_path / "offer.txt")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_text("Version 3")).to_be_visible()
    assert accessibility_faults(page) == []


def test_it_works_in_hungarian_on_a_phone(shelf_page, tmp_path) -> None:
    page = shelf_page("hu", viewport=NARROW, has_touch=True)
    expect(page.get_by_role("button", name="Fénykép készítése")).to_be_visible()
    (tmp_path / "árajánlat.txt").write_bytes("Árvíztűrő".encode())
    choose(page, tmp_path / "árajánlat.txt")
    expect(page.get_by_role("link", name="árajánlat.txt", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.capability("C26")
@pytest.mark.parametrize("language", ["en", "hu"])
def test_a_folder_is_made_filled_and_closed(shelf_page, tmp_path, language: str) -> None:
    page = shelf_page(language)
    page.get_by_role("button", name=re.compile("Add files|Fájlok hozzáadása")).wait_for()
    page.get_by_role("link", name=re.compile("New folder|Új mappa")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^(Name|Név)")).fill("Szerződések")
    dialog.get_by_role("button", name=re.compile("^(Save|Mentés)$")).click()
    page.get_by_role("link", name="Szerződések", exact=True).click()
    expect(page.get_by_role("heading", name="Szerződések")).to_be_visible()
    page.evaluate(GIVE, ["drop", "titok.txt", "text/plain", [65, 66]])
    expect(page.get_by_role("link", name="titok.txt", exact=True)).to_be_visible()
    folder = Folder.objects.get()
    assert Document.objects.get().folder == folder
    assert str(folder.about).startswith("shelves/")
    assert accessibility_faults(page) == []
    page.goto(f"/folders/{folder.pk}/edit/")
    page.get_by_label(re.compile("^(Who may look in|Ki tekinthet bele)")).first.select_option("private")
    page.locator("form button[type=submit].btn-primary").first.click()
    page.wait_for_url(f"**/folders/{folder.pk}/")
    folder.refresh_from_db()
    assert folder.gates == [folder.pk]
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.capability("C26")
def test_a_file_dropped_while_its_folder_is_still_loading_is_shown(open_page) -> None:
    user = make_user("Ada", admin=True)
    folder = write.create(registry.get("folders"), {"name": "Contracts"}, actor=actor_for(user))
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        held.append((route, route.fetch())) if not held else route.continue_()

    page = open_page(user)
    page.route("**/related/documents/", hold_the_first)
    with page.expect_request("**/related/documents/"):
        page.goto(f"/folders/{folder.pk}/")
    with page.expect_response("**/documents/upload/"):
        page.evaluate(GIVE, ["drop", "early.txt", "text/plain", [65, 66]])
    while not held:
        page.wait_for_timeout(50)
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(page.get_by_role("link", name="early.txt", exact=True)).to_be_visible()


@pytest.mark.capability("C26")
def test_company_files_stand_on_a_page_of_their_own(shelf_page) -> None:
    page = shelf_page()
    page.get_by_role("link", name="Company files").first.click()
    expect(page.get_by_role("heading", name="Company files")).to_be_visible()
    page.evaluate(GIVE, ["drop", "logo.png", "image/png", list(PNG)])
    expect(page.get_by_role("link", name="logo.png", exact=True)).to_be_visible()
    assert Document.objects.get().about is None
    assert accessibility_faults(page) == []
