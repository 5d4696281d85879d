"""A field an administrator adds is everywhere at once: form, page, list, filter, API, import, history."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer.tests.runs import imported, sheet
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
KINDS = [
    ("Binding", "choice", "Hard\nSoft", "Soft", "Soft", "is", "Soft"),
    ("Awards", "multi_choice", "Nobel\nNike", ["Nobel", "Nike"], "Nobel, Nike", "has_any", ["Nike"]),
    ("Print run", "integer", "", "1,200", "1200", "gte", 1000),
    ("Royalty", "percent", "", "12.5", "12.5", "lt", "13"),
    ("Reviewed", "date", "", "2026-03-01", "2026-03-01", "gte", "2026-01-01"),
    ("Signed", "boolean", "", "1", "yes", "is", True),
    ("Series", "text", "", "Klasika", "Klasika", "contains", "KLAS"),
    ("Advance", "money", "", "1250.50", "1250,50 EUR", "gt", 100),
    ("Shelves", "tags", "", ["old", "rare"], "old, rare", "has_all", ["old", "rare"]),
    ("Printed in", "country", "", "PL", "Polsko", "is", "PL"),
    ("Binding time", "duration", "", "1:30", "90", "gte", 60),
]


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.mark.parametrize(("label", "kind", "choices", "typed", "cell", "op", "operand"), KINDS)
def test_a_new_field_works_at_every_door(
    client: Client, root: User, label: str, kind: str, choices: str, typed: Any, cell: str, op: str, operand: Any
) -> None:
    answer = client.post("/settings/fields/books/new/", {"label": label, "kind": kind, "choices": choices})
    assert answer.status_code == 200
    key = f"x_{label.lower().replace(' ', '_')}"

    client.post("/books/new/", {"form_fields": f"title,{key}", "title": "Quo vadis", key: typed})
    book = Book.objects.get()
    stored = book.custom[key]
    assert f'id="fact-{key}"' in client.get(f"/books/{book.pk}/").content.decode()

    tree = {"all": [{"field": key, "op": op, "value": operand}]}
    listed = client.get(f"/books/?columns=title,{key}&filter={quote(json.dumps(tree))}").content.decode()
    assert "Quo vadis" in listed
    assert label in listed
    opposite = {"field": key, "op": "is", "value": False} if kind == "boolean" else {"field": key, "op": "empty"}
    assert "Quo vadis" not in client.get(f"/books/?filter={quote(json.dumps({'all': [opposite]}))}").content.decode()

    answer = client.get(f"/books/export/?columns=title,{key}&names=fields")
    head, row = b"".join(answer).decode("utf-8-sig").splitlines()[:2]  # type: ignore[arg-type]
    assert key in head.split(",")
    assert "Quo vadis" in row
    assert len(row.partition(",")[2]) > 1

    api = ApiClient(root)
    [shown] = data_of(api.get("/books", filter=tree))["items"]
    assert shown[key] == without_base(stored)
    changed = data_of(api.patch(f"/books/{book.pk}", {key: None if kind != "boolean" else False}))
    assert changed[key] in (None, "", [], False)

    imported(sheet(f"Title;{label}\nBabička;{cell}\n"), "books", actor_for(root))
    assert Book.objects.get(title="Babička").custom[key] == stored


def without_base(stored: Any) -> Any:
    """An amount as it was typed, without what it is worth in the base currency."""
    return {name: stored[name] for name in ("amount", "currency")} if isinstance(stored, dict) else stored


LINKS = [("record", "shelves", "Top shelf"), ("user", "", "Petr Novák"), ("team", "", "Sellers")]


@pytest.mark.django_db(transaction=True)  # an index is built for references to records
@pytest.mark.parametrize(("kind", "target", "title"), LINKS)
def test_a_field_that_refers_to_something_shows_its_title_at_every_door(
    client: Client, root: User, kind: str, target: str, title: str
) -> None:
    api, actor = ApiClient(root), actor_for(root)
    client.post("/settings/fields/books/new/", {"label": "Kept by", "kind": kind, "target": target})
    pk = {
        "record": lambda: write.create(registry.get("shelves"), {"name": title}, actor=actor).pk,
        "user": lambda: User.objects.create_user("petr@jantar.example", full_name=title).pk,
        "team": lambda: make_team(title).pk,
    }[kind]()
    key = "x_kept_by"

    client.post("/books/new/", {"form_fields": f"title,{key}", "title": "Quo vadis", key: str(pk)})
    book = Book.objects.get()
    assert book.custom[key] == pk
    assert title in client.get(f"/books/{book.pk}/").content.decode()
    assert f'<option value="{pk}" selected>{title}</option>' in client.get(f"/books/{book.pk}/edit/").content.decode()
    for op, operand in (("is", pk), ("any_of", [pk]), ("not_empty", None)):
        tree = {"all": [{"field": key, "op": op, **({} if operand is None else {"value": operand})}]}
        listed = client.get(f"/books/?columns=title,{key}&filter={quote(json.dumps(tree))}").content.decode()
        assert "Quo vadis" in listed, op
        assert title in listed, op
    assert "Quo vadis" not in client.get(
        f"/books/?filter={quote(json.dumps({'field': key, 'op': 'is_not', 'value': pk}))}"
    ).content.decode()  # fmt: skip
    assert title in b"".join(client.get(f"/books/export/?columns=title,{key}")).decode()  # type: ignore[arg-type]
    [shown] = data_of(api.get("/books"))["items"]
    assert shown[key]["title"] == title
    assert shown[key]["id"] == pk
    wrong = api.patch(f"/books/{book.pk}", {key: 999_999})
    assert set(problem_in(wrong, 422)["errors"]) == {key}
    data_of(api.patch(f"/books/{book.pk}", {key: None}))
    assert title in client.get(f"/books/{book.pk}/history/").content.decode()

    imported(sheet(f"Title;Kept by\nBabička;{title}\n"), "books", actor_for(root))
    assert Book.objects.get(title="Babička").custom[key] == pk


def test_what_a_field_refers_to_is_told_only_to_those_who_may_see_it(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Spare shelf", "kind": "record", "target": "shelves"})
    shelf = write.create(registry.get("shelves"), {"name": "Hidden shelf"}, actor=actor_for(root))
    seller = make_user("Seller", scope=Scope.OWN)
    book = write.create(
        registry.get("books"), {"title": "Quo vadis", "owner": seller, "x_spare_shelf": shelf}, actor=actor_for(root)
    )
    theirs, api = Client(), ApiClient(seller)
    theirs.force_login(seller)
    pages = [f"/books/{book.pk}/", f"/books/{book.pk}/edit/", "/books/?columns=title,x_spare_shelf"]
    pages += [f"/books/{book.pk}/history/", f"/books/{book.pk}/fields/x_spare_shelf/"]
    for page in pages:
        answer = theirs.get(page)
        assert answer.status_code == 200, page
        assert "Hidden shelf" not in answer.content.decode(), page
    exported = b"".join(theirs.get("/books/export/?columns=title,x_spare_shelf")).decode()  # type: ignore[arg-type]
    assert "Hidden shelf" not in exported
    assert data_of(api.get(f"/books/{book.pk}"))["x_spare_shelf"]["id"] is None
    data_of(api.patch(f"/books/{book.pk}", {"title": "Quo vadis?", "x_spare_shelf": {"id": None}}))
    assert Book.objects.get().custom["x_spare_shelf"] == shelf.pk
    assert set(problem_in(api.post("/books", {"title": "X", "x_spare_shelf": shelf.pk}), 422)["errors"]) == {
        "x_spare_shelf"
    }


def test_a_deleted_target_leaves_no_link_and_comes_back_with_it(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Spare shelf", "kind": "record", "target": "shelves"})
    shelves, actor = registry.get("shelves"), actor_for(root)
    shelf = write.create(shelves, {"name": "Old shelf"}, actor=actor)
    book = write.create(registry.get("books"), {"title": "Quo vadis", "x_spare_shelf": shelf}, actor=actor)
    write.delete(shelves, [shelf.pk], actor=actor)
    for page in (f"/books/{book.pk}/", "/books/?columns=title,x_spare_shelf", f"/books/{book.pk}/edit/"):
        assert "Old shelf" not in client.get(page).content.decode(), page
    write.restore(shelves, [shelf.pk], actor=actor)
    assert "Old shelf" in client.get(f"/books/{book.pk}/").content.decode()
    write.delete(shelves, [shelf.pk], actor=actor)
    write.erase(shelves, [shelf.pk], actor=actor)
    assert data_of(ApiClient(root).get(f"/books/{book.pk}"))["x_spare_shelf"]["id"] is None


def test_history_names_the_field(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Binding", "kind": "text"})
    client.post("/books/new/", {"form_fields": "title,x_binding", "title": "Quo vadis", "x_binding": "Soft"})
    pk = Book.objects.get().pk
    client.post(f"/books/{pk}/fields/x_binding/", {"x_binding": "Hard", "version": "1"}, headers={"HX-Request": "true"})
    html = client.get(f"/books/{pk}/history/").content.decode()
    assert "<dt>Binding</dt>" in html
    assert "<del>Soft</del>" in html
