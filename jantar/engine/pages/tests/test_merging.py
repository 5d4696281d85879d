"""The page on which records are merged."""

from html import unescape

import pytest

from jantar.engine.history.models import Operation
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.fake.models import Book

pytestmark = pytest.mark.capability("C2")


@pytest.fixture
def pair(make_book):
    one = make_book("Máj", genre="poetry", labels=["old"], copies=[{"number": "1"}])
    return one, make_book("Maj", genre="novel", summary="A poem", labels=["new"], copies=[{"number": "2"}])


def address(*books):
    return "/books/merge/?" + "&".join(f"with={book.pk}" for book in books)


def test_the_acts_of_a_list_lead_to_the_page(client, pair):
    body = {"state": "", "selected": [book.pk for book in pair]}
    assert client.post("/books/bulk/merge/", body)["HX-Redirect"] == address(*pair)
    alone = client.post("/books/bulk/merge/", {"state": "", "selected": [pair[0].pk]})
    assert (alone.status_code, "Choose 2 to 50 records to merge." in unescape(alone.content.decode())) == (422, True)


def test_the_page_offers_what_differs_and_says_what_is_united(client, pair):
    page = client.get(address(*pair)).content.decode()
    assert 'name="take-title"' in page
    assert 'name="take-genre"' in page
    assert 'name="take-summary"' not in page
    assert 'name="take-labels"' not in page
    assert "united" in page


def test_merging_leads_to_the_survivor_with_an_offer_to_undo(client, pair):
    one, two = pair
    body = {"with": [one.pk, two.pk], "survivor": one.pk, "take-title": one.pk, "take-genre": two.pk}
    response = client.post("/books/merge/", body)
    assert response["Location"] == f"/books/{one.pk}/"
    book = Book.objects.get(pk=one.pk)
    assert (book.title, book.genre, book.summary, book.labels) == ("Máj", "novel", "A poem", ["old", "new"])
    assert sorted(book.copies.values_list("number", flat=True)) == ["1", "2"]
    page = client.get(f"/books/{one.pk}/").content.decode()
    operation = Operation.objects.latest("pk")
    assert f"/operations/{operation.pk}/undo/" in page
    assert "2 records are one now." in page
    assert client.post(f"/operations/{operation.pk}/undo/").status_code == 204
    assert Book.objects.get(pk=two.pk).deleted_at is None


def test_the_address_of_the_merged_one_leads_to_the_survivor_and_the_bin_says_where_it_went(client, pair):
    one, two = pair
    client.post("/books/merge/", {"with": [one.pk, two.pk], "survivor": one.pk})
    response = client.get(f"/books/{two.pk}/", follow=True)
    assert response.redirect_chain == [(f"/books/{one.pk}/", 302)]
    assert "was merged into this one" in response.content.decode()
    assert "merged into" in client.get("/books/bin/").content.decode()


def test_a_wrong_choice_is_said_and_the_others_are_kept(client, pair):
    one, two = pair
    body = {"with": [one.pk, two.pk], "survivor": one.pk, "take-genre": two.pk, "take-nonsense": two.pk}
    response = client.post("/books/merge/", body)
    page = response.content.decode()
    assert (response.status_code, Book.objects.filter(deleted_at=None).count()) == (422, 2)
    assert "There is no field “nonsense”." in page
    assert f'name="take-genre" value="{two.pk}" checked' in page


def test_nothing_is_told_of_records_that_may_not_be_seen_or_deleted(client_of, pair):
    clerk = make_user("Clerk", make_team("North"))
    grant(clerk, {"see": Scope.OWN, "edit": Scope.OWN, "delete": Scope.OWN})
    assert client_of(clerk).get(address(*pair)).status_code == 404
    grant(clerk, {"see": Scope.ALL})
    assert client_of(clerk).get(address(*pair)).status_code == 403
    body = {"with": [book.pk for book in pair], "survivor": pair[0].pk}
    assert client_of(clerk).post("/books/merge/", body).status_code == 403
    assert Book.objects.filter(deleted_at=None).count() == 2
