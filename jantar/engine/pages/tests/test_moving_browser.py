"""Files are moved by dragging and by a dialog, several at once, with undo; their link is copied."""

import io
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.documents import services
from jantar.engine.documents.models import Document
from jantar.engine.documents.tests.conftest import storage  # noqa: F401 - a fixture
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.testing.fake.records import shelves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C25", "C26")]


@pytest.fixture
def filled(open_page: Any) -> Any:
    """filled(access, language): the files of a shelf with a folder and two files on the shelf."""

    def make(access: str = "open", language: str = "en", **options: Any) -> Any:
        user = make_user("Ada", admin=True)
        user.language = language
        user.save(update_fields=["language"])
        actor = actor_for(user)
        about = key_of(write.create(shelves, {"name": "Attic"}, actor=actor))
        folder = write.create(
            registry.get("folders"), {"name": "Smlouvy", "about": about, "access": access}, actor=actor
        )
        for name in ("first.txt", "second.txt"):
            services.attach(io.BytesIO(name.encode()), name, actor=actor, about=about)
        page = open_page(user, f"/shelves/{about.id}/", **options)
        page.get_by_role("tab", name="Dokumentumok" if language == "hu" else "Documents").click()
        page.get_by_role("link", name="Smlouvy").wait_for()
        return page, folder

    return make


def inside(folder: Any) -> list[str]:
    return sorted(Document.objects.filter(folder=folder).values_list("name", flat=True))


def test_a_file_is_dragged_into_a_folder_and_back_by_undo(filled: Any) -> None:
    page, folder = filled()
    row = page.locator(".document-row", has=page.get_by_role("link", name="first.txt", exact=True))
    row.drag_to(page.locator(".document-row", has=page.get_by_role("link", name="Smlouvy")))
    expect(page.get_by_text("1 file moved.")).to_be_visible()
    expect(page.get_by_role("link", name="first.txt", exact=True)).to_have_count(0)
    assert inside(folder) == ["first.txt"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="first.txt", exact=True)).to_be_visible()
    assert inside(folder) == []


def test_chosen_files_are_moved_together_by_keyboard(filled: Any) -> None:
    page, folder = filled()
    for name in ("first.txt", "second.txt"):
        page.get_by_label(f"Choose {name}").press("Space")
    page.get_by_role("button", name="Move chosen files").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Move 2 files")).to_be_visible()
    assert accessibility_faults(page) == []
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(dialog.get_by_text("Choose where to.")).to_be_visible()
    dialog.get_by_role("radio", name="Smlouvy").press("Space")
    dialog.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(page.get_by_text("2 files moved.")).to_be_visible()
    expect(page.get_by_role("link", name="second.txt", exact=True)).to_have_count(0)
    assert inside(folder) == ["first.txt", "second.txt"]


def test_dragging_out_of_a_closed_folder_asks_first(filled: Any) -> None:
    page, folder = filled("private")
    document = Document.objects.get(name="first.txt")
    Document.objects.filter(pk=document.pk).update(folder=folder)
    page.goto(f"/folders/{folder.pk}/")
    row = page.locator(".document-row", has=page.get_by_role("link", name="first.txt", exact=True))
    row.drag_to(page.locator(".document-row", has=page.get_by_text("One level up")))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Closed: Smlouvy.")).to_be_visible()
    assert inside(folder) == ["first.txt"]
    dialog.get_by_role("button", name="Move them out").click()
    expect(page.get_by_text("1 file moved.")).to_be_visible()
    assert inside(folder) == []


def test_the_link_of_a_file_is_copied(filled: Any) -> None:
    page, _folder = filled(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link to first.txt").click()
    pk = Document.objects.get(name="first.txt").pk
    page.wait_for_function(f"async () => (await navigator.clipboard.readText()).endsWith('/documents/{pk}/')")


def test_it_works_in_hungarian_on_a_phone(filled: Any) -> None:
    page, folder = filled(language="hu", viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="first.txt áthelyezése").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Smlouvy").check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.get_by_role("button", name="Áthelyezés", exact=True).click()
    expect(page.get_by_role("link", name="first.txt", exact=True)).to_have_count(0)
    assert inside(folder) == ["first.txt"]


@pytest.mark.parametrize(
    ("language", "words", "options"),
    [("en", ("Change", "Field", "Change 1", "Yes, go ahead"), {}),
     ("hu", ("Módosítás", "Mező", "Módosítás: 1", "Igen, folytatom"), {"viewport": NARROW, "color_scheme": "dark"})],
)  # fmt: skip
def test_a_bulk_edit_asks_before_a_file_leaves_a_closed_folder(
    open_page: Any, language: str, words: tuple[str, ...], options: Any
) -> None:
    opening, field, run, yes = words
    user = make_user("Ada", admin=True)
    user.language = language
    user.save(update_fields=["language"])
    actor = actor_for(user)
    closed = write.create(registry.get("folders"), {"name": "Smlouvy", "access": "private"}, actor=actor)
    services.attach(io.BytesIO(b"a"), "first.txt", actor=actor, folder=closed)
    page = open_page(user, "/documents/?view=all", **options)
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator(".bulk-bar").get_by_role("button", name=opening, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(field, exact=True).select_option("folder")
    dialog.get_by_role("button", name=run).click()
    question = dialog.get_by_role("checkbox", name=yes)
    expect(question).to_be_visible()
    assert accessibility_faults(page) == []
    assert inside(closed) == ["first.txt"]
    question.check()
    dialog.get_by_role("button", name=run).click()
    expect(dialog).to_have_count(0)
    assert inside(closed) == []
