"""The list: rows, order, pages, count, rights, hostile addresses, number of statements."""

import json
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user


def titles(response):
    return re.findall(r'class="cell-title"><a href="[^"]*">([^<]*)</a>', response.content.decode())


def filtered(tree, **more):
    rest = "".join(f"&{name}={quote(str(value))}" for name, value in more.items())
    return f"/books/?filter={quote(json.dumps(tree))}{rest}"


def statements(client, path):
    with CaptureQueriesContext(connection) as found:
        response = client.get(path)
    assert response.status_code == 200
    return [one["sql"] for one in found if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", one["sql"])]


def test_a_list_shows_rows_with_links_badges_and_amounts(client, make_book, attic):
    book = make_book("Kosmos", price=12, genre="novel", shelf=attic, author_email="w@gombrowicz.example")
    page = client.get("/books/?columns=title,shelf,genre,price,author_email").content.decode()
    assert f'<a href="/books/{book.pk}/">Kosmos</a>' in page
    assert f'<a href="/shelves/{attic.pk}/">Attic</a>' in page
    assert ">Novel</span>" in page
    assert re.search(r'class="cell-number cell-money editable"[^>]*><span class="num">EUR.12\.00</span>', page)
    assert '<a href="mailto:w@gombrowicz.example">w@gombrowicz.example</a>' in page


def test_text_from_people_is_never_markup(client, make_book):
    make_book("<script>alert(1)</script>", labels=["<b>"], summary="<img src=x>")
    page = client.get("/books/?columns=title,labels,summary").content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["Alfa", "Beta", "Gama"]),
        ("-title", ["Gama", "Beta", "Alfa"]),
        ("-pages,title", ["Beta", "Alfa", "Gama"]),
    ],
)
def test_the_address_says_how_rows_are_sorted(client, make_book, sort, expected):
    make_book("Beta", pages=20)
    make_book("Alfa", pages=10)
    make_book("Gama", pages=10)
    assert titles(client.get(f"/books/?sort={sort}")) == expected


def test_heads_of_columns_lead_to_both_directions_and_to_a_second_key(client, make_book):
    make_book("Alfa")
    page = client.get("/books/?sort=genre").content.decode()
    assert ' scope="col" class="" aria-sort="ascending"><a href="/books/?sort=-genre"' in page
    assert 'data-sort-keys-add="/books/?sort=genre,title"' in page


def test_pages_lead_forth_and_back(client, make_book, monkeypatch):
    monkeypatch.setattr("jantar.engine.pages.lists.page.ROWS", 2)
    for number in range(5):
        make_book(f"Book {number}")
    seen, address = [], "/books/?sort=title"
    while address:
        response = client.get(address)
        seen.append(titles(response))
        address = address_of(response, "next")
    assert seen == [["Book 0", "Book 1"], ["Book 2", "Book 3"], ["Book 4"]]
    back = client.get(address_of(response, "prev"))
    assert titles(back) == ["Book 2", "Book 3"]
    first = client.get(address_of(back, "prev"))
    assert titles(first) == ["Book 0", "Book 1"]
    assert address_of(first, "prev") == ""


def address_of(response, rel):
    found = re.search(rf'<a class="btn btn-small" href="([^"]*)" rel="{rel}"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_the_count_stands_on_a_whole_list_and_is_asked_for_on_a_longer_one(client, make_book, monkeypatch):
    monkeypatch.setattr("jantar.engine.pages.lists.page.ROWS", 2)
    make_book("Alfa")
    make_book("Beta")
    assert re.search(
        r'<span class="count" hx-get="/books/count/"[^>]*>2</span>', client.get("/books/").content.decode()
    )
    make_book("Gama")
    assert 'hx-trigger="load, list:changed from:body"' in client.get("/books/").content.decode()
    assert "3" in client.get("/books/count/").content.decode()
    assert (
        ">1<"
        in client.get("/books/count/?filter=" + quote('{"field":"title","op":"is","value":"gama"}')).content.decode()
    )


def test_a_large_count_is_told_as_about(monkeypatch):
    from jantar.engine.pages.lists.page import said_count

    assert said_count(10_000, True) == "10,000"
    assert said_count(12_000, False) == "about 12,000"


def test_a_list_costs_the_same_statements_for_one_row_and_for_many(client, make_book, attic):
    make_book("Book 0", shelf=attic, price=1)
    few = statements(client, "/books/")
    for number in range(1, 60):
        make_book(f"Book {number}", shelf=attic, price=number, genre="novel", labels=["a", "b"])
    many = statements(client, "/books/")
    assert len(few) == len(many) == 5, "\n".join(many)
    tree = {"all": [{"field": "shelf", "op": "is", "value": attic.pk}, {"field": "owner", "op": "is", "value": "me"}]}
    assert len(statements(client, filtered(tree, sort="shelf"))) == 6


@pytest.mark.capability("N10")
def test_nobody_sees_rows_outside_of_their_rights(client_of, make_book):
    north, south = make_team("North"), make_team("South")
    anna, jan = make_user("Anna", north, scope=Scope.TEAM), make_user("Jan", south, scope=Scope.TEAM)
    make_book("Of Anna", by=actor_for(anna))
    make_book("Of Jan", by=actor_for(jan))
    assert titles(client_of(anna).get("/books/")) == ["Of Anna"]
    assert ">1<" in client_of(anna).get("/books/count/").content.decode()
    assert titles(client_of(jan).get("/books/")) == ["Of Jan"]
    nobody = make_user("Nobody", north)
    assert client_of(nobody).get("/books/").status_code == 404
    assert client_of(nobody).get("/books/count/").status_code == 404


@pytest.mark.django_db
def test_a_list_is_not_for_strangers():
    response = Client().get("/books/?sort=title")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/books/%3Fsort%3Dtitle"
    assert Client().get("/books/", headers={"HX-Request": "true"}).status_code == 401


BAD = [
    ("filter=nonsense", "can&#x27;t be read"),
    ("filter=[]", "can&#x27;t be read"),
    ("filter=" + quote('{"field":"nope","op":"is","value":1}'), "There is no field “nope”"),
    ("filter=" + quote('{"field":"pages","op":"contains","value":1}'), "can&#x27;t be compared"),
    ("filter=" + quote('{"field":"pages","op":"is","value":"x"}'), "is not a number"),
    ("filter=" + quote('{"field":"title","op":"is","value":"\\ud800"}'), "can&#x27;t be read"),
    ("filter=" + quote('{"field":"labels","op":"has_any","value":["\\u0000"]}'), "can&#x27;t be read"),
    ("filter=" + quote('{"all":[' * 60 + "{}" + "]}" * 60), "too many conditions"),
    ("filter=" + quote('{"relation":"nope"}'), "There is no relation"),
    ("sort=nope", "can&#x27;t be sorted by “nope”"),
    ("sort=summary", "can&#x27;t be sorted"),
    ("cursor=AAAA", "no longer valid"),
    ("cursor=~AAAA", "no longer valid"),
]


@pytest.mark.parametrize(("query", "message"), BAD)
def test_a_hostile_address_gets_a_clear_message(client, make_book, query, message):
    make_book("Alfa")
    response = client.get(f"/books/?{query}")
    assert response.status_code == 400
    assert message in response.content.decode()
    assert 'href="/books/"' in response.content.decode()


def test_a_hostile_address_of_a_part_gets_a_sentence(client):
    response = client.get("/books/count/?filter=nonsense", headers={"HX-Request": "true"})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert response.content.decode() == "The filter in this address can't be read."


@pytest.mark.parametrize(
    "query", ["view=99999", "view=x", "search=%00%20", "columns=nope,,title", "group=7&place=moon"]
)
def test_other_odd_addresses_do_no_harm(client, make_book, query):
    make_book("Alfa")
    expected = 404 if query.startswith("view") else 200
    assert client.get(f"/books/?{query}").status_code == expected


def test_empty_lists_say_what_to_do(client, make_book):
    page = client.get("/books/").content.decode()
    assert "Nothing here yet" in page
    assert 'href="/books/new/"' in page
    make_book("Alfa")
    page = client.get(filtered({"field": "title", "op": "is", "value": "omega"})).content.decode()
    assert "Nothing fits this filter" in page
    assert 'href="/books/"' in page


def test_columns_are_chosen_per_user_and_stay(client, client_of, make_book, ada):
    make_book("Alfa", pages=77)
    chooser = client.get("/books/columns/").content.decode()
    assert re.search(r'value="shelf" checked', chooser)
    assert not re.search(r'value="pages" checked', chooser)
    response = client.post("/books/columns/", {"state": "", "columns": ["pages", "genre"]})
    assert response["Location"] == "/books/"
    assert heads(client.get("/books/")) == ["Title", "Pages", "Genre"]
    other = make_user("Eva", admin=True)
    assert heads(client_of(other).get("/books/"))[:2] == ["Title", "Shelf"]
    client.post("/books/columns/", {"state": "", "columns": ["pages"], "reset": "1"})
    assert heads(client.get("/books/"))[:2] == ["Title", "Shelf"]
    assert SavedView.objects.filter(owner=ada).count() == 1


def heads(response):
    head = response.content.decode().split("<thead>")[1].split("</thead>")[0]
    return [text for text in re.findall(r">([^<>]+)<", head) if text.strip() and len(text) > 1]


def test_a_column_that_does_not_exist_is_refused(client):
    response = client.post("/books/columns/", {"state": "", "columns": ["nope"]})
    assert response.status_code == 400
    assert not SavedView.objects.exists()


def test_a_search_in_the_list_finds_without_accents_and_beside_a_filter(client, make_book):
    make_book("Żółta łódź", genre="novel")
    make_book("Zolta kaczka", genre="law")
    assert titles(client.get("/books/?search=zolta+lodz")) == ["Żółta łódź"]
    tree = {"field": "genre", "op": "is", "value": "law"}
    assert titles(client.get(filtered(tree, search="zolta"))) == ["Zolta kaczka"]
    page = client.get("/books/?search=%F0%9F%98%80%25%27").content.decode()
    assert "Nothing fits this filter" in page


def test_an_order_that_no_column_shows_is_told_beside_the_columns(client, make_book):
    make_book("Alfa")
    text = " ".join(re.sub(r"<[^>]*>", "", client.get("/books/").content.decode()).split())
    assert "Sorted by: Created" in text
    for address in ("/books/?sort=title", "/books/?columns=title,created_at"):
        assert "Sorted by" not in client.get(address).content.decode(), address
