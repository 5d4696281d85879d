"""A block from a spreadsheet in the cells of a list: looked at first, one operation, wrong cells told one by one."""

import json

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.models import Book

pytestmark = pytest.mark.capability("C108")


def send(client, chosen, text, fields=("pages", "genre", "", "shelf"), **more):
    return client.post("/books/paste/", {"key": [one.pk for one in chosen], "field": fields, "text": text, **more})


def values():
    return list(Book.objects.order_by("title").values_list("pages", "genre", "shelf__name"))


def test_a_block_is_shown_stored_and_taken_back_in_one_operation(client, make_book, attic):
    pair = [make_book("Dune", pages=1), make_book("Solaris", pages=2)]
    text = "100\tNovel\tignored\tattic\r\n2\tpoetry\t\t\r\n"
    preview = send(client, pair, text).content.decode()
    assert "Change cells: 4" in preview
    assert values() == [(1, "", None), (2, "", None)]
    toast = json.loads(send(client, pair, text, run="1")["HX-Trigger"])["toast:show"]
    assert toast["message"] == "2 records changed."
    assert values() == [(100, "novel", "Attic"), (2, "poetry", None)]
    client.post(toast["actionUrl"])
    assert values() == [(1, "", None), (2, "", None)]


def test_wrong_cells_are_told_and_the_others_stored(client, make_book):
    pair = [make_book("Dune", pages=1), make_book("Solaris", pages=2)]
    text = "many\tNovel\t\tNowhere\n7\tno such\n9"
    preview = send(client, pair, text).content.decode()
    for words in ("is not a number", "There is no single record “Nowhere”.", "is not one of the listed values"):
        assert words in preview
    assert "1 row reaches below the last row shown and is left out." in preview
    assert "Change cells: 2" in preview
    send(client, pair, text, run="1")
    assert values() == [(1, "novel", None), (7, "", None)]


def test_what_is_not_ones_own_or_no_block_is_refused(client_of, make_book):
    clerk = make_user("Clerk")
    grant(clerk, {"see": Scope.ALL, "edit": Scope.OWN, "create": Scope.OWN})
    own, other = make_book("Own", pages=1, by=actor_for(clerk)), make_book("Other", pages=2)
    client = client_of(clerk)
    assert "You may see this but not change it." in send(client, [own, other], "5\n6").content.decode()
    send(client, [own, other], "5\n6", run="1")
    assert [Book.objects.get(pk=one.pk).pages for one in (own, other)] == [5, 2]
    for text in ("", "1\n" * 501, "x" * 200_001, "a\x00"):
        assert send(client, [own], text).status_code == 400
    assert send(client, [own], "9", fields=("created_at",)).status_code == 200
    assert client_of(make_user("Nobody")).post("/books/paste/", {"text": "1"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_cells_are_pasted_from_the_clipboard(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&columns=title,pages,genre")
    page.get_by_role("link", name="Book 01", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        "701\tLaw\n702\tLaw\n",
    )
    dialog = page.get_by_role("dialog", name="Paste cells")
    expect(dialog.get_by_role("row")).to_have_count(4)
    dialog.get_by_role("button", name="Change cells: 3").click()
    rows = page.locator("tbody tr")
    expect(rows.nth(1)).to_contain_text("701")
    expect(rows.nth(2)).to_contain_text("702")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(rows.nth(1)).to_contain_text("101")
