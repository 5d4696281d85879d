"""Lists in groups with sums, and sums at the foot of a list."""

import re

import pytest

from jantar.engine.pages.models import SavedView
from jantar.engine.pages.tests.test_lists_browser import ada as library  # noqa: F401
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.browser import NARROW
from jantar.engine.testing.fake.records import books


def text_of(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def test_heads_say_count_and_sums_of_the_columns_shown(client, make_book):
    make_book("A", price="5", genre="law")
    make_book("B", price="7", genre="law")
    make_book("C")
    page = client.get("/books/?by=genre")
    text = text_of(page)
    assert "Grouped by: Genre" in text
    assert "Law 2 EUR 12.00" in text
    assert "Without a value 1 EUR 0.00" in text
    assert "A</a>" not in page.content.decode()
    assert text_of(client.get("/books/group/?by=genre&of=law&sort=title")).startswith("A Law EUR 5.00")
    assert "C</a>" in client.get("/books/group/?by=genre&of=").content.decode()


def test_rows_of_a_group_come_page_by_page(client, make_book):
    for number in range(51):
        make_book(f"Book {number:02}", genre="law")
    first = client.get("/books/group/?by=genre&of=law&sort=title").content.decode()
    assert first.count("cell-title") == 50
    more = re.search(r'hx-get="([^"]*)"', first)[1].replace("&amp;", "&")
    rest = client.get(more).content.decode()
    assert "Book 50" in rest
    assert rest.count("cell-title") == 1
    assert "hx-get" not in rest


@pytest.mark.parametrize("by", ["title", "nope", "price", "labels"])
def test_a_list_is_not_grouped_by_what_has_many_values(client, by):
    page = client.get(f"/books/?by={by}")
    assert page.status_code == 400
    assert "can&#x27;t be grouped by" in page.content.decode()
    assert client.get(f"/books/group/?by={by}&of=x").status_code == 400


def test_no_more_statements_for_more_groups(client, make_book, attic, django_assert_max_num_queries):
    for country in ("PL", "CZ", "SK", "HU", "DE", "AT"):
        make_book(country, country=country, shelf=attic)
    client.get("/books/?by=genre")
    with django_assert_max_num_queries(8):  # two of them are the transaction of the request
        client.get("/books/?by=country")
    with django_assert_max_num_queries(9):  # and one reads the titles
        client.get("/books/?by=shelf")


def test_chosen_sums_stand_at_the_foot_and_are_kept(client, make_book, ada):
    make_book("A", price="5", pages=100)
    make_book("B", price="7", pages=20)
    assert "/books/sums/" not in client.get("/books/").content.decode()
    chosen = {"state": "place=list", "columns": ["pages", "price", "genre"], "sums": ["price", "genre", "price"]}
    client.post("/books/columns/", chosen)
    assert SavedView.objects.get(owner=ada, name="").sums == ["price"]
    page = client.get("/books/").content.decode()
    foot = re.search(r'<tfoot hx-get="([^"]*)"', page)[1]
    assert text_of(client.get(foot)) == "Sum EUR 12.00"
    narrowed = client.get('/books/sums/?sums=pages&filter={"field":"title","op":"is","value":"a"}')
    assert text_of(narrowed) == "Sum 100"
    client.post("/books/columns/", {"state": "place=list", "reset": "1"})
    assert SavedView.objects.get(owner=ada, name="").sums == []


def test_adding_up_too_long_is_said(client, make_book, monkeypatch):
    from jantar.engine.pages.lists import sums as list_sums
    from jantar.engine.records.patience import TooSlow

    def slow(query, sums):
        raise TooSlow

    monkeypatch.setattr(list_sums, "totals_of", slow)
    assert "Adding up takes too long here." in text_of(client.get("/books/sums/?sums=pages"))


@pytest.mark.capability("C108")
def test_a_view_keeps_groups_and_sums(client, make_book, ada):
    make_book("A", price="5", genre="law")
    state = "place=list&by=genre&sums=price"
    client.post("/books/views/new/", {"state": state, "name": "By genre", "audience": "private"})
    view = SavedView.objects.get(owner=ada, name="By genre")
    assert (view.grouped_by, view.sums) == ("genre", ["price"])
    page = client.get(f"/books/?view={view.pk}").content.decode()
    assert "Grouped by: Genre" in page
    assert "Save view" not in page
    assert "group-row" not in client.get(f"/books/?view={view.pk}&by=").content.decode()
    assert "by=genre" not in re.search(r'href="(/books/board/[^"]*)"', page)[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [None, NARROW])
def test_a_group_is_opened_edited_in_and_closed(library, open_page, viewport):  # noqa: F811
    page = open_page(library, "/books/?sort=title", **({"viewport": viewport} if viewport else {}))
    page.get_by_role("button", name="Group", exact=True).click()
    page.get_by_role("menuitem", name="Genre").click()
    toggle = page.get_by_role("button", name=re.compile("^Law"))
    expect_text(toggle, "Law 4")
    toggle.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Book 02").wait_for()
    assert page.locator("tbody td.cell-title a").count() == 4
    assert toggle.get_attribute("aria-expanded") == "true"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.locator("tfoot th").wait_for()
    assert "66.00" in page.locator("tfoot").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Book 02").wait_for(state="hidden")


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_is_copied_as_a_table_and_printed(library, open_page):  # noqa: F811
    write.create(books, {"title": "=1+1", "genre": "law"}, actor=actor_for(library))
    page = open_page(
        library, "/books/?sort=title&columns=genre,price", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy as table").click()
    page.get_by_text("Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    assert lines[:3] == ["Title\tGenre\tPrice", "'=1+1\tLaw\t", "Book 00\tNovel\tEUR 0.00"]
    kinds = page.evaluate("navigator.clipboard.read().then((items) => items[0].types)")
    assert "text/html" in kinds
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="More").is_visible()
    assert page.get_by_role("link", name="Book 00").is_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [None, NARROW])
def test_a_view_is_saved_pinned_and_its_address_copied(library, open_page, viewport):  # noqa: F811
    options = {"permissions": ["clipboard-read", "clipboard-write"]} | ({"viewport": viewport} if viewport else {})
    page = open_page(library, "/books/?by=genre&sort=title", **options)
    page.get_by_role("link", name="Save as view").click()
    page.get_by_label("Name").fill("By genre")
    page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    menu = page.get_by_role("button", name="By genre")
    menu.click()
    page.get_by_role("menuitem", name="Copy the address").click()
    page.get_by_text("Copied").wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"http://[^/]+/books/\?view=\d+", address)
    menu.click()
    page.get_by_role("menuitem", name="Pin in the navigation").click()
    entry = page.locator(".nav-item", has_text="By genre")
    entry.wait_for(state="attached")
    if viewport:
        page.get_by_role("button", name="Open navigation").click()
    entry.wait_for()
    assert entry.get_attribute("aria-current") == "page"
    assert address.endswith(entry.get_attribute("href"))


def expect_text(locator, text):
    locator.wait_for()
    assert " ".join(locator.inner_text().split()) == text
