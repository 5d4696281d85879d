"""What only a browser shows of record pages and forms: editing in place, conflicts, kept drafts, one submit."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> User:
    return make_user("Ada", admin=True)


def make_book(user: User, **values: Any) -> Book:
    book: Book = write.create(books, {"title": "Quo vadis", **values}, actor=actor_for(user))
    return book


def fact(page: Page, name: str) -> Any:
    return page.locator(f"#fact-{name}")


def test_a_value_is_edited_where_it_stands(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada, pages=10)
    page = open_page(ada, f"/books/{book.pk}/")
    fact(page, "title").dblclick()
    control = fact(page, "title").locator("input[name=title]")
    expect(control).to_be_focused()
    control.fill("Bánk bán")
    control.press("Enter")
    expect(fact(page, "title")).to_have_text("Bánk bán")
    expect(page.locator("h1")).to_have_text("Bánk bán")
    assert Book.objects.get().title == "Bánk bán"


def test_one_press_starts_the_edit_and_the_header_follows(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada, genre="novel")
    page = open_page(ada, f"/books/{book.pk}/")
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
    expect(page.locator(".key-facts")).not_to_contain_text("Law")
    fact(page, "genre").click()
    fact(page, "genre").locator("select").select_option("law")
    page.locator("h1").click()
    expect(page.locator(".key-facts")).to_contain_text("Law")
    assert noise == []


def test_labels_are_typed_at_once(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada, labels=["old"])
    page = open_page(ada, f"/books/{book.pk}/")
    fact(page, "labels").click()
    expect(fact(page, "labels").locator(".ts-control input")).to_be_focused()
    page.keyboard.type("rare")
    page.locator("h1").click()
    expect(fact(page, "labels").locator("select")).to_have_count(0)
    expect(fact(page, "labels")).to_contain_text("rare")
    assert Book.objects.get().labels == ["old", "rare"]


def test_escape_puts_the_value_back_and_leaving_saves(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    page = open_page(ada, f"/books/{book.pk}/")
    fact(page, "title").focus()
    page.keyboard.press("Enter")
    fact(page, "title").locator("input[name=title]").fill("Wrong")
    page.keyboard.press("Escape")
    expect(fact(page, "title")).to_have_text("Quo vadis")
    fact(page, "title").press("F2")
    fact(page, "title").locator("input[name=title]").fill("Right")
    page.locator("h1").click()
    expect(fact(page, "title")).to_have_text("Right")
    assert Book.objects.get().title == "Right"


def test_a_wrong_value_stays_open_with_the_reason(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    page = open_page(ada, f"/books/{book.pk}/")
    page.locator("summary").first.click()
    fact(page, "pages").dblclick()
    control = fact(page, "pages").locator("input[name=pages]")
    control.fill("many")
    control.press("Enter")
    expect(fact(page, "pages").locator(".field-errors")).to_contain_text("is not a number")
    expect(control).to_have_value("many")
    control.fill("12")
    control.press("Enter")
    expect(fact(page, "pages")).to_have_text("12")


def test_a_reference_is_picked_by_typing(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    for name in ("North", "South"):
        write.create(shelves, {"name": name}, actor=actor_for(ada))
    page = open_page(ada, f"/books/{book.pk}/")
    fact(page, "shelf").dblclick()
    field = fact(page, "shelf").locator("input:not([type=hidden])")
    field.fill("sou")
    page.locator(".ts-dropdown .option", has_text="South").click()
    page.locator("h1").click()
    expect(fact(page, "shelf").locator("a")).to_have_text("South")
    assert str(Book.objects.get().shelf) == "South"


def test_two_people_choose_between_their_values(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    page = open_page(ada, f"/books/{book.pk}/edit/")
    page.fill("[name=title]", "Mine")
    page.select_option("[name=genre]", "law")
    write.update(books, book.pk, {"title": "Theirs", "pages": 7}, actor=actor_for(ada))
    page.get_by_role("button", name="Save changes").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Somebody else changed this meanwhile")
    expect(dialog).to_contain_text("Theirs")
    dialog.get_by_role("button", name="Go on editing").click()
    expect(page.locator("[name=title]")).to_have_value("Mine")
    page.get_by_role("button", name="Save changes").click()
    dialog.locator("label", has_text="Theirs").click()
    dialog.get_by_role("button", name="Save these choices").click()
    page.wait_for_url(re.compile(rf"/books/{book.pk}/$"))
    stored = Book.objects.get()
    assert (stored.title, stored.genre, stored.pages) == ("Theirs", "law", 7)


def test_a_stale_value_in_its_place_asks_too(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    page = open_page(ada, f"/books/{book.pk}/")
    fact(page, "title").dblclick()
    control = fact(page, "title").locator("input[name=title]")
    control.fill("Mine")
    write.update(books, book.pk, {"title": "Theirs"}, actor=actor_for(ada))
    control.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Theirs")
    dialog.get_by_role("button", name="Save these choices").click()
    expect(page.locator("h1")).to_have_text("Mine")
    assert Book.objects.get().title == "Mine"


def test_what_was_typed_is_back_after_the_page_was_lost(open_page: OpenPage, ada: User) -> None:
    page = open_page(ada, "/books/new/")
    page.fill("[name=title]", "Bánk bán")
    page.get_by_role("button", name="Add copy").click()
    page.locator("[name$='-number']").last.fill("C 1")
    page.wait_for_timeout(400)
    page.goto("/books/")
    page.goto("/books/new/")
    expect(page.locator("[name=title]")).to_have_value("Bánk bán")
    expect(page.locator("[name$='-number']").last).to_have_value("C 1")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/books/\d+/$"))
    assert [copy.number for copy in Book.objects.get().copies.all()] == ["C 1"]
    page.goto("/books/new/")
    expect(page.locator("[name=title]")).to_have_value("")


def test_a_double_click_on_save_stores_once(open_page: OpenPage, ada: User) -> None:
    page = open_page(ada, "/books/new/")
    page.fill("[name=title]", "Bánk bán")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.wait_for_url(re.compile(r"/books/\d+/$"))
    assert Book.objects.count() == 1


def test_a_related_record_is_added_without_leaving_the_page(open_page: OpenPage, ada: User) -> None:
    shelf = Shelf.objects.create(name="North")
    page = open_page(ada, f"/shelves/{shelf.pk}/")
    expect(page.get_by_role("tab", name="Books")).to_have_text("Books0")
    page.get_by_role("tab", name="Books").click()
    page.get_by_role("link", name="Add", exact=True).click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=title]").fill("Bánk bán")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("tabpanel", name="Books").get_by_role("link", name="Bánk bán")).to_be_visible()
    expect(page.get_by_role("tab", name="Books")).to_have_text("Books1")
    assert Book.objects.get().shelf == shelf


def test_parts_are_edited_in_a_dialog(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada, copies=[{"number": "1"}])
    page = open_page(ada, f"/books/{book.pk}/")
    page.get_by_role("link", name="Edit: Copies").click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name="Add copy").click()
    dialog.locator("[name$='-number']").last.fill("2")
    dialog.get_by_role("button", name="Remove this copy").first.click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".record-part-rows li")).to_have_text([re.compile("^2")])


def test_a_deleted_record_comes_back_with_one_press(open_page: OpenPage, ada: User) -> None:
    book = make_book(ada)
    page = open_page(ada, f"/books/{book.pk}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.wait_for_url(re.compile(r"/books/$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Quo vadis")).to_be_visible()
    assert Book.objects.get().deleted_at is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_record_page_fits_a_phone(open_page: OpenPage, ada: User, theme: str) -> None:
    book = make_book(ada, summary="word " * 200, labels=["old", "rare"], author_email=f"{'long' * 12}@example.com")
    page = open_page(ada, f"/books/{book.pk}/", viewport={"width": 390, "height": 844}, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_quick_add_asks_in_a_dialog_and_leads_to_the_new_record(open_page: OpenPage, ada: User) -> None:
    page = open_page(ada, "/books/")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("menuitem", name="Company").click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".field-errors").first).to_contain_text("This field is required.")
    dialog.locator("[name=name]").fill("Amber s.r.o.")
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/companies/\d+/$"))
    expect(page.locator("h1")).to_have_text("Amber s.r.o.")
