"""A field an administrator adds is everywhere at once: form, page, list, filter, API, import, history."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of
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
    assert head.split(",")[-1] == key
    assert "Quo vadis" in row
    assert len(row.partition(",")[2]) > 1

    api = ApiClient(root)
    [shown] = data_of(api.get("/books", filter=tree))["items"]
    assert shown[key] == stored
    changed = data_of(api.patch(f"/books/{book.pk}", {key: None if kind != "boolean" else False}))
    assert changed[key] in (None, "", [], False)

    imported(sheet(f"Title;{label}\nBabička;{cell}\n"), "books", actor_for(root))
    assert Book.objects.get(title="Babička").custom[key] == stored


def test_history_names_the_field(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Binding", "kind": "text"})
    client.post("/books/new/", {"form_fields": "title,x_binding", "title": "Quo vadis", "x_binding": "Soft"})
    pk = Book.objects.get().pk
    client.post(f"/books/{pk}/fields/x_binding/", {"x_binding": "Hard", "version": "1"}, headers={"HX-Request": "true"})
    html = client.get(f"/books/{pk}/history/").content.decode()
    assert "<dt>Binding</dt>" in html
    assert "<del>Soft</del>" in html
