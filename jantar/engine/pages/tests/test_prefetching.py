"""Record pages asked for ahead: kept by the browser for a moment, without any effect, and never an old one."""

import pytest
from playwright.sync_api import expect

from jantar.engine.following.models import Notification
from jantar.engine.testing.fake.models import Book

AHEAD = {"X-Prefetch": "1"}


def test_a_record_page_asked_for_ahead_may_be_kept_privately_for_a_moment(client, make_book):
    book = make_book("Dune")
    path = f"/books/{book.pk}/"
    ahead = client.get(path, headers=AHEAD)
    assert ahead["Cache-Control"] == "private, max-age=10"
    assert "Cookie" in ahead["Vary"]
    assert "Cache-Control" not in client.get(path)
    assert "Cache-Control" not in client.get("/books/999999/", headers=AHEAD)


def test_nothing_but_record_pages_is_made_ahead(client, ada, make_book):
    book = make_book("Dune")
    told = Notification.objects.create(user=ada, kind="mention", record_type="books", record_id=book.pk, once="once")
    for path in (f"/notifications/{told.pk}/", "/books/", f"/books/{book.pk}/edit/"):
        answer = client.get(path, headers=AHEAD)
        assert (answer.status_code, answer.content) == (204, b"")
    told.refresh_from_db()
    assert told.read_at is None


def test_messages_wait_for_a_page_that_is_looked_at(client, make_book):
    book, other = make_book("Dune"), make_book("Solaris")
    client.post(f"/books/{other.pk}/delete/")
    assert client.get(f"/books/{book.pk}/", headers=AHEAD).status_code == 204
    assert "“Solaris” is in the bin." in client.get("/books/").content.decode()


def test_every_change_makes_what_was_kept_unfit(client, make_book):
    book = make_book("Dune")
    first = (
        client.post(f"/books/{book.pk}/fields/title/", {"title": "Dune Messiah", "version": "1"}).cookies["fresh"].value
    )
    second = (
        client.post(f"/books/{book.pk}/fields/title/", {"title": "Children", "version": "2"}).cookies["fresh"].value
    )
    assert first != second
    assert "fresh" not in client.get("/books/").cookies


@pytest.mark.django_db(transaction=True)
def test_a_record_opens_from_what_was_asked_for_while_resting_on_its_link(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    page.wait_for_load_state("networkidle")
    link = page.get_by_role("link", name="Book 03", exact=True)
    with page.expect_response(lambda answer: "x-prefetch" in answer.request.headers) as asked:
        link.hover()
    asked.value.finished()
    link.click()
    expect(page.get_by_role("heading", name="Book 03", level=1)).to_be_visible()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].transferSize") == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_changed_meanwhile_is_shown(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title")
    page.wait_for_load_state("networkidle")
    book = Book.objects.get(title="Book 03")
    with page.expect_response(lambda answer: "x-prefetch" in answer.request.headers) as asked:
        page.get_by_role("link", name="Book 03", exact=True).focus()
    asked.value.finished()
    page.evaluate(
        """pk => fetch(`/books/${pk}/fields/title/`, {
            method: "POST", body: new URLSearchParams({title: "Changed", version: "1"}),
            headers: {"X-CSRFToken": document.querySelector("meta[name=csrf-token]").content},
        }).then(() => null)""",
        book.pk,
    )
    page.get_by_role("link", name="Book 03", exact=True).click()
    expect(page.get_by_role("heading", name="Changed", level=1)).to_be_visible()
