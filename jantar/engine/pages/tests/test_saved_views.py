"""Saved views: kept, shared, opened with, changed only by their owners."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.models import Scope
from jantar.engine.records.checks import problems
from jantar.engine.records.record_type import View
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books

LAW = {"all": [{"field": "genre", "op": "is", "value": "law"}]}
STATE = f"filter={quote(json.dumps(LAW))}&sort=-title&columns=title,genre"


def titles(response):
    return re.findall(r'class="cell-title"><a href="[^"]*">([^<]*)</a>', response.content.decode())


@pytest.fixture
def shelf_of_books(make_book):
    make_book("Civil code", genre="law")
    make_book("Penal code", genre="law")
    make_book("Kosmos", genre="novel")


def save(client, name="Law", audience="private", state=STATE, **more):
    return client.post("/books/views/new/", {"state": state, "name": name, "audience": audience, **more})


def test_a_view_keeps_filter_order_and_columns(client, shelf_of_books):
    response = save(client)
    view = SavedView.objects.get()
    assert response["HX-Redirect"] == f"/books/?view={view.pk}"
    assert (view.filter, view.sort, view.columns, view.audience) == (LAW, "-title", ["title", "genre"], "private")
    shown = client.get(response["HX-Redirect"])
    assert titles(shown) == ["Penal code", "Civil code"]
    assert "<title>Law · Books" in shown.content.decode()


def test_what_stands_in_the_address_goes_before_the_view(client, shelf_of_books):
    address = save(client)["HX-Redirect"]
    assert titles(client.get(f"{address}&sort=title")) == ["Civil code", "Penal code"]
    changed = client.get(f"{address}&filter=%7B%7D").content.decode()
    assert titles(client.get(f"{address}&filter=%7B%7D")) == ["Penal code", "Kosmos", "Civil code"]
    assert "Save view" in changed
    assert "Save view" not in client.get(address).content.decode()


def test_a_changed_view_is_saved_by_its_owner(client, shelf_of_books):
    save(client)
    view = SavedView.objects.get()
    client.post(f"/books/views/{view.pk}/save/", {"state": f"view={view.pk}&sort=pages&filter=%7B%7D"})
    view.refresh_from_db()
    assert (view.filter, view.sort, view.columns) == ({}, "pages", ["title", "genre"])


@pytest.mark.parametrize(
    ("audience", "seen_by"), [("private", set()), ("team", {"Nora"}), ("everyone", {"Nora", "Sam"})]
)
def test_a_view_is_seen_by_its_audience_only(db, client_of, audience, seen_by):
    north, south = make_team("North"), make_team("South")
    owner = make_user("Nils", north, scope=Scope.ALL)
    save(client_of(owner), audience=audience)
    view = SavedView.objects.get()
    for name, team in [("Nora", north), ("Sam", south)]:
        client = client_of(make_user(name, team, scope=Scope.ALL))
        expected = 200 if name in seen_by else 404
        assert client.get(f"/books/?view={view.pk}").status_code == expected
        assert (f"view={view.pk}" in client.get("/books/").content.decode()) is (name in seen_by)
        assert client.post(f"/books/views/{view.pk}/delete/").status_code == (403 if name in seen_by else 404)
        assert client.post(f"/books/views/{view.pk}/save/", {"state": ""}).status_code == (
            403 if name in seen_by else 404
        )
    assert SavedView.objects.get() == view
    assert SavedView.objects.get().filter == LAW


def test_a_view_is_renamed_shared_and_deleted(client):
    save(client)
    view = SavedView.objects.get()
    assert 'value="Law"' in client.get(f"/books/views/{view.pk}/").content.decode()
    client.post(f"/books/views/{view.pk}/", {"name": "Codes", "audience": "everyone"})
    view.refresh_from_db()
    assert (view.name, view.audience, view.filter) == ("Codes", "everyone", LAW)
    assert client.post(f"/books/views/{view.pk}/delete/")["HX-Redirect"] == "/books/"
    assert not SavedView.objects.exists()


def test_a_list_opens_with_the_chosen_view_and_everything_stays_reachable(client, shelf_of_books):
    save(client, opens="on")
    assert titles(client.get("/books/")) == ["Penal code", "Civil code"]
    assert len(titles(client.get("/books/?view=all"))) == 3
    assert len(titles(client.get("/books/?sort=title"))) == 3
    assert 'href="/books/?view=all"' in client.get("/books/").content.decode()
    client.post("/books/views/open-with/", {"state": "view=all"})
    assert len(titles(client.get("/books/"))) == 3


def test_the_same_name_twice_is_refused_and_what_was_typed_stays(client):
    save(client)
    response = save(client, audience="everyone")
    assert response.status_code == 422
    assert "You already have a view with this name." in response.content.decode()
    assert 'value="Law"' in response.content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_of_a_removed_field_says_so_and_leads_on(client):
    SavedView.objects.create(
        record_type="books", owner_id=client.session["_auth_user_id"], name="Old",
        filter={"field": "gone", "op": "is", "value": 1},
    )  # fmt: skip
    response = client.get(f"/books/?view={SavedView.objects.get().pk}")
    assert response.status_code == 400
    assert "There is no field “gone”." in response.content.decode()
    assert 'href="/books/"' in response.content.decode()


def test_columns_chosen_while_a_view_is_shown_stand_in_the_address(client):
    save(client)
    view = SavedView.objects.get()
    response = client.post("/books/columns/", {"state": f"view={view.pk}", "columns": ["pages"]})
    assert response["Location"] == f"/books/?view={view.pk}&columns=title,pages"
    assert SavedView.objects.count() == 1


def test_a_ready_made_view_has_a_name_in_the_address_and_is_nobodys(client, make_book):
    make_book("Kosmos", lent=False)
    make_book("Faust", lent=True)
    make_book("Antigona", lent=False)
    text = client.get("/books/?view=here").content.decode()
    assert titles(client.get("/books/?view=here")) == ["Antigona", "Kosmos"]
    assert "<title>In the library · Books" in text
    assert "Rename or share" not in text
    assert 'href="/books/?view=here&amp;sort=genre"' in text
    assert client.get("/books/?view=there").status_code == 404


def test_a_list_opens_with_a_ready_made_view_and_with_everything_again(client, make_book):
    make_book("Kosmos", lent=False)
    make_book("Faust", lent=True)
    client.post("/books/views/open-with/", {"state": "view=here"})
    assert titles(client.get("/books/")) == ["Kosmos"]
    assert len(titles(client.get("/books/?view=all"))) == 2
    save(client, opens="on")
    assert titles(client.get("/books/")) == []
    client.post("/books/views/open-with/", {"state": "view=all"})
    assert len(titles(client.get("/books/"))) == 2


def test_columns_chosen_in_a_ready_made_view_are_those_of_the_list(client, make_book):
    make_book("Kosmos")
    response = client.post("/books/columns/", {"state": "view=here", "columns": ["pages"]})
    assert response["Location"] == "/books/?view=here"
    for address in ("/books/", "/books/?view=here"):
        assert "sort=pages" in client.get(address).content.decode()
        assert "sort=genre" not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("names", "problem"), [(("all",), "records.E004"), (("a", "a"), "records.E004"), (("12",), "records.E004")]
)
def test_a_view_with_an_impossible_name_is_found_at_the_start(names, problem):
    views = tuple(View(name, name, {}) for name in names)
    assert {one.id for one in problems(replace(books, views=views))} == {problem}


def test_a_list_opens_with_one_view_only():
    views = (View("a", "A", {}, opens=True), View("b", "B", {}, opens=True))
    assert [one.id for one in problems(replace(books, views=views))] == ["records.E005"]


def act(client, view, name, state=""):
    return client.post(f"/books/views/{view.pk}/{name}/", {"state": state or f"place=list&view={view.pk}"})


def test_an_administrator_sets_what_a_list_opens_with_for_everyone(client, client_of, shelf_of_books):
    save(client, audience="everyone")
    view = SavedView.objects.get(name="Law")
    assert "Make it the default for everyone" in client.get(f"/books/?view={view.pk}").content.decode()
    act(client, view, "default")
    other = client_of(make_user("Nora", make_team("North"), scope=Scope.ALL))
    assert titles(other.get("/books/")) == ["Penal code", "Civil code"]
    assert len(titles(other.get("/books/?view=all"))) == 3
    other.post("/books/views/open-with/", {"state": "place=list&view=all"})
    assert len(titles(other.get("/books/"))) == 3
    assert "default for everyone" not in other.get(f"/books/?view={view.pk}").content.decode()
    act(client, view, "default")
    assert len(titles(client.get("/books/"))) == 3


def test_there_is_one_default_and_only_for_what_everyone_sees(client, shelf_of_books):
    save(client, "Private")
    private = SavedView.objects.get(name="Private")
    assert act(client, private, "default").status_code == 400
    save(client, "One", "everyone")
    save(client, "Two", "everyone")
    one, two = SavedView.objects.get(name="One"), SavedView.objects.get(name="Two")
    act(client, one, "default")
    act(client, two, "default")
    assert list(SavedView.objects.filter(is_default=True)) == [two]
    client.post(f"/books/views/{two.pk}/", {"name": "Two", "audience": "private"})
    assert not SavedView.objects.filter(is_default=True).exists()


def test_a_default_is_set_by_administrators_only(client, client_of, shelf_of_books):
    nora = client_of(make_user("Nora", make_team("North"), scope=Scope.ALL))
    save(nora, audience="everyone")
    view = SavedView.objects.get(name="Law")
    assert act(nora, view, "default").status_code == 403
    assert not SavedView.objects.filter(is_default=True).exists()


def pinned(client):
    page = client.get("/").content.decode()
    return re.findall(r'class="nav-item" href="(/books/\?view=\d+)".*?<span>(.*?)</span>', page, re.DOTALL)


def test_a_view_is_pinned_follows_its_name_and_goes_with_it(client, client_of, shelf_of_books):
    save(client, audience="everyone")
    view = SavedView.objects.get(name="Law")
    assert pinned(client) == []
    act(client, view, "pin")
    assert pinned(client) == [(f"/books/?view={view.pk}", "Law")]
    shown = client.get(f"/books/?view={view.pk}").content.decode()
    assert "Unpin from the navigation" in shown
    assert re.search(r'href="/books/\?view=\d+" data-tooltip-collapsed aria-current="page"', shown)
    nora = client_of(make_user("Nora", make_team("North"), scope=Scope.ALL))
    assert pinned(nora) == []
    act(nora, view, "pin")
    client.post(f"/books/views/{view.pk}/", {"name": "Statutes", "audience": "everyone"})
    assert pinned(nora) == pinned(client) == [(f"/books/?view={view.pk}", "Statutes")]
    client.post(f"/books/views/{view.pk}/", {"name": "Statutes", "audience": "private"})
    assert pinned(nora) == []
    assert len(pinned(client)) == 1
    act(client, view, "delete")
    assert pinned(client) == []


def test_pins_are_within_rights_and_bounded(client, client_of, shelf_of_books):
    save(client)
    view = SavedView.objects.get(name="Law")
    nora = make_user("Nora", make_team("North"), scope=Scope.ALL)
    assert act(client_of(nora), view, "pin").status_code == 404
    nora.pins = [{"view": view.pk, "type": "removed", "label": "Gone"}]
    nora.save()
    assert pinned(client_of(nora)) == []
    for number in range(21):
        save(client, f"View {number}")
    answers = [act(client, one, "pin").status_code for one in SavedView.objects.filter(name__startswith="View")]
    assert answers == [200] * 20 + [400]
    act(client, SavedView.objects.filter(name__startswith="View")[0], "pin")
    assert len(pinned(client)) == 19


def test_a_view_is_copied_under_another_name(client, shelf_of_books):
    save(client, audience="everyone")
    view = SavedView.objects.get(name="Law")
    assert "Copy this view" in client.get(f"/books/?view={view.pk}").content.decode()
    dialog = client.get(f"/books/views/new/?view={view.pk}&place=list").content.decode()
    assert 'value="Copy of Law"' in dialog
    save(client, "Copy of Law", state=f"place=list&view={view.pk}")
    copy = SavedView.objects.get(name="Copy of Law")
    assert (copy.filter, copy.sort, copy.columns, copy.audience) == (LAW, "-title", ["title", "genre"], "private")
