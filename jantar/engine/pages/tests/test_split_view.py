"""A list with a record beside it: the address, the rows that are walked, edits in the pane."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.pages.lists.state import state_from
from jantar.engine.records import write
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books

pytestmark = pytest.mark.capability("C108")


def html(client, address):
    return client.get(address).content.decode()


def test_the_split_is_in_the_address_and_in_every_link_of_the_list(client, make_book):
    book = make_book("One")
    page = html(client, f"/books/?sort=title&beside={book.pk}")
    assert f'data-split-key-value="{book.pk}"' in page
    assert 'href="/books/?sort=-title&amp;beside=first"' in page
    assert 'href="/books/?sort=title"' in page  # the way back to the plain list
    assert "beside" not in re.findall(r'href="(/books/board/[^"]*)"', page)[0]
    assert "data-split" not in html(client, "/books/?sort=title")


def test_the_first_row_stands_beside_when_no_other_is_named(client, make_book):
    make_book("Beta")
    first = make_book("Alfa")
    assert f'data-split-key-value="{first.pk}"' in html(client, "/books/?sort=title&beside=first")


@pytest.mark.parametrize("wrong", ["", "x", "-1", "1e9", "9" * 30])
def test_a_wrong_record_beside_is_no_split(actor, wrong):
    assert state_from(f"beside={wrong}", books, actor).beside == ""


def test_the_pane_is_the_record_page_without_the_shell(client, make_book):
    book = make_book("One")
    pane = html(client, f"/books/{book.pk}/?pane")
    assert "<html" not in pane
    assert 'id="record-facts"' in pane
    assert 'id="record-around"' in pane
    assert f'hx-post="/books/{book.pk}/delete/?stay"' in pane


def test_a_row_comes_anew_with_the_columns_of_the_list_even_when_the_filter_no_longer_fits(client, make_book):
    book = make_book("One", genre="law", pages=7)
    row = html(
        client, f'/books/rows/{book.pk}/?columns=title,pages&filter={{"field":"genre","op":"is","value":"novel"}}'
    )
    assert row.count("<tr") == 1
    assert f'data-key="{book.pk}"' in row
    assert 'data-field="pages"' in row
    assert 'data-field="genre"' not in row


def test_the_row_of_a_record_that_is_gone_or_unseen_is_not_found(client, actor, make_book):
    book = make_book("One")
    write.delete(books, [book.pk], actor=actor)
    assert client.get(f"/books/rows/{book.pk}/").status_code == 404
    assert client.get("/books/rows/999999/").status_code == 404


def test_deleting_beside_the_list_stays_there(client, actor, make_book):
    book = make_book("One")
    answer = client.post(f"/books/{book.pk}/delete/?stay", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "books:changed" in answer.headers["HX-Trigger"]
    assert f"/books/{book.pk}/restore/" in answer.headers["HX-Trigger"]
    assert not books.visible_to(actor).filter(pk=book.pk).exists()


browser = pytest.mark.django_db(transaction=True)


def pane(page):
    return page.get_by_role("region", name="Record beside the list")


def shown(page):
    return pane(page).get_by_role("heading", level=2).first


@browser
def test_rows_are_walked_and_the_record_follows(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    page.get_by_role("link", name="List and record").click()
    expect(shown(page)).to_have_text("Book 00")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "?pane" in request.url else None)
    page.locator("tbody .cell-title a").first.focus()
    for key in ("ArrowDown", "j", "ArrowDown", "k"):
        page.keyboard.press(key)
    expect(shown(page)).to_have_text("Book 02")
    expect(page.locator("tr.is-current .cell-title")).to_have_text("Book 02")
    key = Book.objects.get(title="Book 02").pk
    assert page.url.endswith(f"beside={key}")
    assert [url.rsplit("/books/")[1] for url in asked] == [f"{key}/?pane"]  # those walked past were never asked for
    page.reload()
    expect(shown(page)).to_have_text("Book 02")
    page.keyboard.press("F6")
    expect(pane(page)).to_be_focused()
    page.keyboard.press("F6")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/books/{key}/")
    page.go_back()
    expect(shown(page)).to_have_text("Book 02")
    page.get_by_role("link", name="Close", exact=True).click()
    expect(pane(page)).to_have_count(0)


@browser
def test_an_answer_that_comes_late_does_not_stand_beside_another_row(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&beside=first")
    expect(shown(page)).to_have_text("Book 00")
    slow = Book.objects.get(title="Book 01").pk
    held = []
    page.route(f"**/books/{slow}/?pane", lambda route: held.append(route))
    with page.expect_request(f"**/books/{slow}/?pane"):
        page.locator("tbody .cell-title a").nth(1).click()
    page.locator("tbody .cell-title a").nth(2).click()
    expect(shown(page)).to_have_text("Book 02")
    for route in held:
        route.abort()
    page.wait_for_timeout(200)
    expect(shown(page)).to_have_text("Book 02")


@browser
def test_edits_beside_the_list_change_its_row_and_a_refused_one_is_not_lost(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&columns=title,pages&beside=first")
    expect(shown(page)).to_have_text("Book 00")
    fact = pane(page).locator("#fact-pages")
    fact.click()
    fact.get_by_role("textbox").fill("777")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first.locator("td").nth(2)).to_have_text("777")
    fact.click()
    fact.get_by_role("textbox").fill("many")
    page.locator("tbody .cell-title a").nth(1).click()
    expect(fact).to_contain_text("is not a number")
    expect(fact.get_by_role("textbox")).to_have_value("many")
    expect(shown(page)).to_have_text("Book 00")
    fact.get_by_role("textbox").press("Escape")
    expect(shown(page)).to_have_text("Book 01")
    pane(page).get_by_role("button", name="More").click()
    pane(page).get_by_role("menuitem", name="Delete").click()
    expect(page.locator("tbody tr")).to_have_count(11)
    expect(shown(page)).to_have_text("Book 02")


@browser
def test_an_act_of_the_record_is_done_beside_the_list(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&beside=first")
    expect(shown(page)).to_have_text("Book 00")
    pane(page).get_by_role("button", name="Lend").or_(pane(page).get_by_role("link", name="Lend")).click()
    expect(page.locator(".toast")).to_be_visible()
    assert "/books/?sort=title" in page.url
    expect(
        pane(page).get_by_role("button", name="Lend").or_(pane(page).get_by_role("link", name="Lend"))
    ).to_have_count(0)


@browser
def test_groups_and_pages_go_on_beside_a_record(librarian, open_page, monkeypatch):
    monkeypatch.setattr("jantar.engine.pages.lists.page.ROWS", 5)
    page = open_page(librarian, "/books/?sort=title&beside=first")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(shown(page)).to_have_text("Book 05")
    page.goto("/books/?by=genre&sort=title&beside=first")
    expect(pane(page)).to_contain_text("Choose a row to see it here.")
    page.locator(".group-toggle").first.click()
    row = page.locator("tbody .cell-title a").first
    row.click()
    expect(shown(page)).to_have_text(row.inner_text())


@browser
@pytest.mark.parametrize("look", [{"color_scheme": "light"}, {"color_scheme": "dark"}])
def test_axe_finds_nothing_beside_a_list(librarian, open_page, look):
    page = open_page(librarian, "/books/?sort=title&beside=first", **look)
    expect(shown(page)).to_have_text("Book 00")
    page.wait_for_load_state("networkidle")
    assert accessibility_faults(page) == []


@browser
def test_narrow_screens_show_the_list_by_itself(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&beside=first", viewport=NARROW)
    expect(page.locator(".beside")).to_be_hidden()
    expect(page.get_by_role("link", name="List and record")).to_be_hidden()
    page.locator("tbody .cell-title a").first.click()
    page.wait_for_url(re.compile(r"/books/\d+/$"))
