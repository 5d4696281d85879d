"""Files in fields in a real browser: chosen, dropped, pasted, removed; what is wrong elsewhere costs no upload."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.engine.testing.pictures import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C25", "C130")]
GIVE = """(element, [type, name, mime, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type: mime}));
  const event = type === "paste"
    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true});
  element.dispatchEvent(event);
}"""


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture
def user(transactional_db: None) -> Any:
    for label, kind in (("Contract", "file"), ("Cover", "image")):
        create_field("books", label=label, kind=kind, section="Book", actor=system_actor())
    return make_user("Ada", admin=True)


def give(place: Any, how: str, name: str, content: bytes, mime: str = "text/plain") -> None:
    place.evaluate(GIVE, [how, name, mime, list(content)])


def control(page: Any, name: str) -> Any:
    """The control of a field in a form."""
    return page.locator(f".file-field:has(#f-x_{name})")


def choose(page: Any, name: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(f"#f-x_{name}").click()
    chooser.value.set_files(path)


def seen(page: Any, name: str) -> None:
    """Keeps a picture of the page where whoever works on it asks for one."""
    if folder := os.environ.get("JANTAR_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_file_is_chosen_and_an_image_dropped_and_an_error_elsewhere_keeps_both(
    user: Any, open_page: Any, tmp_path: Path
) -> None:
    (tmp_path / "Smlouva.txt").write_bytes(b"Signed.")
    page = open_page(user, "/books/new/")
    choose(page, "contract", tmp_path / "Smlouva.txt")
    contract, cover = control(page, "contract"), control(page, "cover")
    expect(contract.get_by_role("link", name="Smlouva.txt")).to_be_visible()
    give(cover, "drop", "page.png", b"<html>", "image/png")
    expect(cover.get_by_text("is not what its name says")).to_be_visible()
    give(cover, "drop", "cover.png", png(400, 300), "image/png")
    expect(cover.get_by_role("link", name="cover.png")).to_be_visible()
    expect(cover.get_by_role("status")).to_have_text("“cover.png” is uploaded. Save to keep it.")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    expect(contract.get_by_role("link", name="Smlouva.txt")).to_be_visible()
    expect(cover.get_by_role("link", name="cover.png")).to_be_visible()
    seen(page, "form")

    page.get_by_label("Title").fill("Solaris")
    page.get_by_role("button", name="Save", exact=True).click()
    fact = page.locator("#fact-x_contract")
    expect(fact.get_by_role("link", name="Smlouva.txt")).to_be_visible()
    picture = page.locator("#fact-x_cover img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 160
    with page.expect_download() as download:
        fact.get_by_role("link", name="Smlouva.txt").click()
    assert Path(download.value.path()).read_bytes() == b"Signed."
    assert download.value.suggested_filename == "Smlouva.txt"
    seen(page, "record")


def test_it_is_changed_dropped_on_and_removed_where_it_stands(user: Any, open_page: Any, tmp_path: Path) -> None:
    book = write.create(books, {"title": "Solaris"}, actor=actor_for(user))
    (tmp_path / "one.txt").write_bytes(b"one")
    page = open_page(user, f"/books/{book.pk}/")
    fact, cover = page.locator("#fact-x_contract"), page.locator("#fact-x_cover")
    fact.click()
    expect(fact.get_by_role("button", name="Contract")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(tmp_path / "one.txt")
    expect(fact.locator(".held-file")).to_have_text("one.txt")

    give(cover, "drop", "cover.png", png(), "image/png")
    expect(cover.locator(".held-image img")).to_be_visible()
    cover.focus()
    page.keyboard.press("F2")
    expect(cover.get_by_role("button", name="Cover", exact=True)).to_be_focused()
    seen(page, "in-place")
    cover.get_by_role("button", name="Remove: Cover").click()
    expect(cover.get_by_role("button", name="Cover", exact=True)).to_be_focused()
    page.get_by_role("heading", name="Solaris").first.click()
    expect(cover.locator(".file-field")).to_have_count(0)
    expect(cover.locator("img")).to_have_count(0)
    book.refresh_from_db()
    assert set(book.custom) == {"x_contract"}


def test_a_draft_keeps_what_was_uploaded(user: Any, open_page: Any) -> None:
    page = open_page(user, "/books/new/")
    contract = control(page, "contract")
    contract.get_by_role("button", name="Contract").focus()
    give(contract, "paste", "pasted.txt", b"pasted")
    expect(contract.get_by_role("link", name="pasted.txt")).to_be_visible()
    page.get_by_label("Title").fill("Solaris")
    expect(page.locator("form[data-typed]").first).to_be_attached()
    page.wait_for_timeout(400)  # until the draft is written
    page.goto("/books/")
    page.goto("/books/new/")
    expect(contract.get_by_role("link", name="pasted.txt")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#fact-x_contract")).to_contain_text("pasted.txt")
    assert Book.objects.get().custom["x_contract"]["name"] == "pasted.txt"


def test_a_short_form_takes_a_required_photo_on_a_telephone_in_the_dark(user: Any, open_page: Any) -> None:
    user.language = "hu"
    user.theme = "dark"
    user.save()
    create_field("books", label="Photo", kind="image", required=True, section="Book", actor=system_actor())
    page = open_page(user, "/books/new/?dialog=1", viewport=NARROW, has_touch=True, color_scheme="dark")
    form = page.locator("dialog[open]")
    photo = control(form, "photo")
    camera = photo.locator("input[capture]")
    expect(camera).to_have_attribute("accept", re.compile("image/jpeg"))
    camera.set_input_files({"name": "foto.png", "mimeType": "image/png", "buffer": png(300, 600)})
    expect(photo.get_by_role("link", name="foto.png")).to_be_visible()
    expect(photo.get_by_role("status")).to_have_text("„foto.png” feltöltve. Mentse, hogy megmaradjon.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
    seen(page, "narrow")
    form.get_by_label("Title").fill("Solaris")
    form.get_by_role("button", name="Mentés", exact=True).click()
    expect(page.locator("#fact-x_photo img")).to_be_visible()
    seen(page, "narrow-record")


def test_lists_show_the_name_and_the_small_picture(user: Any, open_page: Any) -> None:
    page = open_page(user, "/books/new/")
    page.get_by_label("Title").fill("Solaris")
    give(control(page, "cover"), "drop", "cover.png", png(300, 600), "image/png")
    expect(control(page, "cover").get_by_role("link", name="cover.png")).to_be_visible()
    give(control(page, "contract"), "drop", "a very long name of a contract that is signed.txt", b"one")
    expect(control(page, "contract").get_by_role("link", name="a very long name")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#fact-x_cover img")).to_be_visible()
    page.goto("/books/?columns=title,x_cover,x_contract")
    picture = page.locator("td .held-image img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.getBoundingClientRect().height") <= 32
    expect(page.locator("td .held-file")).to_contain_text("a very long name of a contract")
    assert accessibility_faults(page) == []
    seen(page, "list")
